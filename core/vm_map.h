/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps (docs/substrate.md section 10): which object is where.
 *
 * A map is a sorted list of entries under a sleep lock, alike under every
 * strategy.  Objects dropped from a map are deallocated only after its lock is
 * released (hazard A15): termination may do I/O.
 */
#ifndef CORE_VM_MAP_H
#define CORE_VM_MAP_H

#include "core/vm.h"

typedef struct vm_map *vm_map_t;
typedef struct vm_map_entry *vm_map_entry_t;

enum vm_inherit { VM_INHERIT_SHARE, VM_INHERIT_COPY, VM_INHERIT_NONE };

struct vm_map_entry {
	vm_map_entry_t prev, next; /* (m) */
	vm_offset_t start, end;    /* (m) */
	union {
		vm_object_t vm_object; /* (m) may be NULL: none yet */
		vm_map_t share_map;    /* (m) is_a_map */
	} object;
	vm_offset_t offset;      /* (m) in that */
	boolean_t is_a_map;      /* (m) object is a share map */
	boolean_t copy_on_write; /* (m) */
	boolean_t needs_copy;    /* (m) shadow before the first write */
	vm_prot_t protection, max_protection; /* (m) */
	enum vm_inherit inheritance;          /* (m) */
	int wired_count;                      /* (m) */
};

struct vm_map {
	struct kern_lock lock;      /* (m) */
	struct vm_map_entry header; /* (m) list head; start, end: the bounds */
	struct pmap *pmap;          /* (i) NULL in a share map */
	int nentries;               /* (m) */
	vm_size_t size;             /* (m) */
	boolean_t is_main_map;      /* (i) FALSE: a share map */
	int ref_count;              /* (a) */
	vm_map_entry_t hint;        /* (a) last found; revalidated under (m) */
	unsigned timestamp;         /* (m) bumped by each write lock */
};

/* A process's address space. */
struct vmspace {
	struct vm_map vm_map;
	int vm_refcnt; /* (a) */
};

void vm_map_lock(struct vm *vm, vm_map_t map);
void vm_map_unlock(struct vm *vm, vm_map_t map);
void vm_map_lock_read(struct vm *vm, vm_map_t map);
void vm_map_unlock_read(struct vm *vm, vm_map_t map);

/*
 * Resolve va for fault_type: *object at *offset, *prot, *wired; the map (and
 * share map) read-locked on success, until vm_map_lookup_done(out_entry).
 * Shadows a needs_copy entry for a write, allocates a missing object.
 * `try`: fail with KERN_FAILURE rather than sleep for a lock (a fault that
 * holds a busy page may not: docs/hazards.md D2).  *map may become another.
 */
kern_return_t vm_map_lookup(struct vm *vm, vm_map_t *map, vm_offset_t va,
    vm_prot_t fault_type, boolean_t try, vm_map_entry_t *out_entry,
    vm_object_t *object, vm_offset_t *offset, vm_prot_t *prot,
    boolean_t *wired);
void vm_map_lookup_done(struct vm *vm, vm_map_t map, vm_map_entry_t entry);

#endif /* CORE_VM_MAP_H */
