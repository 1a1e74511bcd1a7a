/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points, picks and steps.
 *
 * THE INVARIANT.  Whenever pick() is asked, task[i].op is what each live task
 * will do next, and runnable is the set of those for whom it is possible:
 *
 *	LOCK	the lock is free.  A lock knows who wants it (announced, not
 *		yet picked); whoever is picked first takes it and all others
 *		cease to be runnable until it is dropped.  The next owner is
 *		thereby the policy's choice, and nobody ever tries in vain.
 *	RELAX	something has changed since: a store, a lock taken or dropped, a
 *		task at its end.  A loop that looks again before that sees what
 *		it saw.
 *	WAIT	somebody has woken the event.
 *	others	always.
 *
 * A line that is up is runnable, too, and its operation is INTERRUPT.
 *
 * So a stuck program is seen at once and exactly: nobody is runnable (a
 * deadlock, or a wake-up that was lost), or a chain of owners closes.  If there
 * are spinners they are let round once more, one after the other, for a loop
 * may count its turns; and when that was done often and nothing has changed, it
 * is a LIVELOCK.  What is written without a word of sync.h does not count as a
 * change, so a spinner hears of it late, if nobody else can move.
 *
 * THE HOT PATH is announce, pick, count, hash, and a switch if the pick is
 * another task; nothing on it calls the C library, which ThreadSanitizer would
 * take for the task's own doing.  This unit is never instrumented.
 */
#include "pmap_sim/sched/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Turns of loops, of all tasks together, in which nothing changes. */
#define LIVELOCK_TURNS 1000

