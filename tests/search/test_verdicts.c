/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only a whole search convicts: a free that some schedule drops, and an
 * execution that its seed does not repeat.  Beside each stands the same program
 * in order, of which the same search finds nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/sync.h"
#include "stress/apart.h"
#include "stress/need.h"
#include "stress/scenarios/play.h"
#include "stress/search/explore_options.h"
#include "stress/search/hunt_report.h"
#include "stress/search/keep.h"

#define RUNS 2001 /* the first, and one in a thousand, are run twice */

/* Nor does a hunt keep one; it says what to do instead. */
static void
assert_told_by_its_search(
    const struct explore_config *config, const struct explore_result *result)
{
	const struct hunt_target target = { .scenario = config->scenario };
	static const struct shrunk none;
	const struct hunted hunted = { .target = &target,
		.config = config,
		.result = result,
		.shrunk = &none };
	char *line = explore_replay_line(config, result->found);
	char *expected = need_printf("\nreplay: %s\n", line), *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	hunt_print(out, &hunted);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "  it goes another way each time\n"));
	assert_non_null(strstr(text, expected));
	free(text);
	free(expected);
	free(line);
}

/* To its first failure.  The caller frees it. */
static struct explore_result *
searched(const struct scenario *scenario, const char *policy)
{
	struct explore_config config = {
		.scenario = scenario,
		.ops = scenario->has_vm ? vm_strategy_find("original") : NULL,
		.policies = { sched_policy_find(policy) },
		.policy_count = 1,
		.bound = 2,
		.seed = 1,
		.runs = RUNS,
		.step_limit = EXPLORE_STEPS,
		.workers = 1,
		.stop = TRUE,
	};
	struct explore_result *result = explore_result_create();

	assert_non_null(result);
	assert_non_null(config.policies[0]);
	explore(&config, result, NULL, NULL);
	assert_string_equal(result->trouble, "");
	/* Of what does not go again there is no reproducer. */
	if (result->founds > 0 &&
	    result->found[0].verdict == SCHED_NONDETERMINISM) {
		assert_true(keep_found(&config, result, "."));
		assert_string_equal(result->found[0].file, "");
		assert_told_by_its_search(&config, result);
	}
	return result;
}

static void
convicts(const struct scenario *scenario, const char *policy,
    enum sched_verdict verdict, const char *text)
{
	struct explore_result *result = searched(scenario, policy);

	assert_int_equal(result->founds, 1);
	assert_int_equal(result->found[0].verdict, verdict);
	assert_string_equal(result->found[0].text, text);
	apart_memory_free(result, sizeof(*result));
}

/* repeated: how many were run twice, at least; each bound has its own. */
static void
acquits(const struct scenario *scenario, const char *policy, uint64_t repeated)
{
	struct explore_result *result = searched(scenario, policy);

	assert_int_equal(result->founds, 0);
	assert_true(result->executions == RUNS || result->complete);
	assert_true(result->repeated >= repeated);
	apart_memory_free(result, sizeof(*result));
}

/* --- Leaks ---------------------------------------------------------------- */

/* A space that all CPUs share: who is the last frees it. */
struct shared {
	struct world world;
	struct vmspace *space;
	int users;
};

static void
make(struct scene *scene)
{
	struct shared *s = scene->memory;

	play_map(scene, 0, PLAY_HERE, 1, MAP_ANON_ | MAP_PRIVATE_);
	s->space = s->world.space[0];
	s->world.space[0] = world_there(scene->ops->vmspace_alloc(s->world.vm));
	s->users = (int)scene->scenario->tasks;
}

static void
done(struct scene *scene, int users)
{
	struct shared *s = scene->memory;

	if (users == 0)
		scene->ops->vmspace_free(s->world.vm, s->space);
}

static void
counted(struct scene *scene, unsigned cpu)
{
	struct shared *s = scene->memory;

	(void)cpu;
	done(scene, sync_add(&s->users, -1));
}

/* Two that read the same count are both not the last. */
static void
miscounted(struct scene *scene, unsigned cpu)
{
	struct shared *s = scene->memory;
	int users = sync_load(&s->users) - 1;

	(void)cpu;
	sync_store(&s->users, users);
	done(scene, users);
}

/* A program of two CPUs, both of which are done with it so. */
static struct scenario
sharing(const struct play *play)
{
	PLAY(shared, "shared", 2, "the last frees a space", *play);
	struct scenario scenario = scenario_shared;

	scenario.memory = sizeof(struct shared);
	return scenario;
}

#define FRAMES 12

static void
a_dropped_free_is_a_leak(void **state)
{
	static const struct play right = {
		.size = { .frames = FRAMES, .file_pages = 1 },
		.make = make,
		.act = { counted, counted },
	};
	static const struct play wrong = {
		.size = { .frames = FRAMES, .file_pages = 1 },
		.make = make,
		.act = { miscounted, miscounted },
	};
	const struct scenario sound = sharing(&right), leak = sharing(&wrong);

	(void)state;
	acquits(&sound, "random", 3);
	convicts(&leak, "random", SCHED_LEAK,
	    "left: 0 objects, 0 hash entries, 0 pagers, 1 maps, 1 entries");
}

