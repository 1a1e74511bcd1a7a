/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One worker of a search.
 *
 * Executions are claimed in slices from one counter, so that workers never meet
 * and any of them can be repeated by its number.  A slice belongs to one
 * policy; policies take turns by TIME, for their executions differ in length,
 * and a policy that is slow has as good a chance as another.
 *
 * An exhaustive policy keeps its place from one execution to the next, in
 * memory that outlives the worker (exhaust.h), and no other policy is beside
 * it.  One that deepens is made anew for each bound: the first failure it finds
 * has as few preemptions as any, and each bound searched to its end is known
 * for good.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/sched/class.h"
#include "pmap_sim/sched/retrace.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/search/exhaust.h"
#include "stress/search/judge.h"
#include "stress/search/stage.h"
#include "stress/verdict.h"

#define SLICE        64   /* executions claimed at a time */
#define TURN_S       0.02 /* of a policy among others */
#define REPEAT_EVERY 1000 /* executions, of which one is run twice */
#define SAMPLE_EVERY 8    /* of which the class of one is taken */

struct worker {
	const struct explore_config *config;
	struct explore_result *result;
	struct explore_slot *slot;
	struct stage *stage;
	struct sched_policy_config policy_config;
	struct sched_policy *policy[EXPLORE_POLICIES];
	struct sched_class *class;
	double used_s[EXPLORE_POLICIES]; /* time each had */
	unsigned turn;                   /* whose it is */
	struct stage_times told;         /* of its stage's */
	unsigned number;                 /* among the workers */
	boolean_t dry; /* an exhaustive policy has nothing left */
	double begin_s;
	struct judge judge;
};

static void
add(uint64_t *to, uint64_t n)
{
	__atomic_fetch_add(to, n, __ATOMIC_RELAXED);
}

/* --- Failures ------------------------------------------------------------ */

static void
failed(struct worker *w, uint64_t execution, const struct judgement *judgement)
{
	struct explore_found failure = {
		.verdict = judgement->verdict,
		.signature = judgement->signature,
		.steps = judgement->steps,
		.preemptions = judgement->preemptions,
		.hash = judgement->hash,
		.execution = execution,
		.seed = w->config->seed + execution,
		.policy = w->turn,
		.count = 1,
		.after_s = seconds_now() - w->begin_s,
	};
	struct explore_found *kept;

	snprintf(failure.text, sizeof(failure.text), "%s", judgement->text);
	failure.after_runs =
	    __atomic_load_n(&w->result->executions, __ATOMIC_RELAXED) +
	    w->slot->executions;
	add(&w->result->failures, 1);
	kept = explore_note(w->result, &failure);
	if (kept != NULL)
		kept->schedule_known = stage_schedule(
		    w->stage, kept->schedule, sizeof(kept->schedule));
	if (w->config->stop)
		__atomic_store_n(&w->result->enough, TRUE, __ATOMIC_RELAXED);
}

/* Does the same seed, or of an exhaustive policy the same schedule, go the same
 * way, and is it sound again?  A race that is seen only now is one. */
static void
repeat(struct worker *w, uint64_t execution, uint64_t hash)
{
	boolean_t draws = w->policy[w->turn]->ops->draws;
	uint64_t seed = w->config->seed + execution;
	struct sched_policy *policy =
	    draws ? w->policy[w->turn]
		  : sched_retrace_create(stage_sched(w->stage));
	struct judgement again;

	if (policy == NULL)
		need_failed();
	add(&w->result->repeated, 1);
	(void)judge_run(&w->judge, policy, seed, &again);
	if (!draws)
		sched_policy_destroy(policy);
	if (again.hash == hash && again.verdict == SCHED_SOUND)
		return;
	if (again.hash != hash || again.verdict != SCHED_RACE) {
		again.verdict = SCHED_NONDETERMINISM;
		snprintf(again.text, sizeof(again.text),
		    "the same %s %s the second time",
		    draws ? "seed" : "schedule",
		    again.hash != hash ? "went another way" : "failed");
		again.signature = judge_signature(again.verdict, again.text, 0);
	}
	failed(w, execution, &again);
}

/* --- Executions ---------------------------------------------------------- */

/* FALSE: there is no other. */
static boolean_t
execute(struct worker *w, uint64_t execution)
{
	const struct sched_policy_ops *ops = w->policy[w->turn]->ops;
	struct judgement judgement;

	w->slot->execution = execution;
	if (!judge_run(&w->judge, w->policy[w->turn],
		w->config->seed + execution, &judgement))
		return FALSE;
	w->slot->executions++;
	w->slot->points += judgement.steps;
	w->slot->hash += judgement.hash;
	w->slot->choices += judgement.choices;
	w->slot->preemptions += judgement.preemptions;
	if (judgement.steps > w->result->longest)
		w->result->longest = judgement.steps;
	exposure_look(&w->slot->exposure, w->stage, w->class);
	if (ops->draws && execution % SAMPLE_EVERY == 0)
		species_add(&w->result->species,
		    sched_class_hash(w->class, stage_sched(w->stage)));
	if (judgement.verdict != SCHED_SOUND)
		failed(w, execution, &judgement);
	else if (execution % REPEAT_EVERY == 0)
		repeat(w, execution, judgement.hash);
	return TRUE;
}

static boolean_t
enough(const struct worker *w)
{
	return interrupted() ||
	       __atomic_load_n(&w->result->enough, __ATOMIC_RELAXED) ||
	       (w->config->seconds > 0 &&
		   seconds_now() - w->begin_s >= w->config->seconds);
}

