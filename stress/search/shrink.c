/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * THE ORDER.  Fewest preemptions first, for they are what has to be understood;
 * then fewest turns, which is what has to be written down; then fewest steps.
 *
 * THE WAY.  Moves (shrink_moves.c) come down to a local minimum in some hundred
 * executions.  Below it every schedule is tried, level by level: of no
 * preemption, of at most one, and so on.  The first level with a failure of the
 * same signature has the least that there is, and those below it are the
 * certificate.  A level that is too large ends it: what was found so far
 * stands, not certified.
 *
 * Where a crash is among them, each attempt is a process, and so is a level:
 * whom one of its executions kills is followed by another, which goes on behind
 * that one.
 *
 * What may be spent is counted in points, never in seconds: the outcome is the
 * same wherever it is run.
 *
 * Nothing here slips from one failure to another: what counts is the signature
 * of the first replay.
 */
#include "stress/search/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/search/alike.h"
#include "stress/search/child.h"
#include "stress/search/exhaust.h"
#include "stress/search/shrink_moves.h"

boolean_t
shrink_is_less(const struct judgement *a, unsigned a_turns,
    const struct judgement *b, unsigned b_turns)
{
	if (a->preemptions != b->preemptions)
		return a->preemptions < b->preemptions;
	if (a_turns != b_turns)
		return a_turns < b_turns;
	return a->steps < b->steps;
}

static struct sched_policy *
every_schedule(
    const struct reproducer *r, unsigned bound, struct sched_memory *memory)
{
	struct sched_policy_config config = {
		.tasks = scenario_tasks(r->scenario, r->ops),
		.lines = scenario_lines(r->scenario),
		.bound = bound,
		.alike = scenario_alike(r->scenario),
		.memory = memory,
	};
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find("bound"), &config, &why);

	if (policy == NULL)
		need_failed();
	return policy;
}

static void
shrinker_begin(struct shrinker *s, const struct reproducer *from,
    boolean_t apart, struct shrunk *shared)
{
	struct stage_config stage;
	unsigned room;

	memset(s, 0, sizeof(*s));
	stage = reproducer_stage(from);
	attempts_begin(&s->attempts, &stage);
	s->attempts.apart = apart;
	s->attempts.beat = &shared->beat;
	s->shared = shared;
	room = s->attempts.note->room;
	s->turn = apart_memory(room * sizeof(*s->turn));
	s->trial_turn = need_zeroed(room, sizeof(*s->trial_turn));
	s->segment = need_zeroed(room, sizeof(*s->segment));
	s->trial = need_zeroed(room, sizeof(*s->trial));
	s->in_turns = attempts_turns(&s->attempts);
	s->in_segments = sched_segments_create();
	if (s->turn == NULL || s->in_segments == NULL)
		need_failed();
	s->turns_noted = attempts_noted(&s->attempts, s->in_turns);
	s->segments_noted = attempts_noted(&s->attempts, s->in_segments);
	s->points_max = SHRINK_POINTS;
}

/* The failure once more, as it was found.  FALSE: it does not fail. */
static boolean_t
shrinker_reproduce(struct shrinker *s, const struct reproducer *from)
{
	const char *why;
	struct sched_policy *policy =
	    reproducer_policy(from, attempts_profile(&s->attempts), &why);
	struct sched_policy *noted;
	boolean_t failed;

	if (policy == NULL)
		return FALSE;
	noted = attempts_noted(&s->attempts, policy);
	failed = attempt(&s->attempts, noted, from->seed, &s->best) &&
		 s->best.verdict != SCHED_SOUND &&
		 s->attempts.note->turns <= s->attempts.note->room;
	if (failed) {
		s->turns = s->attempts.note->turns;
		memcpy(s->turn, s->attempts.note->turn,
		    s->turns * sizeof(*s->turn));
	}
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	return failed;
}

static void
publish(const struct shrinker *s, struct shrunk *shrunk)
{
	shrunk->after = s->best;
	shrunk->turns = s->turns;
	shrunk->schedule_known = sched_schedule_words(
	    s->turn, s->turns, shrunk->schedule, sizeof(shrunk->schedule));
}

/* --- Below: every schedule ----------------------------------------------- */

enum level { LEVEL_EMPTY, LEVEL_FAILED, LEVEL_TOO_LARGE, LEVEL_ENDLESS };

#define PROBES_MIN 30 /* fewer are no estimate */

struct sweep { /* shared memory */
	uint64_t executions, points, points_max;
	boolean_t complete, endless;
	boolean_t failed; /* likewise, one of them */
	/* The shrinker's, whose process may be another. */
	struct judgement best;
	unsigned turns;
};

/* What fails likewise and is less is accepted. */
static void
sweep_take(
    struct shrinker *s, struct sweep *sweep, const struct judgement *judgement)
{
	sweep->failed |= judgement->signature == s->best.signature;
	if (!shrinker_accept(s, judgement))
		return;
	sweep->best = s->best;
	sweep->turns = s->turns;
}

