/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: the pages of one thing that can be mapped.
 *
 * Keys are the roles of locking/contract.h.  The contract of each function is
 * the original's (seed lines in parentheses; docs/substrate.md section 12) with
 * the repairs of docs/hazards.md.  `vm` is the first parameter everywhere.
 */
#ifndef CORE_VM_OBJECT_H
#define CORE_VM_OBJECT_H

#include "core/vm_struct.h"

/* The original's lock words, in terms of roles; `vm` is the one in scope. */
#define vm_object_lock_init(o)   lk_object_init(&(o)->lk)
#define vm_object_lock_fini(o)   lk_object_fini(&(o)->lk)
#define vm_object_lock(o)        lk_object_enter(&vm->lk, &(o)->lk)
#define vm_object_unlock(o)      lk_object_exit(&vm->lk, &(o)->lk)
#define vm_object_lock_try(o)    lk_object_try(&vm->lk, &(o)->lk)
#define vm_object_cache_lock()   lk_cache_enter(&vm->lk)
#define vm_object_cache_unlock() lk_cache_exit(&vm->lk)
#define vm_object_list_lock(i)   lk_objects_enter(&vm->lk, (i))
#define vm_object_list_unlock(i) lk_objects_exit(&vm->lk, (i))
/* Let go of the object and sleep on event, as one step.  Unlocked after. */
#define vm_object_sleep(event, o)                                              \
	do {                                                                   \
		assert_wait((event), FALSE);                                   \
		vm_object_unlock(o);                                           \
		thread_block();                                                \
	} while (0)

/* --- life (vm_object.c) -------------------------------------------------- */

/* (94) Boot: one CPU, nothing else. */
void vm_object_init(struct vm *vm, vm_size_t size);

/* (121) A new internal object of one reference; NULL for want of memory.  May
 * sleep; no role held. */
vm_object_t vm_object_allocate(struct vm *vm, vm_size_t size);

/* (168) One more reference, for a caller that has or is protected by one. */
void
vm_object_reference(struct vm *vm, vm_object_t object) LK_WITHOUT(object->lk);

/* (190) Give up a reference; the last one caches the object or terminates it,
 * and with it drops its reference on its shadow, down the chain.  NULL ok.
 * May sleep; no role held. */
void vm_object_deallocate(struct vm *vm, vm_object_t object);

/* (260) Destroy an object of no references, marked DYING: waits for paging,
 * cleans it if external, frees its pages, its pager and itself.  Entered with
 * it locked; returns its shadow, whose reference is now the caller's. */
vm_object_t
vm_object_terminate(struct vm *vm, vm_object_t object) LK_RELEASES(object->lk);

/* The object after that one, on whichever list; the first after NULL.  Lists
 * locked, or nothing comes or goes. */
vm_object_t vm_object_after(struct vm *vm, vm_object_t object);

/* (490) Drop every pager; one CPU left, nothing new is made. */
void vm_object_shutdown(struct vm *vm);

/* Paging in the object begins and ends; at the end of the last, waiters are
 * woken (C2).  Object locked.  Where the original wakes, too, it is _over. */
void vm_object_paging_begin_at(vm_object_t object, const struct held_site *site)
    LK_HOLDS(object->lk);
#define vm_object_paging_begin(object)                                         \
	vm_object_paging_begin_at((object), HELD_SITE("paging", HELD_OF))
void
vm_object_paging_end(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk);
void
vm_object_paging_over(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk);
/* Until there is none.  Locked before and after; lets go meanwhile. */
void
vm_object_paging_wait(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk);

/* --- identity and cache (vm_object_cache.c) ------------------------------ */

/* (848) */
void vm_object_setpager(struct vm *vm, vm_object_t object,
    struct vm_pager *pager, vm_offset_t paging_offset) LK_WITHOUT(object->lk);

/* (877) The pager's object with one more reference, taken out of the cache if
 * it was there; NULL if there is none.  Waits for a termination to end, then
 * NULL: the pager may be gone, only its address is used.  May sleep. */
vm_object_t vm_object_lookup(struct vm *vm, const struct vm_pager *pager);

/* (915) Let the object be found by pager.  FALSE: another one is (A4), or no
 * memory.  May sleep; no role held. */
boolean_t
vm_object_enter(struct vm *vm, vm_object_t object, struct vm_pager *pager);

/* (952) No longer; only this object's entry goes (A5). */
void vm_object_remove(struct vm *vm, vm_object_t object,
    const struct vm_pager *pager) LK_HOLDS(vm->lk.identity);

