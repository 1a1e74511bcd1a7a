/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One strategy's build of the VM, as programs outside core/ see it.  All
 * structures are opaque here: their layout differs between strategies.
 *
 * Unless said otherwise a call is made by a thread of the machine (bound or
 * free, pmap_sim/thread.h) that holds nothing, may sleep, and may come back on
 * another CPU.
 */
#ifndef CORE_OPS_H
#define CORE_OPS_H

#ifdef LK_STRATEGY
#include "core/names.h" /* inside core/ some fields are named like functions */
#endif
#include "core/probe.h"
#include "core/trouble.h"
#include "core/vnode.h"
#include "pmap_sim/types.h"

struct hang_event; /* pmap_sim/hang.h */
struct machine;
struct vm;
struct vm_direct;
struct vmspace;

#define VM_MIN_ADDRESS ((vm_offset_t)0)
#define VM_MAX_ADDRESS ((vm_offset_t)1 << 47)

/* mmap's flags; exactly one of the first three. */
#define MAP_SHARED_  0x01 /* changes are the object's */
#define MAP_PRIVATE_ 0x02 /* changes are mine; others' may show */
#define MAP_COPY_    0x04 /* changes are mine; others' do not show */
#define MAP_FIXED_   0x10 /* at that address, in place of what is there */
#define MAP_ANON_    0x20 /* no file */

/* What a child gets of a range; exactly one. */
enum vm_inheritance { VM_INHERIT_SHARE, VM_INHERIT_COPY, VM_INHERIT_NONE };

/* Defects of the original that can be given back. */
enum vm_hazard {
#define HAZARD(id, sentence) HAZARD_##id,
#include "core/hazards.def"
#undef HAZARD
	VM_HAZARDS
};

struct vm_config {
	unsigned cache_max; /* persistent objects kept; 0: the original's 100;
			       ~0u: none */
	const char
	    *swap_path;      /* a real file, made and unlinked; NULL: no swap */
	unsigned swap_pages; /* its size; 0: four times the frames */
	boolean_t swap_async;          /* the daemon writes with PEND */
	unsigned long fail_allocation; /* the n-th M_WAITOK fails; 0: none */
	unsigned long as_found;        /* a bit for each enum vm_hazard */
	/* [VM_HAZARDS], how often each that was given back came up; NULL:
	 * nobody asks. */
	unsigned long *came_up;
	const struct vm_probe *probe;     /* NULL: nobody watches */
	const struct vm_trouble *trouble; /* NULL: nothing goes wrong */
};

/* Numbers that only grow; one line each in core/counters.def. */
struct vm_statistics {
#define COUNTER(name, sentence) unsigned long name;
#include "core/counters.def"
#undef COUNTER
	/* and levels, as of now */
	unsigned free_count, active_count, inactive_count, wire_count;
	unsigned object_count, cached_count;
	unsigned pageout_work; /* 0: nothing for the daemon to do, or reap */
};

/* What is still allocated, by kind: the leak census. */
struct vm_census {
	long objects, hash_entries, pagers, maps, entries;
};

struct vm_ops {
	const char *name;    /* of the strategy */
	const char *summary; /* its line in strategies.def */

	/* What machine_config.fixed_bytes must be for it; device frames
	 * count. */
	size_t (*fixed_bytes)(unsigned frames, unsigned cpus);
	/* One CPU, attached, is all that runs.  NULL and a line on stderr. */
	struct vm *(*create)(struct machine *m, const struct vm_config *config);
	/* All address spaces are gone, the daemon has returned.  Empties the
	 * cache, then says what is left besides the kernel's two objects. */
	void (*destroy)(struct vm *vm, struct vm_census *left);
	/* The pageout daemon: returns after stop().  On a CPU of its own. */
	void (*pageout)(struct vm *vm);
	void (*stop)(struct vm *vm);

	/* A process's address space, with one reference; NULL: no memory. */
	struct vmspace *(*vmspace_alloc)(struct vm *vm);
	/* A child's, by each entry's inheritance.  NULL: no memory. */
	struct vmspace *(*vmspace_fork)(struct vm *vm, struct vmspace *parent);
	/* A thread or vfork child shares its creator's. */
	void (*vmspace_reference)(struct vm *vm, struct vmspace *space);
	/* exit: the last reference unmaps everything.  Nobody runs on it. */
	void (*vmspace_free)(struct vm *vm, struct vmspace *space);
	/* The calling thread runs on it from now on; NULL: on none. */
	void (*vmspace_activate)(struct vm *vm, struct vmspace *space);