/* One after the other. */
static void
sweep(struct shrinker *s, struct sched_policy *noted, struct sweep *sweep)
{
	struct judgement judgement;

	for (; sweep->points < sweep->points_max && !shrinker_interrupted(s);
	     ++sweep->executions) {
		if (!judge_run(&s->attempts.judge, noted, 0, &judgement)) {
			sweep->complete = TRUE;
			break;
		}
		sweep->points += judgement.steps;
		attempts_beat(&s->attempts);
		sweep_take(s, sweep, &judgement);
	}
}

/* In a process of its own, and behind each that crashes, in another; up to the
 * first that crashes likewise, or has no end. */
static void
sweep_apart(
    struct shrinker *s, struct sched_policy *noted, struct sweep *shared)
{
	struct judgement judgement;
	int status;

	do {
		status = attempt_fork(&s->attempts);
		if (status == ATTEMPT_CHILD) {
			sweep(s, noted, shared);
			apart_leave(STATUS_SOUND);
		}
		s->best = shared->best;
		s->turns = shared->turns;
		if (status == 0)
			return;
		attempt_mourn(&s->attempts, status, &judgement);
		sweep_take(s, shared, &judgement);
		shared->endless = status == CHILD_NO_END;
		if (judgement.signature == s->best.signature ||
		    shared->endless || child_not_started(status))
			return;
		shared->executions++;
		shared->points += judgement.steps;
		attempts_beat(&s->attempts);
	} while (shared->points < shared->points_max);
}

/* All of at most so many preemptions; what the search of them told. */
static enum level
level(struct shrinker *s, const struct reproducer *from, unsigned bound,
    struct sched_search *told)
{
	boolean_t apart = s->attempts.apart;
	struct sched_memory *memory =
	    apart
		? exhaust_memory(attempts_tasks(&s->attempts), from->step_limit)
		: NULL;
	struct sched_policy *policy, *noted;
	struct sweep *shared = apart_memory(sizeof(*shared));
	enum level outcome = LEVEL_TOO_LARGE;

	if (shared == NULL || (apart && memory == NULL))
		need_failed();
	policy = every_schedule(from, bound, memory);
	noted = attempts_noted(&s->attempts, policy);
	shared->best = s->best;
	shared->turns = s->turns;
	shared->points_max = s->points_max - s->attempts.points;
	if (s->attempts.points >= s->points_max)
		shared->points_max = 0;
	if (apart)
		sweep_apart(s, noted, shared);
	else
		sweep(s, noted, shared);
	s->attempts.points += shared->points;
	s->attempts.executions += shared->executions;
	policy->ops->tell(policy, told);
	if (shared->failed)
		outcome = LEVEL_FAILED;
	else if (shared->complete)
		outcome = LEVEL_EMPTY;
	else if (shared->endless)
		outcome = LEVEL_ENDLESS;
	apart_memory_free(shared, sizeof(*shared));
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	exhaust_memory_free(memory);
	return outcome;
}

/* How many there are of a bound that was too large: by its probes, or else as
 * if it grew like the ones before; 0: there is nothing to go by. */
static double
estimate(const struct shrunk *shrunk, const struct sched_search *told)
{
	double last = (double)shrunk->schedules;
	double grown = shrunk->schedules_before == 0
			   ? 0
			   : last * last / (double)shrunk->schedules_before;

	if (told->probes >= PROBES_MIN && told->total > grown)
		grown = told->total;
	return grown > (double)told->leaves ? grown : 0;
}

/* From where it got to before, until a level fails or the points are spent. */
static void
levels(struct shrinker *s, const struct reproducer *from, struct shrunk *shrunk)
{
	shrunk->estimate = 0;
	while (shrunk->certified < s->best.preemptions &&
	       shrunk->certified < SHRINK_LEVELS && !shrinker_interrupted(s)) {
		struct sched_search told;
		enum level outcome = level(s, from, shrunk->certified, &told);

		if (outcome != LEVEL_EMPTY) {
			shrunk->endless = outcome == LEVEL_ENDLESS;
			shrunk->schedules_run = told.leaves;
			shrunk->estimate = estimate(shrunk, &told);
			break;
		}
		shrunk->certified++;
		shrunk->schedules_before = shrunk->schedules;
		shrunk->schedules = told.leaves;
		shrunk->stands_for = told.stands_for;
	}
}

/* It is what it is at the least; is there one with fewer turns? */
static void
least_turns(struct shrinker *s, const struct reproducer *from)
{
	struct sched_search told;

	if (s->best.preemptions < SHRINK_LEVELS && !shrinker_interrupted(s))
		(void)level(s, from, (unsigned)s->best.preemptions, &told);
}

/* --- All of it ----------------------------------------------------------- */

