/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two CPUs under a fixed schedule: what an operation meets of another CPU,
 * counted to the last event.
 *
 * CONTENTION IS A MATTER OF TIME, and what two free threads meet of each other
 * is never twice the same.  What an operation does when it does meet somebody
 *is not: whether it asks for what the other has, how many CPUs it interrupts,
 *what it waits for.  So the other CPU, the partner, is put in the way, and CPU
 *0 does its operation then:
 *
 *	CPU 0			the partner
 *	pair_meet: asks
 *				gets in the way: takes a lock, enters an RCU
 *				section, sits in the address space
 *	the operation
 *				gets out of the way as soon as CPU 0 has met it
 *				(its `sign` is counted), or has done
 *	waits for that
 *
 * Who waits serves interrupts meanwhile, and counts nothing.  Only CPU 0's
 * events are counted: what the operation costs him who does it.
 *
 * A loop of this kind has no rate that means anything (`paired`).
 */
#ifndef BENCH_VM_PAIR_H
#define BENCH_VM_PAIR_H

#include <pthread.h>

#include "bench/vm_world.h"

#define PAIR_FRAMES 1024u
#define PAIR_TURN   16u /* operations: each is like all others */

enum { PAIR_SELF, PAIR_PARTNER, PAIR_CPUS };

struct pair {
	struct vm_world world; /* of two threads, and the caller's CPU */
	pthread_t partner;

	/* By the partner, there and back. */
	void (*get_in)(struct pair *pair);
	void (*get_out)(struct pair *pair); /* or NULL: stays */
	enum event sign;

	/* The schedule: numbers of rounds, each word written by one of them. */
	unsigned asked, over; /* CPU 0's: so many were asked for, are done */
	unsigned in, out;     /* the partner's */
	bool end;             /* atomic: the partner may go */

	uint64_t wrong; /* CPU 0's */

	/* What they are about; what is not NULL at the end is let go. */
	const char *args;
	struct vmspace *space;
	vm_offset_t kept; /* a mapping in it */
	vm_object_t object;
	vm_pager_t pager; /* the object's */
	struct vnode vnode;
};

/* --- The schedule ------------------------------------------------------- */

static inline void
pair_await(const unsigned *word, unsigned round)
{
	for (unsigned spins = 0; sync_load(word) != round; spins++)
		cpu_relax_after(spins);
}

/* By CPU 0, around a part of an operation. */
static inline void
pair_ask(struct pair *pair)
{
	sync_store(&pair->asked, pair->asked + 1);
	pair_await(&pair->in, pair->asked);
}

static inline void
pair_done(struct pair *pair)
{
	sync_store(&pair->over, pair->asked);
	pair_await(&pair->out, pair->asked);
}

/* --- The partner -------------------------------------------------------- */

static unsigned long
pair_signs(const struct pair *pair)
{
	return event_of(&pair->world.machine->cpus[PAIR_SELF], pair->sign);
}

static void
pair_round(struct pair *pair, unsigned round)
{
	unsigned long before = pair_signs(pair);

	pair->get_in(pair);
	sync_store(&pair->in, round);
	for (unsigned spins = 0;
	     sync_load(&pair->over) != round && pair_signs(pair) == before;
	     spins++)
		cpu_relax_after(spins);
	if (pair->get_out != NULL)
		pair->get_out(pair);
	/* Not before all that it was sent is done. */
	pair_await(&pair->over, round);
	cpu_poll();
	sync_store(&pair->out, round);
}

static void *
pair_partner(void *arg)
{
	struct pair *pair = arg;
	unsigned round = 0;

	cpu_attach(pair->world.machine, PAIR_PARTNER);
	while (!sync_load(&pair->end)) {
		for (unsigned spins = 0;
		     sync_load(&pair->asked) == round && !sync_load(&pair->end);
		     spins++)
			cpu_relax_after(spins);
		if (sync_load(&pair->asked) != round)
			pair_round(pair, ++round);
	}
	vmspace_activate(pair->world.vm, NULL);
	cpu_detach();
	return NULL;
}

/* --- A world ------------------------------------------------------------ */

static struct pair *
pair_open(const struct request *request)
{
	struct pair *pair = need_aligned(64, 1, sizeof(*pair));
	struct request two = *request;
	struct vm_config config = { .cache_max = ~0u };

	*pair = (struct pair){ .args = request->args };
	two.threads = PAIR_CPUS;
	if (vm_world_open(&pair->world, &two, PAIR_FRAMES, &config))
		return pair;
	free(pair);
	return NULL;
}

/* All is set: the partner comes. */
static struct world *
pair_begin(struct pair *pair)
{
	if (pthread_create(&pair->partner, NULL, pair_partner, pair) != 0)
		need_failed();
	return (struct world *)pair;
}

static void *
pair_enter(struct world *world, unsigned thread)
{
	struct pair *pair = (struct pair *)world;

	cpu_attach(pair->world.machine, PAIR_SELF);
	(void)thread;
	return pair;
}

static void
pair_leave(void *mine)
{
	struct pair *pair = mine;

	vmspace_activate(pair->world.vm, NULL);
	cpu_detach();
}

static void
pair_close(struct world *world, struct aftermath *after)
{
	struct pair *pair = (struct pair *)world;
	struct vm *vm = pair->world.vm;

	sync_store(&pair->end, true);
	pthread_join(pair->partner, NULL);
	vm_world_wrong(after, pair->wrong, "a call was refused");
	cpu_attach(pair->world.machine, PAIR_CPUS);
	if (pair->object != NULL)
		vm_object_deallocate(vm, pair->object);
	if (pair->space != NULL)
		vmspace_free(vm, pair->space);
	vm_world_check(&pair->world, after);
	vm_world_close(&pair->world, after);
	free(pair);
}

/* The rest of a struct loop. */
#define PAIR_LOOP(opens, does)                                                 \
	.open = (opens), .close = pair_close, .enter = pair_enter,             \
	.leave = pair_leave, .rest = files_rest, .wake = files_wake,           \
	.counts = true, .paired = true, .turn = (does)

#endif /* BENCH_VM_PAIR_H */
