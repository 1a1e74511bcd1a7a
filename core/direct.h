/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The object module's own operations, one at a time, for scenarios: what a
 * program causes by mapping and unmapping, without the maps' many steps.  Only
 * in the controlled back end's builds.
 *
 * The scene is one file's object S with one dirty page, persistent, and what
 * each operation wants of it beforehand.
 */
#ifndef CORE_DIRECT_H
#define CORE_DIRECT_H

#include "pmap_sim/tell.h"
#include "pmap_sim/types.h"

struct vm;
struct vmspace;
struct vnode;

#define DIRECT_CPUS  4
#define DIRECT_WORD  0x5eed /* what the page holds at first */
#define DIRECT_VA    PAGE_SIZE
#define DIRECT_REF   1 /* a reference to S, which it gives back */
#define DIRECT_FRONT 2 /* an empty object over one with a page over S */
#define DIRECT_MAP   4 /* a shared mapping of the file, at DIRECT_VA */

enum direct_op {
#define DIRECT(name, wants, did, sentence) DIRECT_##name,
#include "core/direct.def"
#undef DIRECT
	DIRECT_OPS
};

struct vm_direct {
	size_t scene_size;
	boolean_t reclaims; /* memory is retired, by RCU */
	/* Build the scene for these operations, CPU i doing the i-th: CPU 0 is
	 * attached, nobody else runs.  spaces[i]: of CPU i, empty. */
	void (*make)(struct vm *vm, void *scene, struct vnode *file,
	    struct vmspace *const *spaces, const enum direct_op *ops,
	    unsigned cpus);
	/* Do it, on that CPU.  FALSE: there was nothing for it to do. */
	boolean_t (*run)(
	    struct vm *vm, void *scene, enum direct_op op, unsigned cpu);
	/* One pass of the pageout daemon's, by whoever calls it holding
	 * nothing, as if all frames were wanted; urgent: references spare no
	 * page. */
	void (*pageout)(struct vm *vm, boolean_t urgent);
	/* What the VM and its machine are just then: pmap_sim/tell.h. */
	void (*watch)(struct vm *vm, tell_t *tell, void *arg);
};

#endif /* CORE_DIRECT_H */
