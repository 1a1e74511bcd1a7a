/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "core/vm_pager_results.h"
#include "pmap_sim/sync.h"
#include "pmap_sim/thread.h"
#include "pmap_sim/unseen.h"
#include "stress/need.h"
#include "stress/random.h"
#include "stress/trouble.h"

#define STREAMS 64
#define LATE_NS 2000000 /* at most */

struct trouble {
	struct vm_trouble vm;     /* first */
	struct disk_trouble disk; /* second: see trouble_below */
	struct trouble_config config;
	boolean_t over; /* atomic */
	struct {
		_Alignas(64) struct random_stream random;
		struct trouble_counts met;
	} streams[STREAMS]; /* each its thread's own */
};

boolean_t
trouble_can_fail(const struct trouble_config *config)
{
	return config->fail[VM_PAGER_GET] != 0 ||
	       config->fail[VM_PAGER_PUT] != 0 || config->pend == PEND_NEVER ||
	       config->allocation != 0 || config->allocations != 0;
}

boolean_t
trouble_is_any(const struct trouble_config *config)
{
	return trouble_can_fail(config) || config->latency_ns[1] != 0 ||
	       config->pend != PEND_PLAIN;
}

/* Mild enough for a run to get somewhere. */
static void
trouble_perturb(struct trouble_config *config, boolean_t bears_errors)
{
	if (!(config->given & TROUBLE_GIVEN_LATENCY))
		config->latency_ns[1] = 50000;
	if (!(config->given & TROUBLE_GIVEN_PEND))
		config->pend = PEND_MIX;
	if (!bears_errors)
		return;
	if (!(config->given & TROUBLE_GIVEN_FAIL)) {
		config->fail[VM_PAGER_GET] = 0.005;
		config->fail[VM_PAGER_PUT] = 0.02;
	}
	if (!(config->given &
		(TROUBLE_GIVEN_ALLOCATE | TROUBLE_GIVEN_ALLOCATES)))
		config->allocations = 0.001;
}

boolean_t
trouble_settle(
    struct trouble_config *config, boolean_t perturb, boolean_t bears_errors)
{
	boolean_t lost = !bears_errors && trouble_can_fail(config);

	if (lost) {
		config->fail[VM_PAGER_GET] = config->fail[VM_PAGER_PUT] = 0;
		config->allocation = 0;
		config->allocations = 0;
		if (config->pend == PEND_NEVER)
			config->pend = PEND_LATE;
	}
	if (perturb)
		trouble_perturb(config, bears_errors);
	return lost;
}

UNSEEN_BEGIN

static unsigned
stream_of_thread(void)
{
	const struct thread *thread = current_thread();

	return thread != NULL ? thread->id % STREAMS : 0;
}

static uint64_t
draw(struct trouble *t)
{
	return random_next(&t->streams[stream_of_thread()].random);
}

static boolean_t
happens(struct trouble *t, double probability)
{
	if (probability == 0)
		return FALSE;
	return (double)(draw(t) >> 11) * 0x1p-53 < probability;
}

static struct trouble_counts *
met(struct trouble *t)
{
	return &t->streams[stream_of_thread()].met;
}

/*
 * The share of all calls that fails above the disk.  Where any way will do it
 * is half of them; the disk makes up for the rest.
 */
static double
fail_above(const struct trouble_config *config, enum vm_pager_call call)
{
	switch (config->code[call]) {
	case TROUBLE_ANY:
		return config->fail[call] / 2;
	case TROUBLE_BAD:
	case TROUBLE_FAIL:
		return config->fail[call];
	default:
		return 0;
	}
}

/* The share of the requests that come as far as the disk. */
static double
fail_below(const struct trouble_config *config, enum vm_pager_call call)
{
	double above = fail_above(config, call);

	return above < 1 ? (config->fail[call] - above) / (1 - above) : 0;
}

