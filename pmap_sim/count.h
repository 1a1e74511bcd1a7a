/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a thread does to words that others use, counted: in builds with
 * VMRACE_COUNT, and nowhere else.
 *
 * A processor that is one of many in a virtual machine has no counters to ask,
 * and a time says what something cost there and then.  How often a path takes a
 * lock is the same everywhere, and exact, on one thread, to the last one.  Each
 * CPU counts its own; what is done outside of any CPU is not counted.
 */
#ifndef PMAP_SIM_COUNT_H
#define PMAP_SIM_COUNT_H

#include <stdbool.h>
#include <stddef.h>

struct cpu;

enum event {
#define EVENT(name, sentence) EVENT_##name,
#include "pmap_sim/count.def"
#undef EVENT
	EVENTS
};

/* Its name, as in count.def. */
const char *event_name(enum event event);
/* Those of the running CPU so far; FALSE: this build does not count. */
bool event_read(unsigned long events[EVENTS]);
/* One of them, of any CPU, by anyone; 0: this build does not count. */
unsigned long event_of(const struct cpu *cpu, enum event event);

#if defined(VMRACE_COUNT) && !defined(SYNC_CONTROLLED)
void event_count(enum event event);
/* A read-modify-write there. */
void event_rmw(const volatile void *at);
/* What `cpu` does there from now on, it does to what is its own: whole lines,
 * which others touch only when they are in need.  Replaces what was before. */
void event_own(struct cpu *cpu, const void *from, size_t bytes);

/* A compare-and-swap: did it?  Handed through. */
static inline bool
event_cas(const volatile void *at, bool swapped)
{
	event_rmw(at);
	if (!swapped)
		event_count(EVENT_failed_cas);
	return swapped;
}

/* A lock that was taken if it was free: was it? */
static inline bool
event_try(bool took)
{
	event_count(took ? EVENT_locks : EVENT_contended);
	return took;
}

/* A lock that has been waited for. */
static inline void
event_waited(void)
{
	event_count(EVENT_locks);
}
#else
#define event_count(event)          ((void)0)
#define event_rmw(at)               ((void)0)
#define event_own(cpu, from, bytes) ((void)0)
#define event_cas(at, swapped)      (swapped)
#define event_try(took)             (took)
#define event_waited()              ((void)0)
#endif

#endif /* PMAP_SIM_COUNT_H */