static void
shrink_here(const struct reproducer *from, uint64_t certify_points,
    boolean_t apart, struct shrunk *shrunk)
{
	double begin = seconds_now();
	struct shrinker s;

	shrinker_begin(&s, from, apart, shrunk);
	if (!shrinker_reproduce(&s, from))
		return;
	shrunk->before = s.best;
	shrunk->turns_before = s.turns;
	publish(&s, shrunk);
	shrunk->failed = TRUE;
	if (s.best.verdict == SCHED_CRASH)
		s.points_max /= 100; /* each is a process */
	shrinker_move(&s);
	publish(&s, shrunk);
	levels(&s, from, shrunk);
	if (shrunk->certified == s.best.preemptions)
		least_turns(&s, from);
	publish(&s, shrunk);
	shrunk->executions = s.attempts.executions;
	shrunk->points = s.attempts.points;
	shrunk->shrink_s = seconds_now() - begin;
	if (shrunk->certified < s.best.preemptions && certify_points != 0 &&
	    !shrunk->endless && !shrinker_interrupted(&s)) {
		begin = seconds_now();
		s.points_max = s.attempts.points +
			       (apart ? certify_points / 100 : certify_points);
		levels(&s, from, shrunk);
		publish(&s, shrunk);
		shrunk->certify_s = seconds_now() - begin;
		shrunk->certify_executions =
		    s.attempts.executions - shrunk->executions;
	}
	attempts_end(&s.attempts);
}

/* In a process of its own.  FALSE: an execution took that along. */
static boolean_t
shrink_apart(const struct reproducer *from, uint64_t certify_points,
    boolean_t apart, struct shrunk *shrunk)
{
	const struct child_watch watch = { .beat = &shrunk->beat,
		.interrupted = &shrunk->interrupted };
	int status;
	pid_t pid;

	memset(shrunk, 0, sizeof(*shrunk));
	shrunk->interrupted = interrupted();
	pid = child_fork();
	if (pid == 0) {
		shrink_here(from, certify_points, apart, shrunk);
		apart_leave(STATUS_SOUND);
	}
	if (pid < 0) {
		shrunk->not_started = TRUE;
		return TRUE;
	}
	status = child_wait(pid, &watch);
	shrunk->not_started = child_not_started(status);
	return shrunk->not_started ||
	       (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SOUND);
}

void
shrink(const struct reproducer *from, uint64_t certify_points,
    struct shrunk *shrunk)
{
	if (!shrink_apart(from, certify_points, FALSE, shrunk) &&
	    !(shrunk->failed && shrunk->interrupted))
		(void)shrink_apart(from, certify_points, TRUE, shrunk);
}

/* "1 preemption", "2 preemptions"; "no preemption". */
static char *
preemptions(unsigned long long count)
{
	return count == 0 ? need_printf("no preemption")
			  : need_printf("%llu preemption%s", count,
				count == 1 ? "" : "s");
}

/* "(60 schedules)", "(60 schedules, for 8.3e+81: tasks are alike)" */
static char *
searched(const struct shrunk *shrunk)
{
	unsigned long long schedules = shrunk->schedules;
	const char *plural = schedules == 1 ? "" : "s";

	return shrunk->stands_for > (double)schedules
		   ? need_printf("(%llu schedule%s, for %.3g: tasks are alike)",
			 schedules, plural, shrunk->stands_for)
		   : need_printf("(%llu schedule%s)", schedules, plural);
}

static void
not_certified(
    const struct shrunk *shrunk, const char *schedules, char *text, size_t size)
{
	unsigned long long run = shrunk->schedules_run;
	char *below = shrunk->certified == 0
			  ? need_printf("%s", "")
			  : need_printf("none with %u or fewer %s; ",
				shrunk->certified - 1, schedules);
	char *count = shrunk->estimate > 0
			  ? need_printf("about %.2g", shrunk->estimate)
			  : need_printf("more than %llu", run);
	char *with = preemptions(shrunk->certified);

	snprintf(text, size,
	    "not certified: %sspace too large: %s schedules with %s%s, %llu "
	    "run",
	    below, count, with, shrunk->certified > 0 ? " or fewer" : "", run);
	free(below);
	free(count);
	free(with);
}

static void
not_finished(const struct shrunk *shrunk, char *text, size_t size)
{
	const char *why = shrunk->interrupted ? "interrupted"
			  : shrunk->endless ? "one of the next bound has no end"
					    : "it could not go on";
	char *below = shrunk->certified == 0
			  ? need_printf("%s", "")
			  : need_printf("; none with %u or fewer preemptions",
				shrunk->certified - 1);

	snprintf(text, size, "not certified: %s%s", why, below);
	free(below);
}

void
shrink_certificate(const struct shrunk *shrunk, char *text, size_t size)
{
	char *schedules = searched(shrunk);

	if (shrunk->after.preemptions == 0)
		snprintf(text, size, "certified: it takes no preemption");
	else if (shrunk->certified == shrunk->after.preemptions)
		snprintf(text, size,
		    "certified: none with fewer preemptions %s", schedules);
	else if (shrunk->interrupted || shrunk->not_started || shrunk->endless)
		not_finished(shrunk, text, size);
	else
		not_certified(shrunk, schedules, text, size);
	free(schedules);
}