	/* *addr: where, or a hint; page aligned.  prot is VM_PROT_*.  file NULL
	 * iff MAP_ANON_.  offset page aligned.  A device is mapped SHARED, and
	 * not beyond its end.  What fails has changed nothing. */
	kern_return_t (*mmap)(struct vm *vm, struct vmspace *space,
	    vm_offset_t *addr, vm_size_t size, vm_prot_t prot, int flags,
	    struct vnode *file, vm_offset_t offset);
	kern_return_t (*munmap)(struct vm *vm, struct vmspace *space,
	    vm_offset_t addr, vm_size_t size);
	/* If it fails otherwise than by KERN_INVALID_ADDRESS, some of the range
	 * may have changed (as POSIX has it): wired memory that gains WRITE is
	 * wired anew, and where that fails it has the rights and no wiring. */
	kern_return_t (*mprotect)(struct vm *vm, struct vmspace *space,
	    vm_offset_t addr, vm_size_t size, vm_prot_t prot);
	/* Write dirty pages of shared file mappings; no hole may be in
	 * range. */
	kern_return_t (*msync)(struct vm *vm, struct vmspace *space,
	    vm_offset_t addr, vm_size_t size);
	/* obreak: the heap is [old, new), grown by coalescing, or shrunk. */
	kern_return_t (*brk)(struct vm *vm, struct vmspace *space,
	    vm_offset_t old_end, vm_offset_t new_end);
	/* exec, first half: everything is unmapped; a shared space is left to
	 * the others and replaced by a new one.  The caller runs on *space. */
	kern_return_t (*exec)(struct vm *vm, struct vmspace **space);
	/* mlock, munlock. */
	kern_return_t (*wire)(struct vm *vm, struct vmspace *space,
	    vm_offset_t addr, vm_size_t size, boolean_t wire);
	/* minherit: what children made from now on get of the range.  A file
	 * or device mapped SHARED begins with SHARE, all else with COPY. */
	kern_return_t (*inherit)(struct vm *vm, struct vmspace *space,
	    vm_offset_t addr, vm_size_t size, enum vm_inheritance inheritance);
	/* The pages of [addr, addr+size), known to be private anonymous memory,
	 * read as zero from now on (madvise DONTNEED).  Shared memory is left
	 * alone, wired memory refused. */
	kern_return_t (*forget)(struct vm *vm, struct vmspace *space,
	    vm_offset_t addr, vm_size_t size);
	/* Move a mapping, contents and all (mremap), to *to, in place of what
	 * is there.  What fails has changed nothing.  KERN_INVALID_ADDRESS: a
	 * hole, or more than one mapping. */
	kern_return_t (*move)(struct vm *vm, struct vmspace *space,
	    vm_offset_t from, vm_size_t old_size, vm_offset_t *to,
	    vm_size_t new_size);
	/* Is every page of the range mapped with at least prot? */
	boolean_t (*mapped)(struct vm *vm, struct vmspace *space,
	    vm_offset_t addr, vm_size_t size, vm_prot_t prot);

	/* The file has shrunk or grown to size bytes. */
	void (*file_setsize)(struct vm *vm, struct vnode *file, vm_size_t size);
	/* No mapping of the file is left: forget the cached object, if any. */
	void (*file_uncache)(struct vm *vm, struct vnode *file);
	/* Keep at most so many persistent objects from now on. */
	void (*cache_limit)(struct vm *vm, unsigned limit);

	void (*statistics)(struct vm *vm, struct vm_statistics *s);
	/* I1 to I16 where they can be seen at rest: no other thread is inside
	 * the VM.  Reports each violation; returns their number. */
	unsigned (*check)(struct vm *vm);
	/* The address space, in words, for a failed read. */
	void (*explain)(struct vm *vm, struct vmspace *space, vm_offset_t addr);
	/* What a thread that sleeps on event waits for; takes no lock.  By any
	 * OS thread, as hang_config.event. */
	void (*waited)(void *vm, const void *event, struct hang_event *what);

	/* The object module's own operations (core/direct.h); NULL natively. */
	const struct vm_direct *direct;
};

/* Every strategy of locking/strategies.def, NULL-terminated. */
extern const struct vm_ops *const vm_strategies[];
const struct vm_ops *vm_strategy_find(const char *name);

#endif /* CORE_OPS_H */