static int
trouble_pager(const struct vm_trouble *vm, enum vm_pager_call call)
{
	struct trouble *t = (struct trouble *)vm;

	if (sync_load_relaxed(&t->over) ||
	    !happens(t, fail_above(&t->config, call)))
		return VM_PAGER_OK;
	if (call == VM_PAGER_GET) {
		met(t)->gets++;
		return VM_PAGER_BAD;
	}
	met(t)->puts++;
	return VM_PAGER_FAIL;
}

static boolean_t
trouble_allocation(const struct vm_trouble *vm)
{
	struct trouble *t = (struct trouble *)vm;

	if (sync_load_relaxed(&t->over) || !happens(t, t->config.allocations))
		return FALSE;
	met(t)->allocations++;
	return TRUE;
}

/* A write that nobody waits for. */
static void
pend(struct trouble *t, struct disk_fate *fate)
{
	enum trouble_pend how = t->config.pend;

	if (how == PEND_MIX) {
		static const enum trouble_pend ways[] = { PEND_PLAIN, PEND_NOW,
			PEND_LATE };

		how = ways[draw(t) % 3];
	}
	switch (how) {
	case PEND_NOW:
		fate->at_once = TRUE;
		met(t)->now++;
		break;
	case PEND_LATE:
		fate->delay_ns += draw(t) % LATE_NS;
		met(t)->late++;
		break;
	case PEND_NEVER:
		fate->never = TRUE;
		met(t)->never++;
		break;
	default:
		break;
	}
}

static struct disk_fate
trouble_fate(const struct disk_trouble *disk,
    const struct disk_request *request, boolean_t awaited)
{
	struct trouble *t =
	    (struct trouble *)((char *)disk - offsetof(struct trouble, disk));
	const struct trouble_config *config = &t->config;
	enum vm_pager_call call = request->write ? VM_PAGER_PUT : VM_PAGER_GET;
	uint64_t span = config->latency_ns[1] - config->latency_ns[0];
	struct disk_fate fate = { 0 };

	if (sync_load_relaxed(&t->over))
		return fate;
	fate.delay_ns = config->latency_ns[0];
	if (span != 0)
		fate.delay_ns += draw(t) % span;
	if (!awaited)
		pend(t, &fate);
	if (fate.never || !happens(t, fail_below(config, call)))
		return fate;
	if (config->code[call] == TROUBLE_NEVER) {
		fate.never = TRUE;
		fate.at_once = FALSE;
		met(t)->never++;
		return fate;
	}
	fate.fails = TRUE;
	*(request->write ? &met(t)->puts : &met(t)->gets) += 1;
	return fate;
}

UNSEEN_END

struct trouble *
trouble_create(const struct trouble_config *config, uint64_t seed)
{
	struct trouble *t = need_aligned(64, 1, sizeof(*t));

	t->vm.pager = trouble_pager;
	t->vm.allocation = trouble_allocation;
	t->disk.fate = trouble_fate;
	t->config = *config;
	for (unsigned i = 0; i < STREAMS; i++)
		t->streams[i].random = random_stream(seed * 3 + 1, i);
	return t;
}

void
trouble_free(struct trouble *t)
{
	free(t);
}

const struct vm_trouble *
trouble_of_vm(const struct trouble *t)
{
	return t != NULL ? &t->vm : NULL;
}

const struct disk_trouble *
trouble_of_disk(const struct trouble *t)
{
	return t != NULL ? &t->disk : NULL;
}

unsigned
trouble_end(struct trouble *t, struct machine *machine)
{
	sync_store_relaxed(&t->over, TRUE);
	return disk_release(machine);
}

void
trouble_count(const struct trouble *t, struct trouble_counts *counts)
{
	*counts = (struct trouble_counts){ 0 };
	if (t == NULL)
		return;
	for (unsigned i = 0; i < STREAMS; i++) {
		const struct trouble_counts *one = &t->streams[i].met;

		counts->gets += one->gets;
		counts->puts += one->puts;
		counts->now += one->now;
		counts->late += one->late;
		counts->never += one->never;
		counts->allocations += one->allocations;
	}
}
