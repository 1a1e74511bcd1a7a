/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scene's memory is copied when it is set up and copied back before each
 * execution.  Objects are numbered from 64 bytes before its beginning, so that
 * none has the number 0.
 *
 * ThreadSanitizer has forgotten it by then.  It keeps four accesses to a word:
 * a read that finds four of earlier executions there is not kept, and a race
 * with it not seen; and a word on which it has reported it takes for constant.
 */
#define _GNU_SOURCE
#include "stress/search/stage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pmap_sim/rcu_ctl.h"
#include "pmap_sim/sanitizer.h"
#include "pmap_sim/sched/arena.h"
#include "pmap_sim/sched/retrace.h"
#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/need.h"
#include "stress/search/child.h"

#define BEFORE        64
#define PROFILE_RUNS  8
#define PROFILE_SEEDS 0x9e0f11e5u /* seeds of their own */
#define TIME_EVERY    251         /* executions: in step with nothing else */

struct stage {
	struct scene scene;
	struct sched *sched;
	char *memory; /* with what stands before it */
	char *as_new; /* a copy */
	size_t size;  /* of the scene's own */
	struct sched_profile profile;
	boolean_t learnt; /* that */
	unsigned long came_up;
	uint64_t runs;
	struct stage_times times;
};

static void
stage_task(void *arg, unsigned i)
{
	struct stage *stage = arg;
	const struct scenario *scenario = stage->scene.scenario;

	if (i == scenario->tasks) {
		rcu_ctl_reclaim();
		return;
	}
	scenario->task(&stage->scene, i);
	if (scenario_in_arena(scenario))
		rcu_ctl_leave();
}

static void
stage_interrupt(void *arg, unsigned i)
{
	struct stage *stage = arg;

	stage->scene.scenario->interrupt(&stage->scene, i);
}

/* --- Exhibits ------------------------------------------------------------- */

/* Exhibits that came up in this execution, or before it; what building the
 * scene and taking it down come to is another matter. */
static void
stage_see_exhibits(struct stage *stage)
{
	unsigned long *times = stage->scene.came_up;

	for (unsigned i = 0; i < VM_HAZARDS; i++)
		if (times[i] > 0)
			stage->came_up |= 1ul << i;
}

static void
stage_forget_exhibits(struct stage *stage)
{
	for (unsigned i = 0; i < VM_HAZARDS; i++)
		stage->scene.came_up[i] = 0;
}

/* --- Made ready ----------------------------------------------------------- */

/* Not seen by a sanitizer: it is not the tasks' doing, nor the main stack's. */
static void
stage_reset(struct stage *stage)
{
	char *to;
	const char *from = stage->as_new;
	size_t size = stage->size;

	for (unsigned i = 0; i < SCENARIO_PARTS; i++)
		stage->scene.did[i] = FALSE;
	if (scenario_in_arena(stage->scene.scenario)) {
		arena_restore();
		if (stage->scene.scenario->restore != NULL)
			stage->scene.scenario->restore(&stage->scene);
		return;
	}
	to = stage->scene.memory;
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(size)
			 :
			 : "memory");
	SANITIZER_TSAN_(sanitizer_forget(stage->memory, BEFORE + stage->size));
}

/* What a few executions show, those from *next on.  In a process that one of
 * them may kill. */
static void
stage_watch(struct stage *stage, struct sched_profile *profile, uint64_t *next)
{
	struct sched_policy_config config = {
		.tasks =
		    scenario_tasks(stage->scene.scenario, stage->scene.ops),
		.lines = scenario_lines(stage->scene.scenario),
	};
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find("random"), &config, &why);

	if (policy == NULL)
		need_failed();
	for (; *next < PROFILE_RUNS; ++*next) {
		(void)stage_run(stage, policy, PROFILE_SEEDS + *next);
		if (!sched_profile_add(profile, stage->sched))
			need_failed();
	}
	sched_policy_destroy(policy);
}

/* Whatever it is that they do to the process. */
static void
stage_learn(struct stage *stage)
{
	struct learnt {
		struct sched_profile profile;
		uint64_t next;
	} *learnt = apart_memory(sizeof(*learnt));

	if (learnt == NULL)
		need_failed();
	while (learnt->next < PROFILE_RUNS) {
		pid_t pid = child_fork();

		if (pid == 0) {
			dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
			stage_watch(stage, &learnt->profile, &learnt->next);
			_exit(STATUS_SOUND);
		}
		if (pid < 0)
			exit(STATUS_NOT_STARTED);
		/* One that has no end is enough. */
		if (child_wait(
			pid, &(struct child_watch){ .beat = &learnt->next }) ==
		    CHILD_NO_END)
			break;
		if (learnt->next < PROFILE_RUNS)
			learnt->next++; /* this one it died of */
	}
	stage->profile = learnt->profile;
	stage->learnt = TRUE;
	apart_memory_free(learnt, sizeof(*learnt));
	sched_profile_done(&stage->profile);
}

/*
 * A kernel's memory, with what stands before it.  ThreadSanitizer forgets what
 * is not malloc's; AddressSanitizer wants memory of the heap.
 */
