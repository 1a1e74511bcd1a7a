/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address maps (docs/substrate.md section 10): which object is where.
 *
 * A map is a sorted list of entries under a sleep lock, alike under every
 * strategy.  It is an address space's, or a share map (vm_map_share.c), which
 * stands behind entries of several.  Objects dropped from a map are deallocated
 * only after its lock is released (hazard A15): termination may do I/O.
 */
#ifndef CORE_VM_MAP_H
#define CORE_VM_MAP_H

#include "core/vm.h"

typedef struct vm_map *vm_map_t;
typedef struct vm_map_entry *vm_map_entry_t;

struct vm_map_entry {
	vm_map_entry_t prev, next;            /* (m) */
	vm_offset_t start, end;               /* (m) */
	vm_object_t object;                   /* (m) counted; NULL: none yet */
	vm_map_t share_map;                   /* (m) counted; then no object */
	vm_offset_t offset;                   /* (m) in either */
	boolean_t copy_on_write;              /* (m) */
	boolean_t needs_copy;                 /* (m) shadow before a write */
	vm_prot_t protection, max_protection; /* (m) */
	enum vm_inheritance inheritance;      /* (m) */
	int wired_count;                      /* (m) */
};

struct vm_map {
	struct kern_lock lock;      /* (m) */
	struct vm_map_entry header; /* (m) list head; start, end: the bounds */
	struct pmap *pmap;          /* (i) NULL: a share map */
	int ref_count;              /* (a) of a share map: entries */
	int nentries;               /* (m) */
	vm_map_entry_t hint;        /* (a) where the last lookup ended */
	struct vm_map *list_next, **list_prev; /* vm->map_list */
};

/* A process's address space. */
struct vmspace {
	struct vm_map vm_map;
	int vm_refcnt; /* (a) */
};

#define VM_MAP_HERE             HELD_SITE("map", HELD_OF)
#define vm_map_lock(map)        lock_write_at(&(map)->lock, VM_MAP_HERE)
#define vm_map_unlock(map)      lock_done(&(map)->lock)
#define vm_map_lock_read(map)   lock_read_at(&(map)->lock, VM_MAP_HERE)
#define vm_map_unlock_read(map) lock_done(&(map)->lock)

/* --- entries (vm_map.c); the map write-locked unless said otherwise ------- */

/* An empty map over the user's addresses, on the list; its pmap made. */
kern_return_t vm_map_init(struct vm *vm, vm_map_t map);
/* An empty map's end. */
void vm_map_fini(struct vm *vm, vm_map_t map);
/* An empty share map of one reference, or NULL: no memory. */
vm_map_t vm_map_create(struct vm *vm, vm_offset_t start, vm_offset_t end);
/* A share map's last reference empties and ends it.  Nothing locked. */
void vm_map_deallocate(struct vm *vm, vm_map_t share);

/* One more reference on what the entry refers to, if anything. */
void vm_map_entry_reference(struct vm *vm, vm_map_entry_t e);
/* One less; the last one with no map locked (A15). */
void vm_map_entry_release(struct vm *vm, vm_map_entry_t e);

/* The entry that contains addr, or the last before it with FALSE (the header,
 * if none).  Read-locked at least. */
boolean_t
vm_map_lookup_entry(vm_map_t map, vm_offset_t addr, vm_map_entry_t *entry);

/* Split so that an entry begins (ends) at addr, if addr is inside it. */
kern_return_t vm_map_clip_start(
    struct vm *vm, vm_map_t map, vm_map_entry_t e, vm_offset_t at);
kern_return_t
vm_map_clip_end(struct vm *vm, vm_map_t map, vm_map_entry_t e, vm_offset_t at);

/* A new entry like `as`, on success with its reference.  KERN_NO_SPACE: the
 * range is not free. */
kern_return_t
vm_map_insert(struct vm *vm, vm_map_t map, const struct vm_map_entry *as);
/* A new entry that is in no map, of private memory without an object; or NULL:
 * no memory. */
vm_map_entry_t vm_map_entry_anonymous(
    struct vm *vm, vm_offset_t start, vm_offset_t end, vm_prot_t prot);
/* Is [start, end) within the map's bounds, and free? */
boolean_t vm_map_is_free(vm_map_t map, vm_offset_t start, vm_offset_t end);
/* Place e, made by the caller and not in a map, in a range known to be free;
 * anonymous memory grows the entry before it if that is possible, and e is
 * freed. */
void vm_map_place(struct vm *vm, vm_map_t map, vm_map_entry_t e);
/* A free range of size: the lowest at or above hint, or else the lowest. */
kern_return_t vm_map_findspace(
    vm_map_t map, vm_offset_t hint, vm_size_t size, vm_offset_t *addr);
void vm_map_unlink(vm_map_t map, vm_map_entry_t e);
void vm_map_link(vm_map_t map, vm_map_entry_t after, vm_map_entry_t e);

/* --- ranges (vm_map_range.c) --------------------------------------------- */

/* Entries begin at start and end at end, where there are any; *first is the
 * first of them, or the one after. */
kern_return_t vm_map_clip_range(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, vm_map_entry_t *first);

/*
 * Unmap [start, end): translations first, then the entries, which are put on
 * *dead for vm_map_bury once the map is unlocked (A15).
 */
