/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pagers: where an object's contents live when they are not resident
 * (docs/substrate.md section 6).
 */
#ifndef CORE_VM_PAGER_H
#define CORE_VM_PAGER_H

#include "core/vm_page.h"
#include "core/vm_pager_results.h"
#include "core/vnode.h"

typedef struct vm_pager *vm_pager_t;

#define PG_SWAP   0
#define PG_VNODE  1
#define PG_DEVICE 2

/*
 * getpage, putpage: the page is BUSY and the caller holds one pip of its
 * object, and no role; may sleep.  Neither touches the page's flags: the caller
 * sets CLEAN and clears the modified bit under the object's lock, and a PENDing
 * put's reaper does.  page offsets are biased by object->paging_offset here.
 */
struct vm_pager_ops {
	int type;
	int (*getpage)(struct vm *vm, vm_pager_t pager, vm_page_t m);
	int (*putpage)(
	    struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync);
	boolean_t (*haspage)(
	    struct vm *vm, vm_pager_t pager, vm_offset_t offset);
	/* Nobody will find it any more; waits for its own I/O. */
	void (*detach)(struct vm *vm, vm_pager_t pager);
	/* Or NULL: the pages that its object, new and locked, always has. */
	void (*populate)(struct vm *vm, vm_pager_t pager, vm_object_t object);
};

struct vm_pager {
	const struct vm_pager_ops *ops; /* (i) */
	queue_chain_t list;             /* under the pager list's lock */
	struct vnode *vnode;            /* (i) of a vnode or device pager */
	struct swap_map *swap;          /* (i) of a swap pager */
};

/* Boot, swap file included; on failure a line on stderr. */
kern_return_t vm_pager_init(struct vm *vm);
/* All pagers are gone, the daemon has returned.  NULL-safe after a failed
 * init. */
void vm_pager_fini(struct vm *vm);

/* The vnode's pager, made if need be; *object is its object with one more
 * reference, which is the caller's (A16).  NULL: no memory.  May sleep. */
vm_pager_t
vm_pager_allocate(struct vm *vm, struct vnode *vp, vm_object_t *object);
/* The same object if there is one; or NULL, with vp's interlock held: there is
 * none, nor is one being made. */
vm_object_t vm_pager_find(struct vm *vm, struct vnode *vp);
/* For a pager's detach: its vnode has none from now on. */
void vm_pager_unpublish(struct vm *vm, vm_pager_t pager);

extern const struct vm_pager_ops vnode_pager_ops;  /* VREG */
extern const struct vm_pager_ops device_pager_ops; /* VCHR */

/* A pager for an anonymous object of size bytes, or NULL: no memory, no swap.
 * Does not sleep. */
vm_pager_t swap_pager_alloc(struct vm *vm, vm_size_t size);

/* A pager of one kind, with `extra` zeroed bytes behind it; NULL: no memory.
 * On the list until it is detached. */
vm_pager_t
vm_pager_make(struct vm *vm, const struct vm_pager_ops *ops, size_t extra);
/* NULL pager: zero-fills. */
int vm_pager_get(struct vm *vm, vm_pager_t pager, vm_page_t m);
int vm_pager_put(struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync);
boolean_t
vm_pager_has_page(struct vm *vm, vm_pager_t pager, vm_offset_t offset);
/* End of a pager, in two steps: detach, so that nobody finds it, then (its
 * object no longer hashed) free. */
void vm_pager_detach(struct vm *vm, vm_pager_t pager);
void vm_pager_free(struct vm *vm, vm_pager_t pager);
/* Reap finished asynchronous writes.  Holding no role. */
void vm_pager_sync(struct vm *vm);
/* Asynchronous writes begun and not yet reaped. */
unsigned vm_pager_pending(struct vm *vm);

/* The file is size bytes long now: pages beyond go (may wait for busy ones).
 * When it returns, no write beyond size is under way: a file that shrinks is
 * truncated after this, not before. */
void vnode_pager_setsize(struct vm *vm, struct vnode *vp, vm_size_t size);
/* Let go of the cached object, if any.  TRUE: it was in nobody's use. */
boolean_t vnode_pager_uncache(struct vm *vm, struct vnode *vp);

/* swap_pager.c, for vm_pager.c. */
kern_return_t swap_pager_init(struct vm *vm);
void swap_pager_fini(struct vm *vm);
void swap_pager_clean(struct vm *vm);
unsigned swap_pager_pending(struct vm *vm);

#endif /* CORE_VM_PAGER_H */
