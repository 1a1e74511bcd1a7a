/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the threads' records to a verdict.
 *
 * WHO WAITS FOR WHOM.  For a lock: its owner word is an address on the owner's
 * stack.  For a map's lock: every thread whose record names it, for readers are
 * many.  For a page or paging: whoever began it, although another may be the
 * one to end it.  For a CPU: the thread on it.  For a grace period: every
 * thread inside a lookup.
 *
 * A cycle among those is a deadlock.  If there is none and something runs, it
 * is a livelock, or work that takes longer than the watchdog's patience.
 * If nothing runs, then whoever waits for nobody that is left is stuck.
 *
 * Records are copied first, one after the other, so that what is said agrees
 * with itself; it is as true as the machine is still.
 */
#include "pmap_sim/hang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pmap_sim/hang_impl.h"
#include "pmap_sim/machine.h"

struct hang *
hang_create(const struct hang_config *config)
{
	struct hang *hang = aligned_alloc(64, (sizeof(*hang) + 63) & ~63ul);

	if (hang == NULL)
		return NULL;
	memset(hang, 0, sizeof(*hang));
	hang->config = *config;
	return hang;
}

void
hang_free(struct hang *hang)
{
	free(hang);
}

UNSEEN_BEGIN

/* --- The threads --------------------------------------------------------- */

boolean_t
hang_owns(const struct hang_thread *t, sync_owner_t owner)
{
#ifdef VM_CHECKS
	return owner >= (uintptr_t)t->held.low &&
	       owner < (uintptr_t)t->held.high;
#else
	(void)t, (void)owner;
	return FALSE;
#endif
}

boolean_t
hang_waits(const struct hang_thread *t)
{
	switch (t->held.wait) {
	case HELD_LOCK:
	case HELD_CPU:
	case HELD_GRACE:
		return TRUE;
	case HELD_EVENT:
		return !t->event.rest;
	default:
		return FALSE;
	}
}

boolean_t
hang_runs(const struct hang_thread *t)
{
	return t->held.wait == HELD_RUNS && t->cpu != NULL;
}

/* The CPU it is on; a bound one's is idle when it waits in cpu_run(). */
static const struct cpu *
hang_cpu(const struct machine *m, const struct held *held)
{
	for (unsigned i = 0; i < m->ncpus; i++) {
		const struct cpu *cpu = &m->cpus[i];

		if (sync_load_relaxed(&cpu->thread) == held->thread)
			return held->wait == HELD_RUNS &&
				       sync_load_relaxed(&cpu->idle)
				   ? NULL
				   : cpu;
	}
	return NULL;
}

static void
hang_event(struct hang *hang, struct hang_thread *t)
{
	snprintf(t->event.text, sizeof(t->event.text), "event 0x%lx",
	    (unsigned long)(uintptr_t)t->held.wait_on);
	if (hang->config.event != NULL && t->wants.site == NULL)
		hang->config.event(
		    hang->config.arg, t->held.wait_on, &t->event);
}

/* What its record says that it holds and takes. */
static void
hang_sort_out(struct hang_thread *t)
{
	const struct held *held = &t->held;
	unsigned top = held->count < HELD_MAX ? held->count : HELD_MAX - 1;

	for (unsigned i = 0; i < top; i++)
		t->holds[t->count++] = held->entry[i];
	t->last = held->entry[top].site;
	if (held->entry[top].object != NULL)
		t->wants = held->entry[top];
	else if (t->last == NULL && top != 0)
		t->last = held->entry[top - 1].site;
	for (unsigned i = 0; i < HELD_SLOTS; i++) {
		const char *site = held->slot[i];

		if ((uintptr_t)site & HELD_TAKING)
			t->wants.site = (const void *)(site - HELD_TAKING);
		else if (site != NULL)
			t->holds[t->count++].site = (const void *)site;
	}
}

static void
hang_copy(struct hang *hang, const struct held *held, uint64_t now_ns)
{
	struct hang_thread *t = &hang->threads[hang->count++];

	memset(t, 0, sizeof(*t));
	held_copy(&t->held, held);
	hang_sort_out(t);
	t->cpu = hang_cpu(hang->config.machine, &t->held);
	if (now_ns > t->held.since_ns)
		t->waited_ns = now_ns - t->held.since_ns;
	if (t->held.wait == HELD_EVENT)
		hang_event(hang, t);
}

static void
hang_collect(struct hang *hang)
{
	const struct held *held = sync_load(&hang->config.machine->held);
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	hang->count = hang->lost = 0;
	for (; held != NULL; held = held->next) {
		if (!sync_load_relaxed(&held->used) ||
		    sync_load_relaxed(&held->wait) == HELD_NEW)
			continue;
		if (hang->count == HANG_THREADS)
			hang->lost++;
		else
			hang_copy(hang, held,
			    (uint64_t)now.tv_sec * 1000000000u +
				(uint64_t)now.tv_nsec);
	}
}

/* --- Who waits for whom --------------------------------------------------- */

