/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An execution, from the main stack and back to it.
 *
 * TASKS do not end between executions: each runs its body in a loop, parked at
 * START, so an execution begins without making a stack.  The main stack
 * releases edge_start, which each task acquires first; a task releases
 * edge_join last, which the main stack acquires.  A task that was left in the
 * middle has a stack, and a shadow stack, that nobody will unwind: both are
 * begun anew, after its edge has been drawn in its name.
 */
#include "pmap_sim/sched/engine.h"

/* For each execution once round. */
static void
task_main(void *arg)
{
	struct sched_task *t = arg;
	struct sched *s = t->sched;

	for (;;) {
		SANITIZER_TSAN_(__tsan_acquire(&s->edge_start));
		s->config.body(s->config.arg, (unsigned)(t - s->task));
		SANITIZER_TSAN_(__tsan_release(&s->edge_join));
		sched_task_ends(s);
	}
}

/* --- Made and unmade ------------------------------------------------------ */

void
sched_fini_tasks(struct sched *s)
{
	for (unsigned i = 0; i < s->config.tasks - s->config.lines; i++)
		fiber_fini(&s->task[i].fiber);
	cpu_fiber_made = NULL;
}

bool
sched_init_tasks(struct sched *s)
{
	fiber_self(&s->home);
	cpu_fiber_made = s;
	for (unsigned i = 0; i < s->config.tasks - s->config.lines; i++) {
		s->task[i].sched = s;
		if (!fiber_init(&s->task[i].fiber, task_main, &s->task[i]))
			return false;
	}
	return true;
}

/* --- One execution -------------------------------------------------------- */

/* Those that were left in the middle have done what they did before what comes
 * now. */
static void
bury(struct sched *s)
{
	for (sched_set_t set = s->abandoned; set != 0; set &= set - 1) {
		struct sched_task *t = &s->task[__builtin_ctzll(set)];

#ifdef SANITIZER_TSAN
		__tsan_switch_to_fiber(
		    t->fiber.tsan, __tsan_switch_to_fiber_no_sync);
		__tsan_release(&s->edge_join);
		__tsan_switch_to_fiber(
		    s->home.tsan, __tsan_switch_to_fiber_no_sync);
#endif
		fiber_restart(&t->fiber);
	}
	s->abandoned = 0;
}

static void
begin(struct sched *s, struct sched_policy *policy, uint64_t seed)
{
	s->first_line = s->config.tasks - s->config.lines;
	s->live = s->first_line == SCHED_TASKS ? ~(sched_set_t)0
					       : SCHED_BIT(s->first_line) - 1;
	s->runnable = s->live;
	s->spinning = s->sleepers = 0;
	s->interrupted = false;
	s->current = s->first_line - 1; /* the next in turn is the first */
	s->yielded = true;              /* and no preemption */
	s->steps = s->choices = s->preemptions = s->turns = 0;
	s->hash = 0;
	s->random = seed;
	s->policy = policy;
	s->pick = policy->ops->pick;
	s->every_step = policy->ops->every_step;
	s->alarm = s->limit;
	s->guard = NULL;
	s->text = NULL;
	s->failure.known = false;
	s->reported[0] = '\0';
	s->result.verdict = SCHED_SOUND;
	s->result.text[0] = '\0';
	for (unsigned i = 0; i < s->config.tasks; i++) {
		struct sched_task *t = &s->task[i];

		t->op = (struct sched_op){
			.kind =
			    i < s->first_line ? SCHED_START : SCHED_INTERRUPT,
			.task = (uint8_t)i,
		};
		t->held = 0;
		t->wants = NULL;
		t->event = NULL;
		t->asleep = t->woken = false;
		t->handlers = 0;
	}
}

bool
sched_run(struct sched *s, struct sched_policy *policy, uint64_t seed)
{
	begin(s, policy, seed);
	if (policy->ops->begin != NULL && !policy->ops->begin(policy, s))
		return false;
	SANITIZER_TSAN_(__tsan_release(&s->edge_start));
	s->current = sched_choose(s);
	for (;;) {
		s->visited = false;
		cpu_fiber_sched = s;
		fiber_switch(&s->home, &s->task[s->current].fiber);
		cpu_fiber_sched = NULL;
		if (__builtin_expect(!s->visited, 1))
			break;
		s->look(s->look_arg);
	}
	if (__builtin_expect(s->abandoned != 0, 0))
		bury(s);
	SANITIZER_TSAN_(__tsan_acquire(&s->edge_join));
	s->result.steps = s->steps;
	s->result.choices = s->choices;
	s->result.preemptions = s->preemptions;
	s->result.hash = s->hash;
	if (policy->ops->end != NULL)
		policy->ops->end(policy, s);
	return true;
}

/* --- What a task asks ---------------------------------------------------- */

bool
sched_waits(unsigned i)
{
	const struct sched *s = cpu_fiber_sched;

	return s != NULL && s->task[i].wants != NULL &&
	       s->task[i].wants->owner != 0;
}

unsigned
sched_self(void)
{
	return cpu_fiber_sched->current;
}
