/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What somebody outside may watch and delay: in builds with AS_FOUND sites.
 *
 * A half (core/halves.def) is work on one object, or on two (an object and what
 * it shadows), or on a pager whose object is not known yet; so it has two keys.
 * Two threads inside two halves that share a key are in a window together.
 */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include "pmap_sim/types.h"

enum vm_half {
#define HALF(name, sentence) HALF_##name,
#include "core/halves.def"
#undef HALF
	VM_HALVES
};

enum vm_point {
#define POINT(name, held, sentence) POINT_##name,
#include "core/points.def"
#undef POINT
	VM_POINTS
};

/* What a thread was inside of before, for when it leaves. */
struct vm_inside {
	const struct vm_probe *probe;
	enum vm_half half;
	const void *key[2];
	boolean_t inside;
};

/*
 * Called by whoever is inside the VM, with whatever locks: must not sleep, and
 * must not order what it watches.  point may delay, and where held is FALSE may
 * let other threads run.
 */
struct vm_probe {
	void (*enter)(const struct vm_probe *probe, struct vm_inside *was,
	    const void *a, const void *b);
	void (*leave)(
	    const struct vm_probe *probe, const struct vm_inside *was);
	/* Still inside, and now at b instead of the second key. */
	void (*also)(
	    const struct vm_probe *probe, enum vm_half half, const void *b);
	void (*point)(const struct vm_probe *probe, enum vm_point point);
};

#endif /* CORE_PROBE_H */
