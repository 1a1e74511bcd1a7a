/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/held.h"

#include <stdlib.h>
#include <time.h>

#include "pmap_sim/machine.h"

UNSEEN_BEGIN

typedef uint64_t __attribute__((may_alias)) held_word_t;

void
held_copy(struct held *to, const struct held *from)
{
	held_word_t *t = (held_word_t *)to;
	const held_word_t *f = (const held_word_t *)from;

	for (size_t i = 0; i < sizeof(*to) / sizeof(*t); i++)
		sync_store_relaxed(&t[i], sync_load_relaxed(&f[i]));
}

/* One that is not used, or a new one. */
static struct held *
held_find(struct machine *m)
{
	static const struct held empty;
	struct held *held;

	for (held = m->held; held != NULL; held = held->next)
		if (!held->used)
			return held;
	held = aligned_alloc(64, sizeof(*held));
	if (held == NULL)
		return NULL;
	held_copy(held, &empty);
	held->next = m->held;
	sync_store(&m->held, held);
	return held;
}

struct held *
held_get(struct machine *m, const struct thread *thread)
{
	struct held *held;

	sync_spin_take_unseen(&m->held_lock);
	held = held_find(m);
	if (held != NULL) {
		held->count = 0;
		for (unsigned i = 0; i < HELD_SLOTS; i++)
			held->slot[i] = NULL;
		held->entry[0] = (struct held_entry){ NULL, NULL };
		held->wait = HELD_NEW;
		held->thread = thread;
		held->name = thread->name;
		held->id = thread->id;
		do
			held->number = ++m->held_serial;
		while (held->number == 0);
		held->mark = (uint64_t)held->number << HELD_MARK_SHIFT;
		sync_store(&held->used, TRUE);
	}
	sync_spin_drop_unseen(&m->held_lock);
	return held;
}

void
held_put(struct held *held)
{
	sync_store(&held->used, FALSE);
}

void
held_free(struct machine *m)
{
	struct held *held, *next;

	for (held = m->held; held != NULL; held = next) {
		next = held->next;
		free(held);
	}
}

/* --- Waits --------------------------------------------------------------- */

static struct held *
held_begin(enum held_wait wait, const void *on, const sync_owner_t *owner,
    const char *where)
{
	struct held *held = held_mine();
	struct timespec now;

	if (held == NULL)
		return NULL;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sync_store_relaxed(&held->since_ns,
	    (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
	sync_store_relaxed(&held->wait_on, on);
	sync_store_relaxed(&held->owner, owner);
	sync_store_relaxed(&held->where, where);
	sync_store_relaxed(&held->wait, wait);
	return held;
}

struct held *
held_wait(enum held_wait wait, const void *on, const sync_owner_t *owner)
{
	return held_begin(wait, on, owner, NULL);
}

struct held *
held_sleep(const void *event, const char *where)
{
	return held_begin(HELD_EVENT, event, NULL, where);
}

void
held_wait_over(struct held *held)
{
	if (held != NULL)
		sync_store_relaxed(&held->wait, HELD_RUNS);
}

/* --- Held ---------------------------------------------------------------- */

#ifdef VM_CHECKS

void
held_drop_inner(struct held *held, const void *object)
{
	unsigned i, last = held->count;

	for (i = last; i > 0 && held_at(held, i - 1)->object != object; i--)
		;
	if (i == 0)
		return; /* not written down: by another thread, or too deep */
	for (; i < last; i++) {
		sync_store_relaxed(
		    &held_at(held, i - 1)->site, held_at(held, i)->site);
		sync_store_relaxed(
		    &held_at(held, i - 1)->object, held_at(held, i)->object);
	}
	sync_store_relaxed(&held_at(held, last - 1)->object, NULL);
	sync_store_relaxed(&held->count, last - 1);
}

#endif

UNSEEN_END