#ifdef SANITIZER_TSAN
static void *
stage_pages(const struct stage *stage)
{
	void *memory = mmap(NULL, BEFORE + stage->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		need_failed();
	return memory;
}

static void
stage_pages_free(const struct stage *stage)
{
	munmap(stage->memory, BEFORE + stage->size);
}
#else
static void *
stage_pages(const struct stage *stage)
{
	return need_aligned(64, 1, BEFORE + stage->size);
}

static void
stage_pages_free(const struct stage *stage)
{
	free(stage->memory);
}
#endif

/* FALSE: a line on stderr. */
static boolean_t
stage_arena_get(struct stage *stage, const struct rcu_model *model)
{
	const struct scenario *scenario = stage->scene.scenario;

	if (arena_open() != 0) {
		fputs("vmrace: the arena's address is taken in this process\n",
		    stderr);
		return FALSE;
	}
	stage->scene.memory = arena_zeroed(1, scenario->memory);
	rcu_ctl_open(arena_zeroed(1, rcu_ctl_size(scenario->tasks)),
	    scenario->tasks, scenario->has_vm, model);
	return TRUE;
}

static boolean_t
stage_memory_get(struct stage *stage, const struct rcu_model *model)
{
	const struct scenario *scenario = stage->scene.scenario;

	if (scenario_in_arena(scenario))
		return stage_arena_get(stage, model);
	stage->size = (scenario->memory + 63) & ~(size_t)63;
	stage->memory = stage_pages(stage);
	stage->as_new = need_aligned(64, 1, stage->size);
	stage->scene.memory = stage->memory + BEFORE;
	return TRUE;
}

struct stage *
stage_make(const struct stage_config *made)
{
	struct stage *stage = need_zeroed(1, sizeof(*stage));
	const struct scenario *scenario = made->scenario;
	struct sched_config config = {
		.body = stage_task,
		.interrupt = stage_interrupt,
		.arg = stage,
		.step_limit = made->step_limit,
		.tasks = scenario_tasks(scenario, made->ops),
	};

	stage->scene = (struct scene){ .scenario = scenario,
		.ops = made->ops,
		.as_found = made->as_found };
	if (!stage_memory_get(stage, &made->rcu)) {
		free(stage);
		return NULL;
	}
	config.lines = scenario_lines(scenario);
	config.arena = scenario_in_arena(scenario)
			   ? arena_base()
			   : (const void *)stage->memory;
	stage->sched = sched_create(&config);
	if (stage->sched == NULL)
		need_failed();
	if (scenario->setup != NULL)
		scenario->setup(&stage->scene);
	if (!scenario_in_arena(scenario))
		memcpy(stage->as_new, stage->scene.memory, stage->size);
	else if (arena_keep() != 0)
		need_failed();
	stage_forget_exhibits(stage);
	return stage;
}

struct stage *
stage_create(const struct scenario *scenario, const struct vm_ops *ops,
    unsigned long as_found, uint64_t step_limit)
{
	return stage_make(&(struct stage_config){ .scenario = scenario,
	    .ops = ops,
	    .as_found = as_found,
	    .step_limit = step_limit });
}

void
stage_destroy(struct stage *stage)
{
	sched_destroy(stage->sched);
	if (scenario_in_arena(stage->scene.scenario))
		arena_close();
	if (stage->memory != NULL)
		stage_pages_free(stage);
	free(stage->as_new);
	free(stage);
}

/* What has become of the tasks, once they have ended. */
static void
stage_check(struct stage *stage)
{
	const struct scenario *scenario = stage->scene.scenario;

	if (stage->scene.as_found != 0)
		stage_see_exhibits(stage);
	/* All that was done came before: nothing to be seen, and half of the
	 * time to be saved. */
	SANITIZER_TSAN_(__tsan_ignore_thread_begin());
	if (sched_result(stage->sched)->verdict == SCHED_SOUND &&
	    scenario->check != NULL)
		scenario->check(&stage->scene);
	SANITIZER_TSAN_(__tsan_ignore_thread_end());
	if (stage->scene.as_found != 0)
		stage_forget_exhibits(stage);
}

/* How often this thread had to make way for another. */
static long
stage_displaced(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}

static boolean_t
stage_run_timed(struct stage *stage, struct sched_policy *policy, uint64_t seed)
{
	long displaced = stage_displaced();
	uint64_t begin = now_ns(), ready, ended, checked;
	boolean_t ran;

	stage_reset(stage);
	ready = now_ns();
	ran = sched_run(stage->sched, policy, seed);
	ended = now_ns();
	if (!ran)
		return FALSE;
	stage_check(stage);
	checked = now_ns();
	if (stage_displaced() != displaced)
		return TRUE; /* that time was somebody else's */
	stage->times.timed++;
	stage->times.reset_ns += ready - begin;
	stage->times.run_ns += ended - ready;
	stage->times.check_ns += checked - ended;
	return TRUE;
}

const struct sched_result *
stage_run(struct stage *stage, struct sched_policy *policy, uint64_t seed)
{
	if (++stage->runs % TIME_EVERY == 0)
		return stage_run_timed(stage, policy, seed)
			   ? sched_result(stage->sched)
			   : NULL;
	stage_reset(stage);
	if (!sched_run(stage->sched, policy, seed))
		return NULL;
	stage_check(stage);
	return sched_result(stage->sched);
}

const struct stage_times *
stage_times(const struct stage *stage)
{
	return &stage->times;
}

struct sched *
stage_sched(struct stage *stage)
{
	return stage->sched;
}

void *
stage_memory(struct stage *stage)
{
	return stage->scene.memory;
}

const struct scene *
stage_scene(const struct stage *stage)
{
	return &stage->scene;
}

unsigned long
stage_came_up(const struct stage *stage)
{
	return stage->came_up;
}

const struct sched_profile *
stage_profile(struct stage *stage)
{
	if (!stage->learnt)
		stage_learn(stage);
	return &stage->profile;
}

boolean_t
stage_schedule(struct stage *stage, char *text, size_t size)
{
	struct sched_policy *again = sched_retrace_create(stage->sched);
	uint64_t hash = sched_result(stage->sched)->hash, turns;
	boolean_t same;

	if (again == NULL)
		need_failed();
	same = stage_run(stage, again, 0)->hash == hash;
	turns = sched_retrace_words(again, text, size);
	free(again);
	return same && (turns == 0 || *text != '\0');
}