/* What it holds that is that object; else of that role, unless it is NULL. */
static const struct held_entry *
hang_find(const struct hang_thread *t, const void *object, const char *role)
{
	for (unsigned i = 0; i < t->count; i++)
		if (object != NULL && t->holds[i].object == object)
			return &t->holds[i];
	for (unsigned i = 0; i < t->count && role != NULL; i++)
		if (strcmp(t->holds[i].site->role, role) == 0)
			return &t->holds[i];
	return NULL;
}

/* What keeps a grace period from ending. */
static const struct held_entry *
hang_reads(const struct hang_thread *t)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->holds[i].site->kind == HELD_READING)
			return &t->holds[i];
	return NULL;
}

const struct held_entry *
hang_wanted(const struct hang_thread *t, const struct hang_thread *holder)
{
	const struct held_entry *found;

	if (t->held.wait == HELD_GRACE)
		return hang_reads(holder);
	if (t->held.wait == HELD_EVENT)
		return hang_find(holder, t->held.wait_on, NULL);
	if (t->held.wait != HELD_LOCK || t->wants.site == NULL)
		return NULL;
	found = hang_find(holder, t->wants.object, t->wants.site->role);
	/* One lock for several roles: it was taken with the first of them. */
	if (found == NULL && holder->count != 0)
		found = &holder->holds[0];
	return found;
}

static boolean_t
hang_blocks(const struct hang_thread *t, const struct hang_thread *other)
{
	switch (t->held.wait) {
	case HELD_LOCK:
		return t->held.owner != NULL &&
		       hang_owns(other, sync_load_relaxed(t->held.owner));
	case HELD_CPU:
		return other->cpu == t->held.wait_on;
	case HELD_GRACE:
		return hang_reads(other) != NULL;
	case HELD_EVENT:
		return hang_find(other, t->held.wait_on, NULL) != NULL ||
		       (t->event.number != 0 &&
			   t->event.number == other->held.number);
	default:
		return FALSE;
	}
}

static void
hang_link(struct hang *hang)
{
	for (unsigned i = 0; i < hang->count; i++)
		for (unsigned j = 0; j < hang->count; j++)
			if (i != j && hang_waits(&hang->threads[i]) &&
			    hang_blocks(&hang->threads[i], &hang->threads[j]))
				hang->threads[i].blockers[j / 64] |= 1ul
								     << j % 64;
}

static boolean_t
hang_is_blocked_by(const struct hang_thread *t, unsigned j)
{
	return (t->blockers[j / 64] >> j % 64) & 1;
}

const struct hang_thread *
hang_blocker(const struct hang *hang, const struct hang_thread *t)
{
	for (unsigned j = 0; j < hang->count; j++)
		if (hang_is_blocked_by(t, j))
			return &hang->threads[j];
	return NULL;
}

/* --- The verdict --------------------------------------------------------- */

/* From thread i on, which is the path's next: TRUE if it comes back to the
 * path; *from is where. */
static boolean_t
hang_follow(struct hang *hang, unsigned i, unsigned *from)
{
	for (unsigned k = 0; k < hang->length; k++)
		if (hang->path[k] == i) {
			*from = k;
			return TRUE;
		}
	if (hang->threads[i].seen)
		return FALSE;
	hang->threads[i].seen = TRUE;
	hang->path[hang->length++] = i;
	for (unsigned j = 0; j < hang->count; j++)
		if (hang_is_blocked_by(&hang->threads[i], j) &&
		    hang_follow(hang, j, from))
			return TRUE;
	hang->length--;
	return FALSE;
}

static boolean_t
hang_cycle(struct hang *hang)
{
	unsigned from;

	hang->length = 0;
	for (unsigned i = 0; i < hang->count; i++)
		if (hang_follow(hang, i, &from)) {
			hang_say_cycle(hang, from);
			return TRUE;
		}
	return FALSE;
}

/* Whose wait explains the others': for nobody who waits too, and the longest.
 * NULL: nobody waits. */
static const struct hang_thread *
hang_root(const struct hang *hang)
{
	const struct hang_thread *root = NULL;

	for (unsigned i = 0; i < hang->count; i++) {
		const struct hang_thread *t = &hang->threads[i], *blocker;

		if (!hang_waits(t))
			continue;
		blocker = hang_blocker(hang, t);
		if (blocker != NULL && hang_waits(blocker))
			continue;
		if (root == NULL || t->waited_ns > root->waited_ns)
			root = t;
	}
	return root;
}

static boolean_t
hang_something_runs(const struct hang *hang)
{
	for (unsigned i = 0; i < hang->count; i++)
		if (hang_runs(&hang->threads[i]))
			return TRUE;
	return FALSE;
}

void
hang_look(struct hang *hang)
{
	const struct hang_thread *root;

	hang_collect(hang);
	hang_link(hang);
	if (!hang_cycle(hang)) {
		root = hang_root(hang);
		if (root != NULL && !hang_something_runs(hang))
			hang_say_stuck(hang, root);
		else
			hang_say_livelock(hang);
	}
	hang_say_all(hang);
}

const char *
hang_line(const struct hang *hang)
{
	return hang->line;
}

void
hang_write(const struct hang *hang, int fd)
{
	const char *at = hang->text;
	size_t left = strlen(at);
	ssize_t n;

	while (left > 0 && (n = write(fd, at, left)) > 0) {
		at += n;
		left -= (size_t)n;
	}
}

UNSEEN_END
