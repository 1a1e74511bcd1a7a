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
 * What may be spent is counted in points, never in seconds: the outcome is the
 * same wherever it is run.
 *
 * Nothing here slips from one failure to another: what counts is the signature
 * of the first replay.
 */
#include "stress/search/shrink.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/need.h"
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
every_schedule(const struct reproducer *r, unsigned bound)
{
	struct sched_policy_config config = {
		.tasks = scenario_tasks(r->scenario, r->ops),
		.bound = bound,
	};
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find("bound"), &config, &why);

	if (policy == NULL)
		need_failed();
	return policy;
}

static void
shrinker_begin(
    struct shrinker *s, const struct reproducer *from, boolean_t apart)
{
	struct stage_config stage;
	unsigned room;

	memset(s, 0, sizeof(*s));
	stage = reproducer_stage(from);
	attempts_begin(&s->attempts, &stage);
	s->attempts.apart = apart;
	room = s->attempts.note->room;
	s->turn = need_zeroed(room, sizeof(*s->turn));
	s->trial_turn = need_zeroed(room, sizeof(*s->trial_turn));
	s->segment = need_zeroed(room, sizeof(*s->segment));
	s->trial = need_zeroed(room, sizeof(*s->trial));
	s->in_turns = attempts_turns(&s->attempts);
	s->in_segments = sched_segments_create();
	if (s->in_segments == NULL)
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
	struct sched_policy *policy = reproducer_policy(
	    from, stage_profile(s->attempts.judge.stage), &why);
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

enum level { LEVEL_EMPTY, LEVEL_FAILED, LEVEL_TOO_LARGE };

struct sweep { /* shared memory */
	uint64_t schedules, points, points_max;
	boolean_t complete;
};

/* One after the other; those that fail likewise and are less are accepted. */
static boolean_t
sweep(struct shrinker *s, struct sched_policy *noted, struct sweep *sweep)
{
	struct judgement judgement;
	boolean_t failed = FALSE;

	for (sweep->schedules = 0; sweep->points < sweep->points_max;
	     ++sweep->schedules) {
		if (!judge_run(&s->attempts.judge, noted, 0, &judgement)) {
			sweep->complete = TRUE;
			break;
		}
		sweep->points += judgement.steps;
		failed |= judgement.signature == s->best.signature;
		(void)shrinker_accept(s, &judgement);
	}
	return failed;
}

/* In a process of its own, which ends with the first that crashes. */
static boolean_t
sweep_apart(
    struct shrinker *s, struct sched_policy *noted, struct sweep *shared)
{
	struct judgement judgement;

	int status = attempt_fork();