kern_return_t vm_map_delete(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, vm_map_entry_t *dead);
/* Drop the references of dead entries, and them.  Nothing locked. */
void vm_map_bury(struct vm *vm, vm_map_entry_t dead);
/* Both; takes and drops the lock. */
kern_return_t
vm_map_remove(struct vm *vm, vm_map_t map, vm_offset_t start, vm_offset_t end);
/* Rights; takes and drops the lock.  What fails has changed nothing, but that
 * memory which cannot be wired with its new rights is no longer wired. */
kern_return_t vm_map_protect(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, vm_prot_t prot);
/* Wire, or unwire; takes and drops the lock. */
kern_return_t vm_map_pageable(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, boolean_t pageable);
/* What children will get; takes and drops the lock. */
kern_return_t vm_map_inherit(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, enum vm_inheritance inheritance);
/* Is all of [start, end) mapped with at least prot?  Takes and drops. */
boolean_t vm_map_check_protection(struct vm *vm, vm_map_t map,
    vm_offset_t start, vm_offset_t end, vm_prot_t prot);

/* --- resolving a fault (vm_map_lookup.c) --------------------------------- */

/*
 * Resolve va for fault_type: *object at *offset, *prot, *wired; the map
 * read-locked on success, until vm_map_lookup_done.  Shadows a needs_copy entry
 * for a write, allocates a missing object.  `try`: fail with KERN_FAILURE
 * rather than sleep for a lock (a fault that holds a busy page may not: hazard
 * D2).
 */
kern_return_t vm_map_lookup(struct vm *vm, vm_map_t *map, vm_offset_t va,
    vm_prot_t fault_type, boolean_t try, vm_map_entry_t *out_entry,
    vm_object_t *object, vm_offset_t *offset, vm_prot_t *prot,
    boolean_t *wired);
/* Give the entry what a fault of that type needs: an object, its own if it is
 * to be written.  Its map write-locked, which is then unchanged on failure. */
kern_return_t
vm_map_entry_prepare(struct vm *vm, vm_map_entry_t e, vm_prot_t fault_type);
/* What a fault on wired memory is, whatever was asked. */
vm_prot_t vm_map_wired_type(vm_map_entry_t e);
void vm_map_lookup_done(struct vm *vm, vm_map_t map, vm_map_entry_t entry);

/* --- fork (vm_map_copy.c, vm_map_share.c) --------------------------------- */

/* Give the child what it inherits of one entry of the parent's; the parent's
 * map write-locked, the child's its own. */
kern_return_t vm_map_fork_entry(
    struct vm *vm, vm_map_t parent, vm_map_t child, vm_map_entry_t from);
/* By SHARE. */
kern_return_t
vm_map_share_entry(struct vm *vm, vm_map_t child, vm_map_entry_t from);
/* By COPY, of memory that is shared. */
kern_return_t
vm_map_copy_shared(struct vm *vm, vm_map_t dst_map, vm_map_entry_t from);
/* A copy of `from`, an entry with or without object of src_map, where *to says.
 * eager: the pages, now. */
kern_return_t
vm_map_copy_entry(struct vm *vm, vm_map_t src_map, vm_map_t dst_map,
    vm_map_entry_t from, struct vm_map_entry *to, boolean_t eager);

/* What is mapped at addr, share maps seen through: *as like an entry, with its
 * own reference (hazard C1: the map may change while its pages are in use).
 * Takes and drops the locks. */
boolean_t vm_map_peek(
    struct vm *vm, vm_map_t map, vm_offset_t addr, struct vm_map_entry *as);

/* --- struct vm_ops (core/ops.h) ------------------------------------------ */

struct vmspace *vmspace_alloc(struct vm *vm);
struct vmspace *vmspace_fork(struct vm *vm, struct vmspace *parent);
void vmspace_reference(struct vm *vm, struct vmspace *space);
void vmspace_free(struct vm *vm, struct vmspace *space);
void vmspace_activate(struct vm *vm, struct vmspace *space);
kern_return_t vmspace_exec(struct vm *vm, struct vmspace **space);
kern_return_t
vm_mmap(struct vm *vm, struct vmspace *space, vm_offset_t *addr, vm_size_t size,
    vm_prot_t prot, int flags, struct vnode *file, vm_offset_t offset);
kern_return_t vm_munmap(
    struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size);
kern_return_t vm_mprotect(struct vm *vm, struct vmspace *space,
    vm_offset_t addr, vm_size_t size, vm_prot_t prot);
/* Whole pages of [*addr, +size): *addr to *end.  KERN_INVALID_ADDRESS: they are
 * no addresses of a program's. */
kern_return_t
vm_mmap_range(vm_offset_t *addr, vm_size_t size, vm_offset_t *end);
kern_return_t vm_msync(
    struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size);
kern_return_t vm_brk(struct vm *vm, struct vmspace *space, vm_offset_t old_end,
    vm_offset_t new_end);
kern_return_t vm_wire(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, boolean_t wire);
kern_return_t vm_forget(
    struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size);
kern_return_t vm_move(struct vm *vm, struct vmspace *space, vm_offset_t from,
    vm_size_t old_size, vm_offset_t *to, vm_size_t new_size);
kern_return_t vm_inherit(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, enum vm_inheritance inheritance);
boolean_t vm_mapped(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, vm_prot_t prot);
void vm_explain(struct vm *vm, struct vmspace *space, vm_offset_t addr);

#endif /* CORE_VM_MAP_H */