/* --- Executions that their seed does not repeat --------------------------- */

/* Where a task counts what came before: outside of the scene's memory nobody
 * puts it back. */
struct counter {
	int word; /* atomic */
	int inside;
};

struct outside {
	int count;
	int from; /* executions before it matters */
};

#define CYCLE 7 /* in step with nothing that a search does */

static void
count_task(struct scene *scene, unsigned i)
{
	struct counter *c = scene->memory;
	struct outside *const *outside = scene->scenario->data;
	int *count = outside != NULL ? &(*outside)->count : &c->inside;
	int from = outside != NULL ? (*outside)->from : 0;

	for (unsigned n = 0; n < 3; n++)
		sync_add(&c->word, 1);
	if (i != 0)
		return;
	*count += 1;
	for (int n = 0; *count > from && n < *count % CYCLE; n++)
		sync_add(&c->word, 1);
}

/* The last task says only at its end that it is another time. */
static void
count_late(struct scene *scene, unsigned i)
{
	struct counter *c = scene->memory;
	struct outside *outside =
	    *(struct outside *const *)scene->scenario->data;

	for (unsigned n = 0; n < 4; n++)
		sync_add(&c->word, 1);
	if (i == 1 && ++outside->count % 2 == 0)
		sync_add(&c->word, 1);
}

#define SEED_ELSEWHERE     "the same seed went another way the second time"
#define SCHEDULE_ELSEWHERE "the same schedule went another way the second time"
#define SEED_FAILED        "the same seed failed the second time"
#define SCHEDULE_FAILED    "the same schedule failed the second time"
#define CHOICES_ELSEWHERE  "the same choices led elsewhere"

static void
another_way_is_nondeterminism(void **state)
{
	struct outside outside = { 0 }, *const at = &outside;
	struct scenario scenario = { .name = "counter",
		.memory = sizeof(struct counter),
		.task = count_task };

	(void)state;
	for (scenario.tasks = 2; scenario.tasks <= 3; scenario.tasks++) {
		scenario.data = NULL;
		acquits(&scenario, "random", 3);
		acquits(&scenario, "bound", 1);
		acquits(&scenario, "dpor", 1);
		scenario.data = &at;
		outside.from = 0;
		convicts(
		    &scenario, "random", SCHED_NONDETERMINISM, SEED_ELSEWHERE);
		convicts(&scenario, "bound", SCHED_NONDETERMINISM,
		    SCHEDULE_ELSEWHERE);
		convicts(&scenario, "dpor", SCHED_NONDETERMINISM,
		    SCHEDULE_ELSEWHERE);
		/* Not yet when one is run twice. */
		outside.from = 3;
		convicts(&scenario, "bound", SCHED_NONDETERMINISM,
		    CHOICES_ELSEWHERE);
		convicts(
		    &scenario, "dpor", SCHED_NONDETERMINISM, CHOICES_ELSEWHERE);
	}
}

/* Two tasks of which both are runnable wherever there is a choice. */
static void
it_is_seen_where_nobody_is_another(void **state)
{
	struct outside outside = { 0 }, *const at = &outside;
	struct scenario scenario = { .name = "late",
		.tasks = 2,
		.memory = sizeof(struct counter),
		.task = count_late,
		.data = &at };

	(void)state;
	convicts(&scenario, "bound", SCHED_NONDETERMINISM, SCHEDULE_ELSEWHERE);
	convicts(&scenario, "dpor", SCHED_NONDETERMINISM, SCHEDULE_ELSEWHERE);
}

static void
count_only(struct scene *scene, unsigned i)
{
	struct counter *c = scene->memory;

	(void)i;
	sync_add(&c->word, 1);
}

/* Every other time.  Each task has counted its own. */
static void
fail_late(struct scene *scene)
{
	struct outside *outside =
	    *(struct outside *const *)scene->scenario->data;

	if (++outside->count > outside->from && outside->count % 2 == 0)
		sched_fail(SCHED_INVARIANT, "every other time");
}

/* The same trace, but another verdict.  What is learnt of a scenario before
 * takes place in another process. */
static void
another_verdict_is_nondeterminism(void **state)
{
	struct outside outside = { 0 }, *const at = &outside;
	struct scenario scenario = { .name = "late",
		.tasks = 2,
		.memory = sizeof(struct counter),
		.task = count_only,
		.check = fail_late,
		.data = &at };

	(void)state;
	convicts(&scenario, "random", SCHED_NONDETERMINISM, SEED_FAILED);
	outside.count = 0;
	convicts(&scenario, "bound", SCHED_NONDETERMINISM, SCHEDULE_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dropped_free_is_a_leak),
		cmocka_unit_test(another_way_is_nondeterminism),
		cmocka_unit_test(it_is_seen_where_nobody_is_another),
		cmocka_unit_test(another_verdict_is_nondeterminism),
	};

	return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