	if (status == ATTEMPT_CHILD) {
		(void)sweep(s, noted, shared);
		_exit(STATUS_SOUND);
	}
	if (status == 0)
		return FALSE;
	attempt_mourn(&s->attempts, status, &judgement);
	(void)shrinker_accept(s, &judgement);
	return judgement.signature == s->best.signature;
}

/* All of at most so many preemptions. */
static enum level
level(struct shrinker *s, const struct reproducer *from, unsigned bound,
    uint64_t *schedules)
{
	struct sched_policy *policy = every_schedule(from, bound);
	struct sched_policy *noted = attempts_noted(&s->attempts, policy);
	struct sweep *shared = apart_memory(sizeof(*shared));
	enum level outcome = LEVEL_TOO_LARGE;
	boolean_t failed;

	if (shared == NULL)
		need_failed();
	shared->points_max = s->points_max - s->attempts.points;
	if (s->attempts.points >= s->points_max)
		shared->points_max = 0;
	failed = s->attempts.apart ? sweep_apart(s, noted, shared)
				   : sweep(s, noted, shared);
	s->attempts.points += shared->points;
	s->attempts.executions += shared->schedules;
	*schedules = shared->schedules;
	if (failed)
		outcome = LEVEL_FAILED;
	else if (shared->complete)
		outcome = LEVEL_EMPTY;
	apart_memory_free(shared, sizeof(*shared));
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	return outcome;
}

/* Levels grow by a factor that itself changes slowly: go on with the last. */
static double
extrapolate(const uint64_t *counts, unsigned levels, unsigned until)
{
	double count = levels > 0 ? (double)counts[levels - 1] : 1;
	double factor =
	    levels > 1 ? (double)counts[levels - 1] / (double)counts[levels - 2]
		       : count * 10;

	for (unsigned i = levels; i <= until; i++)
		count *= factor;
	return count;
}

/* From where it got to before, until a level fails or the points are spent. */
static void
levels(struct shrinker *s, const struct reproducer *from, struct shrunk *shrunk,
    uint64_t *counts)
{
	while (shrunk->certified < s->best.preemptions &&
	       shrunk->certified < SHRINK_LEVELS) {
		unsigned bound = shrunk->certified;

		if (level(s, from, bound, &counts[bound]) != LEVEL_EMPTY)
			break;
		shrunk->certified++;
		shrunk->schedules = counts[bound];
	}
	/* It is what it is at the least; is there one with fewer turns? */
	shrunk->estimate = 0;
	if (shrunk->certified < s->best.preemptions)
		shrunk->estimate = extrapolate(counts, shrunk->certified,
		    (unsigned)s->best.preemptions - 1);
}

static void
least_turns(struct shrinker *s, const struct reproducer *from)
{
	uint64_t schedules;

	if (s->best.preemptions < SHRINK_LEVELS)
		(void)level(s, from, (unsigned)s->best.preemptions, &schedules);
}

/* --- All of it ----------------------------------------------------------- */

static void
shrink_here(const struct reproducer *from, uint64_t certify_points,
    boolean_t apart, struct shrunk *shrunk)
{
	double begin = seconds_now();
	uint64_t counts[SHRINK_LEVELS] = { 0 };
	struct shrinker s;

	shrinker_begin(&s, from, apart);
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
	levels(&s, from, shrunk, counts);
	if (shrunk->certified == s.best.preemptions)
		least_turns(&s, from);
	publish(&s, shrunk);
	shrunk->executions = s.attempts.executions;
	shrunk->points = s.attempts.points;
	shrunk->shrink_s = seconds_now() - begin;
	if (shrunk->certified < s.best.preemptions && certify_points != 0) {
		begin = seconds_now();
		s.points_max = s.attempts.points +
			       (apart ? certify_points / 100 : certify_points);
		levels(&s, from, shrunk, counts);
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
	int status;
	pid_t pid;

	memset(shrunk, 0, sizeof(*shrunk));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		shrink_here(from, certify_points, apart, shrunk);
		_exit(STATUS_SOUND);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		need_failed();
	return WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SOUND;
}

void
shrink(const struct reproducer *from, uint64_t certify_points,
    struct shrunk *shrunk)
{
	if (!shrink_apart(from, certify_points, FALSE, shrunk))
		(void)shrink_apart(from, certify_points, TRUE, shrunk);
}

void
shrink_certificate(const struct shrunk *shrunk, char *text, size_t size)
{
	unsigned long long schedules = shrunk->schedules;

	if (shrunk->after.preemptions == 0)
		snprintf(text, size, "certified: it takes no preemption");
	else if (shrunk->certified == shrunk->after.preemptions)
		snprintf(text, size,
		    "certified: none with fewer preemptions (%llu schedule%s)",
		    schedules, schedules == 1 ? "" : "s");
	else if (shrunk->certified > 0)
		snprintf(text, size,
		    "not certified: none with %u or fewer (%llu schedules); "
		    "with %llu there are some %.1g",
		    shrunk->certified - 1, schedules,
		    (unsigned long long)shrunk->after.preemptions - 1,
		    shrunk->estimate);
	else
		snprintf(
		    text, size, "not certified: there are too many schedules");
}
