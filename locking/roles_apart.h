/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roles that have a lock each: object, object-list, page-queue, free-queue.
 *
 * For strategies whose struct lk_vm has object_list_lock, page_queue_lock and
 * free_lock, and whose struct lk_object has lock, all of one kind: LK_LOCK is
 * sync_spin or sync_mutex.  There are LK_OBJECT_LISTS of object_list_lock, in
 * m.
 */
#ifndef LOCKING_ROLES_APART_H
#define LOCKING_ROLES_APART_H

#define LK_PASTE_(lock, op) lock##_##op
#define LK_PASTE(lock, op)  LK_PASTE_(lock, op)

#define lk_lock_init LK_PASTE(LK_LOCK, init)
#define lk_lock_fini LK_PASTE(LK_LOCK, fini)
#define lk_lock_take LK_PASTE(LK_LOCK, take)
#define lk_lock_drop LK_PASTE(LK_LOCK, drop)
#define lk_lock_try  LK_PASTE(LK_LOCK, try)

static inline void
lk_apart_init(struct lk_vm *lk)
{
	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++)
		lk_lock_init(&lk->object_list_lock[i].m);
	lk_lock_init(&lk->page_queue_lock);
	lk_lock_init(&lk->free_lock);
}

static inline void
lk_apart_fini(struct lk_vm *lk)
{
	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++)
		lk_lock_fini(&lk->object_list_lock[i].m);
	lk_lock_fini(&lk->page_queue_lock);
	lk_lock_fini(&lk->free_lock);
}

static inline void
lk_object_init(struct lk_object *o)
{
	lk_lock_init(&o->lock);
}

static inline void
lk_object_fini(struct lk_object *o)
{
	lk_lock_fini(&o->lock);
}

static inline void
lk_object_enter(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	lk_lock_take(&o->lock);
}

static inline void
lk_object_exit(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	lk_lock_drop(&o->lock);
}

static inline boolean_t
lk_object_try(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	return lk_lock_try(&o->lock);
}

static inline void
lk_objects_enter(struct lk_vm *lk, unsigned list)
{
	lk_lock_take(&lk->object_list_lock[list].m);
}

static inline void
lk_objects_exit(struct lk_vm *lk, unsigned list)
{
	lk_lock_drop(&lk->object_list_lock[list].m);
}

static inline void
lk_queues_enter(struct lk_vm *lk)
{
	lk_lock_take(&lk->page_queue_lock);
}

static inline void
lk_queues_exit(struct lk_vm *lk)
{
	lk_lock_drop(&lk->page_queue_lock);
}

static inline void
lk_freequeue_enter(struct lk_vm *lk)
{
	lk_lock_take(&lk->free_lock);
}

static inline void
lk_freequeue_exit(struct lk_vm *lk)
{
	lk_lock_drop(&lk->free_lock);
}

#endif /* LOCKING_ROLES_APART_H */