static const uint8_t kind_flags[SCHED_KINDS] = {
#define KIND(name, writes, sentence)                                           \
	[SCHED_##name] = (writes) ? SCHED_OP_WRITES : 0,
#include "pmap_sim/sched/kinds.def"
#undef KIND
};

/* Done as soon as announced, and always a change. */
#define KINDS_THAT_CHANGE                                                      \
	(1u << SCHED_STORE | 1u << SCHED_RMW | 1u << SCHED_USER_STORE |        \
	    1u << SCHED_SEND | 1u << SCHED_ACK)

#define WHERE __builtin_return_address(0)

/* --- Leaving ------------------------------------------------------------- */

/* To the main stack; the task stays where it is, for ever perhaps. */
static void
go_home(struct sched *s)
{
	unsigned me = s->current;

	cpu_fiber_sched = NULL;
	fiber_switch(&s->task[me].fiber, &s->home);
}

__attribute__((noinline, cold)) static void
give_up(struct sched *s, enum sched_verdict verdict, const char *text)
{
	if (s->result.verdict == SCHED_SOUND) {
		s->result.verdict = verdict;
		s->text = text;
	}
	if (cpu_fiber_sched == NULL)
		return; /* on the main stack */
	/* The running one, too, if it is at its end. */
	s->abandoned = s->live | SCHED_BIT(s->current);
	go_home(s);
	__builtin_unreachable();
}

void
sched_fail_at(enum sched_verdict verdict, const char *text, const void *where)
{
	struct sched *s = cpu_fiber_made;

	if (s == NULL)
		return;
	if (cpu_fiber_sched != NULL &&
	    (verdict == SCHED_ASSERTION || verdict == SCHED_INVARIANT))
		s->failure = (struct sched_failure){ true, s->current, where };
	give_up(s, verdict, text);
}

void
sched_visit(struct sched *s)
{
	if (cpu_fiber_sched == NULL) {
		s->look(s->look_arg); /* the first pick */
		return;
	}
	s->visited = true;
	go_home(s);
}

/* --- A step -------------------------------------------------------------- */

/* Nobody is runnable: is there a spinner to be let go, or is it over? */
__attribute__((noinline, cold)) static void
nobody_runnable(struct sched *s)
{
	if (s->spinning == 0)
		give_up(s, SCHED_DEADLOCK, NULL);
	if (++s->turns > LIVELOCK_TURNS)
		give_up(s, SCHED_LIVELOCK, NULL);
	s->runnable = SCHED_BIT(sched_next_in_turn(s, s->spinning));
	s->spinning &= ~s->runnable;
}

/* The running task has changed something that a spinner may look at. */
static inline void
changed(struct sched *s)
{
	s->turns = 0;
	s->runnable |= s->spinning;
	s->spinning = 0;
}

static inline void
count_step(struct sched *s, unsigned next, uint8_t flags)
{
	struct sched_task *t = &s->task[next];
	struct sched_step *step = &s->trace[s->steps];
	uint64_t word;

	step->op = t->op;
	step->op.flags |= flags;
	step->where = t->where;
	__builtin_memcpy(&word, &step->op, sizeof(word));
	s->hash = (s->hash ^ word) * 0x9fb21c651e98df25u;
	s->hash ^= s->hash >> 35;
	if (__builtin_expect(++s->steps > s->alarm, 0))
		sched_alarm(s);
}

/* A line was picked: whose?  It is down until somebody says otherwise. */
__attribute__((noinline, cold)) static unsigned
line_picked(struct sched *s, unsigned line)
{
	s->runnable &= ~SCHED_BIT(line);
	s->interrupted = true;
	return line - s->first_line;
}

/* Who goes next; its step is counted. */
static inline unsigned
choose(struct sched *s)
{
	sched_set_t runnable = s->runnable;
	uint8_t flags = 0;
	unsigned next;

	if (__builtin_expect(runnable == 0, 0)) {
		nobody_runnable(s);
		runnable = s->runnable;
	}
	if ((runnable & (runnable - 1)) == 0) {
		flags = SCHED_OP_FORCED;
		next = (unsigned)__builtin_ctzll(runnable);
		if (s->every_step)
			s->pick(s);
	} else {
		s->choices++;
		next = s->pick(s);
		if (next != s->current && sched_keeps(s)) {
			s->preemptions++;
			flags = SCHED_OP_PREEMPT;
		}
	}
	s->yielded = false;
	count_step(s, next, flags);
	if (__builtin_expect(next >= s->first_line, 0))
		next = line_picked(s, next);
	return next;
}

__attribute__((noinline)) static void
look_for_cycle(struct sched *s, const struct sched_lock *l);

/*
 * The running task was picked by its line.  Its operation stays announced, and
 * is put aside while the handler announces its own; a lock that it waits for is
 * not offered to it meanwhile.  A spinner has a turn before it, for it cannot
 * know what the handler has done.
 */
__attribute__((noinline, cold)) static void
handle(struct sched *s)
{
	unsigned me = s->current;
	struct sched_task *t = &s->task[me];
	struct sched_op op = t->op;
	const void *where = t->where;
	struct sched_lock *wants = t->wants;

	s->interrupted = false;
	t->wants = NULL;
	if (wants != NULL)
		wants->wanted &= ~SCHED_BIT(me);
	s->spinning &= ~SCHED_BIT(me);
	s->runnable |= SCHED_BIT(me);

	t->handlers++;
	s->config.interrupt(s->config.arg, me);
	t->handlers--;

	t->op = op;
	t->where = where;
	t->wants = wants;
	if (wants == NULL)
		return;
	wants->wanted |= SCHED_BIT(me);
	if (wants->owner != 0) {
		s->runnable &= ~SCHED_BIT(me);
		look_for_cycle(s, wants);
	}
}

/* The running task has announced what it will do: go on when it is picked. */
static inline void
reschedule(struct sched *s)
{
	for (;;) {
		unsigned me = s->current, next = choose(s);

		if (next != me) {
			s->current = next;
			fiber_switch(&s->task[me].fiber, &s->task[next].fiber);
		}
		if (__builtin_expect(!s->interrupted, 1))
			return;
		handle(s);
	}
}

static inline void
announce(struct sched *s, enum sched_kind kind, const volatile void *object,
    const void *where)
{
	struct sched_task *t = &s->task[s->current];

	t->op.object = (uint32_t)((const volatile char *)object - s->arena);
	t->op.kind = (uint8_t)kind;
	t->op.flags = kind_flags[kind];
	t->where = where;
}

static inline void
point(enum sched_kind kind, const volatile void *object, const void *where)
{
	struct sched *s = cpu_fiber_sched;

	if (__builtin_expect(s == NULL, 0))
		return;
	announce(s, kind, object, where);
	reschedule(s);
	if ((KINDS_THAT_CHANGE >> kind & 1) != 0)
		changed(s);
}

void
sched_point(enum sched_kind kind, const volatile void *object)
{
	point(kind, object, WHERE);
}

void
sched_point_at(
    enum sched_kind kind, const volatile void *object, const void *where)
{
	point(kind, object, where);
}

/* The last step was of a kind that may fail, and did not. */
static inline void
did_change(struct sched *s)
{
	s->trace[s->steps - 1].op.flags |= SCHED_OP_CHANGED;
}

void
sched_changed(void)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return;
	changed(s);
	did_change(s);
}

