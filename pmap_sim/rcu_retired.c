/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/rcu_retired.h"

#include <stddef.h>

#include "pmap_sim/sched/arena.h"
#include "pmap_sim/unseen.h"

UNSEEN_BEGIN

static void
forget(struct rcu_retired *r, unsigned i)
{
	r->block[i] = r->block[--r->count];
}

/* So often has it been freed or allocated since: 0 it is still there, 1 it is
 * free, more: it is another's. */
static unsigned
turns(const struct rcu_retired_block *b)
{
	return arena_turn(b->begin) - b->turn;
}

/* Room for one; one that was freed gives its. */
static struct rcu_retired_block *
room(struct rcu_retired *r)
{
	for (unsigned i = 0; i < r->count && r->count == RCU_RETIRED; i++)
		if (turns(&r->block[i]) > 0)
			forget(r, i);
	return r->count < RCU_RETIRED ? &r->block[r->count++] : NULL;
}

void
rcu_retired_add(struct rcu_retired *r, const struct sync_rcu_head *head,
    sched_set_t readers)
{
	size_t size;
	const char *begin = arena_block(head, &size);
	struct rcu_retired_block *b = begin != NULL ? room(r) : NULL;

	if (b != NULL)
		*b = (struct rcu_retired_block){
			.begin = begin,
			.end = begin + size,
			.head = head,
			.readers = readers,
			.turn = arena_turn(begin),
		};
}

void
rcu_retired_forbid(struct rcu_retired *r, unsigned task)
{
	for (unsigned i = 0; i < r->count; i++)
		r->block[i].readers &= ~((sched_set_t)1 << task);
}

void
rcu_retired_call(
    struct rcu_retired *r, const struct sync_rcu_head *head, unsigned task)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->block[i].head == head && turns(&r->block[i]) == 0) {
			r->block[i].readers |= (sched_set_t)1 << task;
			r->block[i].called = true;
		}
}

/* If the callback did not free it, it is the program's again. */
void
rcu_retired_called(struct rcu_retired *r, const struct sync_rcu_head *head)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->block[i].head == head && r->block[i].called &&
		    turns(&r->block[i]) == 0)
			forget(r, i--);
}

static bool
touches(const struct sched_op *op)
{
	switch ((enum sched_kind)op->kind) {
	case SCHED_LOCK:
	case SCHED_TRY:
	case SCHED_UNLOCK:
	case SCHED_LOAD:
	case SCHED_STORE:
	case SCHED_RMW:
	case SCHED_SWAP:
	case SCHED_CAS:
		return true;
	default:
		return false;
	}
}

const char *
rcu_retired_touch(struct rcu_retired *r, const struct sched_op *op, bool reads)
{
	const char *at = (const char *)arena_base() + op->object;

	if (!touches(op))
		return NULL;
	for (unsigned i = 0; i < r->count; i++) {
		const struct rcu_retired_block *b = &r->block[i];

		if (at < b->begin || at >= b->end)
			continue;
		if (turns(b) == 1)
			return "what was retired is used when it is freed";
		if (turns(b) > 1)
			forget(r, i--);
		else if ((b->readers >> op->task & 1) == 0)
			return reads ? "what was retired is used in a section "
				       "that began later"
				     : "what was retired is used outside of a "
				       "section";
	}
	return NULL;
}

UNSEEN_END
