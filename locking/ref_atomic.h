/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reference count that only 0 <-> 1 needs locks for, and that is dropped by a
 * subtraction: of two CPUs that drop at a time neither has to try again.
 *
 * WHO SETTLES.  Whoever subtracts and finds 0 has not let go: he goes for
 * identity and object, and settles there (lk_ref_put) whether it was the last.
 * Until then his reference counts, though the word no longer shows it.  There
 * is one settler at a time: who takes a reference meanwhile sets PENDING, and a
 * drop that finds PENDING leaves the rest to him.  So the object cannot end
 * before he has come.
 *
 *	word		references
 *	n > 0		n
 *	0		1, the settler's
 *	PENDING + n	n + 1, one of them the settler's
 *	DEAD		0: cached, dying, or absorbed
 *
 *	T1 drops	T2				word
 *							1
 *	1 -> 0						0
 *			finds it, gets		PENDING + 1
 *			drops: not the settler		PENDING
 *	settles: the last				DEAD
 *
 * From and to DEAD with identity and object held, or claimed with the object's
 * from 1.  A drop releases what its holder did to the object; who settles
 * acquires it before the object is taken apart.
 */
#ifndef LOCKING_REF_ATOMIC_H
#define LOCKING_REF_ATOMIC_H

#define LK_REF_PENDING (1 << 30)
#define LK_REF_DEAD    (-1)

/* One more, whoever asks: he has seen to it that the object stays. */
static inline int
lk_ref_more(int n)
{
	return n > 0 ? n + 1 : n == 0 ? LK_REF_PENDING + 1 : 1;
}

static inline void
lk_ref_init(struct lk_ref *ref, int count)
{
	sync_store_relaxed(&ref->count, count);
}

static inline int
lk_ref_read(struct lk_ref *ref)
{
	int n = sync_load(&ref->count);

	if (n == LK_REF_DEAD)
		return 0;
	return n == 0 || (n & LK_REF_PENDING) != 0 ? (n & ~LK_REF_PENDING) + 1
						   : n;
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
	int n = sync_load_relaxed(&ref->count);

	while (!sync_cas(&ref->count, &n, lk_ref_more(n)))
		;
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
	return sync_add(&ref->count, -1) != 0;
}

static inline int
lk_ref_put(struct lk_ref *ref)
{
	int n = sync_load_relaxed(&ref->count), left;

	do
		left = n & ~LK_REF_PENDING;
	while (!sync_cas(&ref->count, &n, left != 0 ? left : LK_REF_DEAD));
	return left;
}

static inline boolean_t
lk_ref_get_live(struct lk_ref *ref)
{
	unsigned pauses = SYNC_BACKOFF_LEAST;
	int n;

	sync_want(&ref->count);
	n = sync_load_relaxed(&ref->count);
	while (n != LK_REF_DEAD) {
		if (sync_cas(&ref->count, &n, lk_ref_more(n)))
			return TRUE;
		sync_back_off(&pauses);
	}
	return FALSE;
}

static inline boolean_t
lk_ref_claim(struct lk_ref *ref)
{
	int one = 1;

	return sync_cas(&ref->count, &one, LK_REF_DEAD);
}

#endif /* LOCKING_REF_ATOMIC_H */
