/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reference count that only 0 <-> 1 needs locks for.
 *
 * n -> n+1 by whoever has one; n -> n-1 while n > 1.  The compare-and-swap of
 * put_fast releases what the holder did to the object, and the last holder's
 * lk_ref_put acquires it before it takes the object apart.
 */
#ifndef LOCKING_REF_ATOMIC_H
#define LOCKING_REF_ATOMIC_H

static inline void
lk_ref_init(struct lk_ref *ref, int count)
{
	sync_store_relaxed(&ref->count, count);
}

static inline int
lk_ref_read(struct lk_ref *ref)
{
	return sync_load(&ref->count);
}

static inline boolean_t
lk_ref_get_fast(struct lk_ref *ref)
{
	sync_add_relaxed(&ref->count, 1);
	return TRUE;
}

static inline void
lk_ref_get(struct lk_ref *ref)
{
	sync_add_relaxed(&ref->count, 1);
}

static inline boolean_t
lk_ref_put_shared(struct lk_ref *ref)
{
	int n = sync_load_relaxed(&ref->count);

	while (n > 1)
		if (sync_cas(&ref->count, &n, n - 1))
			return TRUE;
	return FALSE;
}

static inline boolean_t
lk_ref_put_fast(struct lk_ref *ref)
{
	return lk_ref_put_shared(ref);
}

static inline int
lk_ref_put(struct lk_ref *ref)
{
	return sync_add(&ref->count, -1);
}

static inline boolean_t
lk_ref_get_live(struct lk_ref *ref)
{
	int n = sync_load_relaxed(&ref->count);

	while (n > 0)
		if (sync_cas(&ref->count, &n, n + 1))
			return TRUE;
	return FALSE;
}

static inline boolean_t
lk_ref_claim(struct lk_ref *ref)
{
	int one = 1;

	return sync_cas(&ref->count, &one, 0);
}

#endif /* LOCKING_REF_ATOMIC_H */