/* (458) Terminate cached objects beyond vm_cache_max, oldest first; all of
 * them (979).  May sleep; no role held. */
void vm_object_cache_trim(struct vm *vm);
/* The same, and vm_cache_max is that from now on. */
void vm_object_cache_limit(struct vm *vm, unsigned limit);
void vm_object_cache_clear(struct vm *vm);

/* The object may persist, or not; consumes a reference.  NULL: refused. */
kern_return_t
pager_cache(struct vm *vm, vm_object_t object, boolean_t should_cache);

/* Lock the object and hold the identity of the pager it has; returns that
 * pager, which vm_object_identity_exit wants back. */
const struct vm_pager *vm_object_identity_enter(
    struct vm *vm, vm_object_t object) LK_ACQUIRES(vm->lk.identity, object->lk);

/* --- copy and shadow (vm_object_copy.c) ---------------------------------- */

/*
 * (603) A virtual copy of [src_offset, +size).  Internal or pager-less source:
 * the same object with one more reference, and *src_needs_copy.  Otherwise a
 * copy object over the whole source.  Afterwards nobody can write the source's
 * resident pages without a fault (D3).  KERN_RESOURCE_SHORTAGE: nothing done.
 * The caller has a reference; no role held; may sleep.
 */
kern_return_t vm_object_copy(struct vm *vm, vm_object_t src_object,
    vm_offset_t src_offset, vm_size_t size, vm_object_t *dst_object,
    vm_offset_t *dst_offset, boolean_t *src_needs_copy);

/* (803) *object becomes a new object of `length` that shadows the old one at
 * *offset; *offset becomes 0.  The caller's reference moves into the new
 * object.  KERN_RESOURCE_SHORTAGE: nothing done. */
kern_return_t vm_object_shadow(
    struct vm *vm, vm_object_t *object, vm_offset_t *offset, vm_size_t length);

/* --- collapse (vm_object_collapse.c) ------------------------------------- */

/* (1019) Absorb backing objects nobody else refers to; step over those whose
 * pages are all covered.  Object locked throughout, page queues not. */
void vm_object_collapse(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk);

/* (1327) Grow prev_object by next_size beyond prev_offset + prev_size.  TRUE
 * if done.  next_object must be NULL.  Not locked; map write-locked. */
boolean_t vm_object_coalesce(struct vm *vm, vm_object_t prev_object,
    vm_object_t next_object, vm_offset_t prev_offset, vm_offset_t next_offset,
    vm_size_t prev_size, vm_size_t next_size);

/* --- pages of an object (vm_object_page.c) ------------------------------- */

/* (342) Write the dirty pages of [start, end), of all if start == end; with
 * de_queue take them off the paging queues.  Each page is visited once (C3).
 * FALSE: some could not be written and stay dirty (C4).  Object locked before
 * and after, not throughout; the caller has a reference. */
boolean_t
vm_object_page_clean(struct vm *vm, vm_object_t object, vm_offset_t start,
    vm_offset_t end, boolean_t de_queue) LK_HOLDS(object->lk);

/* (439) Active pages become inactive. */
void vm_object_deactivate_pages(struct vm *vm, vm_object_t object)
    LK_HOLDS(object->lk);

/* (542, 572) Make [start, end) read-only, or unmapped, everywhere. */
void vm_object_pmap_copy(
    struct vm *vm, vm_object_t object, vm_offset_t start, vm_offset_t end);
void vm_object_pmap_remove(
    struct vm *vm, vm_object_t object, vm_offset_t start, vm_offset_t end);

/* (1282) Unmap and free the pages of [start, end); waits for busy ones (C7),
 * leaves wired ones (C9).  Locked before and after; NULL ok. */
void vm_object_page_remove(struct vm *vm, vm_object_t object, vm_offset_t start,
    vm_offset_t end) LK_HOLDS(object->lk);

/* Let go, sleep until the busy page is not, lock again. */
void vm_object_wait_page(struct vm *vm, vm_object_t object, struct vm_page *p)
    LK_HOLDS(object->lk);
/* No store to the page can happen, or come unnoticed, from here on. */
void vm_object_page_quiesce(struct vm *vm, struct vm_page *p);

/* Off the object list and away, now or when no lookup can see it any more. */
void vm_object_free(struct vm *vm, vm_object_t object);

/* (1398) To stdout, for a debugger; nothing locked. */
void vm_object_print(struct vm *vm, vm_object_t object, boolean_t full);

#endif /* CORE_VM_OBJECT_H */