void
explore_flush(struct explore_result *result, struct explore_slot *slot)
{
	add(&result->executions, slot->executions);
	add(&result->points, slot->points);
	add(&result->choices, slot->choices);
	add(&result->preemptions, slot->preemptions);
	add(&result->hash, slot->hash);
	slot->executions = slot->points = slot->choices = 0;
	slot->preemptions = slot->hash = 0;
	exposure_flush(&result->exposure, &slot->exposure);
}

static void
flush_times(struct worker *w)
{
	const struct stage_times *now = stage_times(w->stage);
	struct stage_times *all = &w->result->times;

	add(&all->timed, now->timed - w->told.timed);
	add(&all->reset_ns, now->reset_ns - w->told.reset_ns);
	add(&all->run_ns, now->run_ns - w->told.run_ns);
	add(&all->check_ns, now->check_ns - w->told.check_ns);
	w->told = *now;
}

static void
flush(struct worker *w)
{
	if (w->policy[0]->ops->tell != NULL)
		w->policy[0]->ops->tell(w->policy[0], &w->slot->search);
	explore_flush(w->result, w->slot);
	flush_times(w);
	__atomic_store_n(&w->slot->beat, w->slot->beat + 1, __ATOMIC_RELAXED);
}

/* FALSE: it could not be made. */
static boolean_t
make_policy(struct worker *w, unsigned i)
{
	const char *why;

	w->policy[i] = w->config->policies[i]->exhaustive
			   ? exhaust_policy(w->result, w->number)
			   : sched_policy_create(w->config->policies[i],
				 &w->policy_config, &why);
	if (w->policy[i] != NULL)
		return TRUE;
	snprintf(w->result->trouble, sizeof(w->result->trouble), "%s", why);
	return FALSE;
}

/* What is left of a slice.  FALSE: nothing is left to be done. */
static boolean_t
slice_rest(struct worker *w, uint64_t first)
{
	uint64_t runs = w->config->runs;

	for (uint64_t i = first; i < w->slot->end; i++) {
		if (runs != 0 && i >= runs)
			return FALSE;
		if (!execute(w, i)) {
			w->slot->execution = i - 1;
			w->dry = TRUE;
			return FALSE;
		}
		if (w->result->sharers > 1)
			exhaust_give(w->result, w->number);
		if (__atomic_load_n(&w->result->enough, __ATOMIC_RELAXED))
			return FALSE;
	}
	return TRUE;
}

static boolean_t
slice(struct worker *w)
{
	uint64_t first =
	    __atomic_fetch_add(&w->result->next, SLICE, __ATOMIC_RELAXED);

	w->slot->execution = first;
	w->slot->end = first + SLICE;
	return slice_rest(w, first);
}

/* Whose turn it is: who had least. */
static void
take_turns(struct worker *w)
{
	w->turn = 0;
	for (unsigned i = 1; i < w->config->policy_count; i++)
		if (w->slot->used_s[i] < w->slot->used_s[w->turn])
			w->turn = i;
	w->slot->policy = w->turn;
}

/* A slice that was left in the middle, by one that died there or had nothing
 * more to do, goes on behind that; and then others. */
static void
work(struct worker *w)
{
	boolean_t more = TRUE;

	if (w->slot->end != 0) {
		w->turn = w->slot->policy;
		more = slice_rest(w, w->slot->execution + 1);
		flush(w);
	}
	while (more && !enough(w)) {
		double begin = seconds_now(), now;

		take_turns(w);
		do {
			more = slice(w);
			flush(w);
			now = seconds_now();
		} while (more && now - begin < TURN_S && !enough(w));
		w->slot->used_s[w->turn] += now - begin;
	}
}

/* All that there is to one, with others. */
static void
share(struct worker *w)
{
	while (exhaust_wait(w->result, w->number)) {
		w->dry = FALSE;
		work(w);
		flush(w);
		if (!w->dry) {
			/* A limit: what is left is nobody's any more. */
			__atomic_store_n(
			    &w->result->enough, TRUE, __ATOMIC_RELAXED);
			return;
		}
		exhaust_done(w->result, w->number);
	}
}

void
explore_work(const struct explore_config *config, struct explore_result *result,
    unsigned worker)
{
	struct worker *w = need_zeroed(1, sizeof(*w));

	w->config = config;
	w->result = result;
	w->number = worker;
	w->slot = &result->slot[worker];
	w->stage = stage_make(&(struct stage_config){
	    .scenario = config->scenario,
	    .ops = config->ops,
	    .as_found = config->as_found,
	    .step_limit = config->step_limit,
	    .rcu = config->rcu,
	});
	if (w->stage == NULL)
		exit(STATUS_NOT_STARTED);
	w->policy_config = (struct sched_policy_config){
		.tasks = scenario_tasks(config->scenario, config->ops),
		.lines = scenario_lines(config->scenario),
		.bound = config->bound,
		.depth = config->depth,
		.schedule = config->schedule,
		.profile = stage_profile(w->stage),
	};
	for (unsigned i = 0; i < config->policy_count; i++)
		if (!make_policy(w, i))
			return;
	w->class = sched_class_create(config->step_limit);
	if (w->class == NULL)
		need_failed();
	judge_begin(&w->judge, w->stage);
	if (w->slot->begin_s == 0)
		w->slot->begin_s = seconds_now();
	w->begin_s = w->slot->begin_s;
	if (!exhaust_is_asked(config))
		work(w);
	else
		share(w);
	flush(w);
	judge_end(&w->judge);
	for (unsigned i = 0; i < config->policy_count; i++)
		if (!config->policies[i]->exhaustive)
			sched_policy_destroy(w->policy[i]);
	sched_class_destroy(w->class);
	stage_destroy(w->stage);
	free(w);
}
