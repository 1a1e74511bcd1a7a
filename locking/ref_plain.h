/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The original's reference count: an int under the object role.
 *
 * The fast ways say FALSE, always, and the compiler drops what asks them.
 */
#ifndef LOCKING_REF_PLAIN_H
#define LOCKING_REF_PLAIN_H

static inline void
lk_ref_init(struct lk_ref *ref, int count)
{
	ref->count = count;
}

static inline int
lk_ref_read(struct lk_ref *ref)
{
	return ref->count;
}

static inline void
lk_ref_get(struct lk_ref *ref)
{
	ref->count++;
}

static inline int
lk_ref_put(struct lk_ref *ref)
{
	return --ref->count;
}

static inline boolean_t
lk_ref_put_shared(struct lk_ref *ref)
{
	if (ref->count == 1)
		return FALSE;
	ref->count--;
	return TRUE;
}

static inline boolean_t
lk_ref_claim(struct lk_ref *ref)
{
	if (ref->count != 1)
		return FALSE;
	ref->count = 0;
	return TRUE;
}

static inline boolean_t
lk_ref_get_live(struct lk_ref *ref)
{
	(void)ref;
	return FALSE;
}

#endif /* LOCKING_REF_PLAIN_H */
