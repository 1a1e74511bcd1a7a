/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Species of executions.
 *
 * THE MASS THAT IS UNSEEN.  Of n executions drawn alike, f1 were of a class
 * that came once.  Then f1/n estimates the chance that the next is of a class
 * that has not come yet (Good and Turing: Good, Biometrika 40, 1953), for each
 * draw is as likely as any to be the odd one out.  It needs to know nothing of
 * how many classes there are or how they are distributed.
 *
 * AT LEAST SO MANY.  With f2 that came twice, the classes seen and f1²/2f2 more
 * are a lower bound, on the average (Chao, Scand. J. Statistics 11, 1984).
 *
 * Both speak of what the policy draws.  A class that it draws once in 10^12 has
 * no weight in the first and need not be in the second, and nothing says that
 * what is wrong is not there.
 *
 * MEMORY is for some ten thousand classes.  When it is full, only classes whose
 * hash ends in one more 0 bit are kept, half of them; those are still counted
 * in full, and stand for all (distinct sampling: Gibbons, VLDB 2001).
 */
#include "stress/search/species.h"

#define OFTEN_BITS 2 /* of a slot: 1, 2, or 3 and more */
#define OFTEN      3u

static int
is_kept(const struct species *s, uint64_t class)
{
	return (class >> OFTEN_BITS & (((uint64_t)1 << s->halvings) - 1)) == 0;
}

static uint64_t *
slot_of(struct species *s, uint64_t class)
{
	uint64_t i = (class * 0x9e3779b97f4a7c15u) >> 32;

	for (;; i++) {
		uint64_t *slot = &s->slot[i % SPECIES_SLOTS];

		if (*slot == 0 || (*slot & ~(uint64_t)OFTEN) == class)
			return slot;
	}
}

/* Keep half of them: take all out and put those back. */
static void
halve(struct species *s)
{
	uint64_t first = 0;

	s->halvings++;
	s->kept = s->once = s->twice = 0;
	/* Begin behind a free slot: none that is looked at yet comes to lie
	 * before one that was. */
	while (s->slot[first] != 0)
		first++;
	for (uint64_t i = 1; i <= SPECIES_SLOTS; i++) {
		uint64_t *slot = &s->slot[(first + i) % SPECIES_SLOTS];
		uint64_t held = *slot;

		*slot = 0;
		if (held == 0 || !is_kept(s, held & ~(uint64_t)OFTEN))
			continue;
		*slot_of(s, held & ~(uint64_t)OFTEN) = held;
		s->kept++;
		s->once += (held & OFTEN) == 1;
		s->twice += (held & OFTEN) == 2;
	}
}

void
species_add(struct species *s, uint64_t class)
{
	uint64_t *slot;

	class = (class | (uint64_t)1 << 63) & ~(uint64_t)OFTEN;
	while (__atomic_exchange_n(&s->lock, 1, __ATOMIC_ACQUIRE))
		;
	s->sampled++;
	if (is_kept(s, class)) {
		slot = slot_of(s, class);
		switch (*slot & OFTEN) {
		case 0:
			*slot = class | 1;
			s->once++;
			s->kept++;
			break;
		case 1:
			++*slot;
			s->once--;
			s->twice++;
			break;
		case 2:
			++*slot;
			s->twice--;
			break;
		default:
			break;
		}
		if (s->kept > SPECIES_SLOTS / 2)
			halve(s);
	}
	__atomic_store_n(&s->lock, 0, __ATOMIC_RELEASE);
}

struct species_estimate
species_estimate(const struct species *s)
{
	double scale = (double)((uint64_t)1 << s->halvings);
	double once = (double)s->once, twice = (double)s->twice;
	struct species_estimate e = {
		.sampled = s->sampled,
		.classes = s->kept << s->halvings,
		.once = s->once << s->halvings,
		.unseen = 1,
	};

	if (s->sampled > 0 && scale * once < (double)s->sampled)
		e.unseen = scale * once / (double)s->sampled;
	/* Without any twice: the form that has no bias. */
	e.at_least =
	    scale * ((double)s->kept + (twice > 0 ? once * once / (2 * twice)
						  : once * (once - 1) / 2));
	return e;
}