void
sched_relax(void)
{
	struct sched *s = cpu_fiber_sched;
	sched_set_t me;

	if (s == NULL)
		return;
	announce(s, SCHED_RELAX, s->arena, WHERE);
	me = SCHED_BIT(s->current);
	s->runnable &= ~me;
	s->spinning |= me;
	s->yielded = true;
	reschedule(s);
}

void
sched_give_way(void)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return;
	announce(s, SCHED_YIELD, s->arena, WHERE);
	s->yielded = true;
	reschedule(s);
}

void
sched_line(unsigned i, bool up, const volatile void *object)
{
	struct sched *s = cpu_fiber_sched;
	unsigned line;

	if (s == NULL || s->config.lines == 0)
		return;
	line = s->first_line + i;
	if (!up) {
		s->runnable &= ~SCHED_BIT(line);
		return;
	}
	s->runnable |= SCHED_BIT(line);
	s->task[line].op.object =
	    (uint32_t)((const volatile char *)object - s->arena);
	s->task[line].where = WHERE;
}

/* --- Locks --------------------------------------------------------------- */

/* The running task wants a lock that is held: does its owner, by way of
 * others, wait for us? */
static void
look_for_cycle(struct sched *s, const struct sched_lock *l)
{
	for (unsigned i = 0; i < SCHED_TASKS && l->owner != 0; i++) {
		unsigned owner = l->owner - 1;

		if (owner == s->current)
			give_up(s, SCHED_DEADLOCK, NULL);
		l = s->task[owner].wants;
		if (l == NULL)
			return;
	}
}

/* The running task has it now. */
static inline void
own(struct sched *s, struct sched_lock *l)
{
	s->task[s->current].held++;
	changed(s);
	l->owner = s->current + 1;
	s->runnable &= ~l->wanted;
	SANITIZER_TSAN_(__tsan_acquire(l));
}

void
sched_lock_take(struct sched_lock *l)
{
	struct sched *s = cpu_fiber_sched;
	struct sched_task *t;
	sched_set_t me;

	if (s == NULL) {
		if (l->owner != 0)
			sched_fail(SCHED_ASSERTION,
			    "a lock that is wanted after the end is held");
		return;
	}
	t = &s->task[s->current];
	me = SCHED_BIT(s->current);
	announce(s, SCHED_LOCK, l, WHERE);
	l->wanted |= me;
	t->wants = l;
	if (l->owner != 0) {
		s->runnable &= ~me;
		look_for_cycle(s, l);
	}
	reschedule(s);
	t->wants = NULL;
	l->wanted &= ~me;
	own(s, l);
}

bool
sched_lock_try(struct sched_lock *l)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return true;
	announce(s, SCHED_TRY, l, WHERE);
	reschedule(s);
	if (l->owner != 0)
		return false;
	own(s, l);
	did_change(s);
	return true;
}

