/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each worker has a policy of its own, in memory that all processes share.  The
 * first begins with everything, the others with nothing: one that has nothing
 * WAITS, and whoever is between two executions gives it a part of what he has
 * left (policy.h, divide).  When all wait, all was seen.
 *
 * Who dies is not waiting, so the search is not over: the one who takes his
 * place has his policy, which knows what to make of an execution without an
 * end.
 */
#include "stress/search/exhaust.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "stress/apart.h"
#include "stress/interrupt.h"
#include "stress/search/alike.h"

#define NAP_NS 50000

/* What a policy may take for each step and for each task of each step, and
 * beyond; only what it touches costs anything. */
#define STEP_BYTES  1024
#define TASK_BYTES  64
#define OTHER_BYTES ((size_t)16 << 20)

enum part { PART_NONE, PART_BEING_GIVEN, PART_THERE };

boolean_t
exhaust_is_asked(const struct explore_config *config)
{
	return config->policies[0]->exhaustive;
}

unsigned
exhaust_workers(const struct explore_config *config)
{
	return config->policies[0]->divide != NULL ? config->workers : 1;
}

struct sched_memory *
exhaust_memory(unsigned tasks, uint64_t step_limit)
{
	size_t size =
	    (step_limit + 2) * (STEP_BYTES + TASK_BYTES * tasks) + OTHER_BYTES;
	struct sched_memory *memory = apart_memory(size);

	if (memory != NULL)
		memory->size = size;
	return memory;
}

void
exhaust_memory_free(struct sched_memory *memory)
{
	if (memory != NULL)
		apart_memory_free(memory, memory->size);
}

struct sched_policy *
exhaust_make(const struct explore_config *config, unsigned bound,
    struct sched_memory *memory, const char **why)
{
	struct sched_policy_config policy = {
		.tasks = scenario_tasks(config->scenario, config->ops),
		.lines = scenario_lines(config->scenario),
		.bound = bound,
		.alike = scenario_alike(config->scenario),
		.memory = memory,
	};

	return sched_policy_create(config->policies[0], &policy, why);
}

/* --- Before and after -------------------------------------------------- */

static void
give_memory_up(
    const struct explore_config *config, struct explore_result *result)
{
	for (unsigned i = 0; i < exhaust_workers(config); i++) {
		struct explore_slot *slot = &result->slot[i];

		exhaust_memory_free(slot->memory);
		slot->memory = NULL;
	}
}

boolean_t
exhaust_begin(
    const struct explore_config *config, struct explore_result *result)
{
	unsigned bound =
	    config->policies[0]->deepens ? result->bound : config->bound;
	unsigned tasks = scenario_tasks(config->scenario, config->ops);

	result->sharers = exhaust_workers(config);
	result->waiting = result->sharers - 1;
	for (unsigned i = 0; i < exhaust_workers(config); i++) {
		struct explore_slot *slot = &result->slot[i];
		const char *why = "no memory for the search's place";

		memset(&slot->search, 0, sizeof(slot->search));
		slot->part = i == 0 ? PART_THERE : PART_NONE;
		slot->memory = exhaust_memory(tasks, config->step_limit);
		slot->exhaustive =
		    slot->memory != NULL
			? exhaust_make(config, bound, slot->memory, &why)
			: NULL;
		if (slot->exhaustive != NULL)
			continue;
		snprintf(result->trouble, sizeof(result->trouble), "%s", why);
		give_memory_up(config, result);
		return FALSE;
	}
	return TRUE;
}

/* Two samples as one (Chan, Golub and LeVeque, 1979). */
static void
add_probes(
    struct sched_search *sum, double *squares, const struct sched_search *more)
{
	double n = (double)sum->probes, m = (double)more->probes;
	double off = more->total - sum->total;

	if (more->probes == 0)
		return;
	*squares += more->error * more->error * m * (m - 1) +
		    off * off * n * m / (n + m);
	sum->total += off * m / (n + m);
	sum->probes += more->probes;
	sum->error = n + m < 2 ? 0 : sqrt(*squares / (n + m - 1) / (n + m));
}

void
exhaust_sum(const struct explore_config *config, struct explore_result *result)
{
	struct sched_search sum = { .whole = true };
	double squares = 0;

	for (unsigned i = 0; i < exhaust_workers(config); i++) {
		const struct sched_search *more = &result->slot[i].search;

		sum.leaves += more->leaves;
		sum.redundant += more->redundant;
		sum.stands_for += more->stands_for;
		sum.whole &= more->whole || more->leaves == 0;
		add_probes(&sum, &squares, more);
	}
	result->search = sum;
}

boolean_t
exhaust_end(const struct explore_config *config, struct explore_result *result)
{
	const struct sched_policy_ops *ops = config->policies[0];
	boolean_t all = result->waiting == exhaust_workers(config);

	exhaust_sum(config, result);
	give_memory_up(config, result);
	if (!all)
		return FALSE;
	if (ops->deepens && result->bound < EXPLORE_LEVELS) {
		result->level[result->bound] = result->search.leaves;
		result->levels = result->bound + 1;
	}
	result->complete = !ops->deepens || result->search.whole ||
			   result->bound >= config->bound;
	if (result->complete)
		return FALSE;
	result->bound++;
	return TRUE;
}

/* --- A worker ---------------------------------------------------------- */

struct sched_policy *
exhaust_policy(struct explore_result *result, unsigned worker)
{
	return result->slot[worker].exhaustive;
}

void
exhaust_done(struct explore_result *result, unsigned worker)
{
	/* In this order: nobody gives before it is counted. */
	__atomic_fetch_add(&result->waiting, 1, __ATOMIC_ACQ_REL);
	__atomic_store_n(
	    &result->slot[worker].part, PART_NONE, __ATOMIC_RELEASE);
}

boolean_t
exhaust_wait(struct explore_result *result, unsigned worker)
{
	struct explore_slot *slot = &result->slot[worker];
	const struct timespec nap = { .tv_nsec = NAP_NS };

	while (__atomic_load_n(&slot->part, __ATOMIC_ACQUIRE) != PART_THERE) {
		if (__atomic_load_n(&result->waiting, __ATOMIC_ACQUIRE) ==
			result->sharers ||
		    __atomic_load_n(&result->enough, __ATOMIC_RELAXED) ||
		    interrupted())
			return FALSE;
		__atomic_fetch_add(&slot->beat, 1, __ATOMIC_RELAXED);
		nanosleep(&nap, NULL);
	}
	return TRUE;
}

static void
give_to(
    struct explore_result *result, unsigned worker, struct explore_slot *other)
{
	unsigned none = PART_NONE;
	struct sched_policy *own = result->slot[worker].exhaustive;

	if (!__atomic_compare_exchange_n(&other->part, &none, PART_BEING_GIVEN,
		FALSE, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	__atomic_fetch_sub(&result->waiting, 1, __ATOMIC_ACQ_REL);
	if (own->ops->divide(own, other->exhaustive)) {
		__atomic_store_n(&other->part, PART_THERE, __ATOMIC_RELEASE);
		return;
	}
	__atomic_store_n(&other->part, PART_NONE, __ATOMIC_RELEASE);
	__atomic_fetch_add(&result->waiting, 1, __ATOMIC_ACQ_REL);
}

void
exhaust_give(struct explore_result *result, unsigned worker)
{
	if (__atomic_load_n(&result->waiting, __ATOMIC_RELAXED) == 0)
		return;
	for (unsigned i = 0; i < result->sharers; i++)
		if (i != worker)
			give_to(result, worker, &result->slot[i]);
}
