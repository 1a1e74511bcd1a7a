/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/thread.h"
#include "pmap_sim/unseen.h"
#include "stress/perturb.h"
#include "stress/window.h"

#define load(p)     __atomic_load_n((p), __ATOMIC_RELAXED)
#define store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)

UNSEEN_BEGIN

/* Do two pairs of keys have one in common? */
static boolean_t
window_same(const void *const *mine, const void *const *theirs)
{
	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = 0; j < 2; j++)
			if (mine[i] != NULL && mine[i] == load(&theirs[j]))
				return TRUE;
	return FALSE;
}

static void
window_count(
    struct windows *windows, struct window_slot *mine, unsigned a, unsigned b)
{
	for (unsigned i = 0; i < windows->pair_count; i++) {
		const struct window_pair *pair = &windows->pairs[i];

		if ((pair->a == a && pair->b == b) ||
		    (pair->a == b && pair->b == a))
			store(&mine->met[i], mine->met[i] + 1);
	}
}

/* Who else is inside the other half?  Another CPU, that is: a thread asleep on
 * this one is no company. */
static void
window_look(
    struct windows *windows, struct window_slot *mine, enum vm_half half)
{
	unsigned long wanted = windows->wanted[half];

	for (unsigned i = 0; i < WINDOW_SLOTS; i++) {
		struct window_slot *slot = &windows->slots[i];
		unsigned long there = load(&slot->inside) & wanted;

		if (slot == mine || there == 0 || load(&slot->cpu) == mine->cpu)
			continue;
		for (; there != 0; there &= there - 1) {
			unsigned other = (unsigned)__builtin_ctzl(there);

			if (window_same(mine->key[half], slot->key[other]))
				window_count(windows, mine, half, other);
		}
	}
}

static struct window_slot *
window_mine(struct windows *windows)
{
	const struct thread *thread = current_thread();

	return &windows->slots[thread != NULL ? thread->id % WINDOW_SLOTS : 0];
}

static void
probe_enter(const struct vm_probe *probe, struct vm_inside *was, const void *a,
    const void *b)
{
	struct windows *windows = (struct windows *)(uintptr_t)probe;
	struct window_slot *mine;
	const void **key;

	if (windows->wanted[was->half] == 0)
		return;
	mine = window_mine(windows);
	key = mine->key[was->half];
	was->inside = (mine->inside >> was->half) & 1;
	was->key[0] = key[0];
	was->key[1] = key[1];
	store(&mine->cpu, curcpu()->id);
	store(&key[0], a);
	store(&key[1], b);
	/* Said before looked: of two that enter at once, one sees the other. */
	__atomic_store_n(
	    &mine->inside, mine->inside | 1ul << was->half, __ATOMIC_SEQ_CST);
	window_look(windows, mine, was->half);
}

static void
probe_leave(const struct vm_probe *probe, const struct vm_inside *was)
{
	struct windows *windows = (struct windows *)(uintptr_t)probe;
	struct window_slot *mine;

	if (windows->wanted[was->half] == 0)
		return;
	mine = window_mine(windows);
	store(&mine->key[was->half][0], was->key[0]);
	store(&mine->key[was->half][1], was->key[1]);
	if (!was->inside)
		store(&mine->inside, mine->inside & ~(1ul << was->half));
}

static void
probe_also(const struct vm_probe *probe, enum vm_half half, const void *b)
{
	struct windows *windows = (struct windows *)(uintptr_t)probe;
	struct window_slot *mine;

	if (windows->wanted[half] == 0)
		return;
	mine = window_mine(windows);
	store(&mine->key[half][1], b);
	window_look(windows, mine, half);
}

struct vm_inside
window_enter(
    struct windows *windows, enum vm_half half, const void *a, const void *b)
{
	struct vm_inside was = { .probe = &windows->probe, .half = half };

	probe_enter(&windows->probe, &was, a, b);
	return was;
}

void
window_leave(struct vm_inside *was)
{
	probe_leave(was->probe, was);
}

unsigned long
windows_met(const struct windows *windows, unsigned pair)
{
	unsigned long sum = 0;

	for (unsigned i = 0; i < WINDOW_SLOTS; i++)
		sum += load(&windows->slots[i].met[pair]);
	return sum;
}

UNSEEN_END

static void
probe_point(const struct vm_probe *probe, enum vm_point point)
{
	const struct windows *windows = (const struct windows *)probe;

	if (windows->perturb != NULL)
		perturb_at(windows->perturb, point);
}

void
windows_init(struct windows *windows, const struct window_pair *pairs,
    struct perturb *perturb)
{
	memset(windows, 0, sizeof(*windows));
	windows->probe = (struct vm_probe){
		.enter = probe_enter,
		.leave = probe_leave,
		.also = probe_also,
		.point = probe_point,
	};
	windows->perturb = perturb;
	windows->pairs = pairs;
	for (; windows->pair_count < WINDOW_PAIRS; windows->pair_count++) {
		const struct window_pair *pair = &pairs[windows->pair_count];

		if (pair->a == HALF_none)
			break;
		windows->wanted[pair->a] |= 1ul << pair->b;
		windows->wanted[pair->b] |= 1ul << pair->a;
	}
}