void
sched_lock_drop(struct sched_lock *l)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return;
	announce(s, SCHED_UNLOCK, l, WHERE);
	reschedule(s);
	if (l->owner != s->current + 1)
		sched_fail_at(SCHED_ASSERTION,
		    "a lock is dropped by a task that does not hold it", WHERE);
	SANITIZER_TSAN_(__tsan_release(l));
	s->task[s->current].held--;
	changed(s);
	l->owner = 0;
	s->runnable |= l->wanted;
}

/* --- Sleeping ------------------------------------------------------------ */

void
sched_wait_on(const void *event)
{
	sched_wait_on_at(event, WHERE);
}

void
sched_wait_on_at(const void *event, const void *where)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return;
	announce(s, SCHED_ASSERT, event, where);
	reschedule(s);
	sched_wait_on_quietly(event);
}

void
sched_wait_on_quietly(const void *event)
{
	struct sched *s = cpu_fiber_sched;
	struct sched_task *t;

	if (s == NULL)
		return;
	t = &s->task[s->current];
	t->event = event;
	t->woken = false;
	s->sleepers |= SCHED_BIT(s->current);
}

void
sched_wait_not(void)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL || s->task[s->current].event == NULL)
		return;
	announce(s, SCHED_ASSERT, s->task[s->current].event, WHERE);
	reschedule(s);
	s->task[s->current].event = NULL;
	s->sleepers &= ~SCHED_BIT(s->current);
}

void
sched_sleep(void)
{
	sched_sleep_at(WHERE);
}

void
sched_sleep_at(const void *where)
{
	struct sched *s = cpu_fiber_sched;
	struct sched_task *t;

	if (s == NULL)
		return;
	t = &s->task[s->current];
	announce(s, SCHED_WAIT, t->event, where);
	if (!t->woken) {
		t->asleep = true;
		s->runnable &= ~SCHED_BIT(s->current);
	}
	reschedule(s);
	t->event = NULL;
	SANITIZER_TSAN_(__tsan_acquire(t));
}

void
sched_wake(const void *event)
{
	sched_wake_at(event, WHERE);
}

void
sched_wake_at(const void *event, const void *where)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return;
	announce(s, SCHED_WAKE, event, where);
	reschedule(s);
	sched_wake_quietly(event);
}

void
sched_wake_quietly(const void *event)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return;
	for (sched_set_t set = s->sleepers; set != 0; set &= set - 1) {
		unsigned i = (unsigned)__builtin_ctzll(set);
		struct sched_task *t = &s->task[i];

		if (t->event != event)
			continue;
		SANITIZER_TSAN_(__tsan_release(t));
		t->woken = true;
		s->sleepers &= ~SCHED_BIT(i);
		if (t->asleep) {
			t->asleep = false;
			s->runnable |= SCHED_BIT(i);
		}
		changed(s);
		s->trace[s->steps - 1].op.flags |=
		    SCHED_OP_CHANGED | SCHED_OP_WOKE;
	}
}

unsigned
sched_sleepers(const void *event)
{
	struct sched *s = cpu_fiber_sched;
	unsigned count = 0;

	if (s == NULL)
		return 0;
	announce(s, SCHED_SLEEPERS, event, WHERE);
	reschedule(s);
	for (sched_set_t set = s->sleepers; set != 0; set &= set - 1)
		count += s->task[__builtin_ctzll(set)].event == event;
	return count;
}

/* --- For execution.c ----------------------------------------------------- */

unsigned
sched_choose(struct sched *s)
{
	return choose(s);
}

void
sched_task_ends(struct sched *s)
{
	unsigned me = s->current, next;

	if (s->task[me].held != 0)
		sched_fail_at(
		    SCHED_ASSERTION, "a task ends with a lock held", NULL);
	s->live &= ~SCHED_BIT(me);
	s->runnable &= ~SCHED_BIT(me);
	changed(s);
	if (s->live == 0) {
		go_home(s);
		return;
	}
	next = choose(s);
	s->current = next;
	fiber_switch(&s->task[me].fiber, &s->task[next].fiber);
}
