/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races that are played, not waited for: one CPU stands at an injection point
 * (core/points.def) while a test does what another would do there.
 *
 * A scene is played twice, each time by a process of its own, which starts the
 * machine it needs: with the exhibit, the original's failure must be seen;
 * without it, the same scene must leave a sound VM.
 */
#ifndef TESTS_CORE_SCENE_H
#define TESTS_CORE_SCENE_H

#include <pthread.h>
#include <sys/wait.h>

#include "tests/core/spaces.h"

/* Of core/, which no header offers. */
boolean_t vm_pageout_page(struct vm *vm, vm_page_t m,
    struct vm_pageout_pass *pass) LK_HOLDS(vm->lk.queues);

/* What is done at which point, once. */
static struct {
	struct fixture *fx;
	enum vm_point at;
	void (*act)(struct fixture *fx);
	boolean_t armed; /* atomic: who acts comes by here, too */
	boolean_t acted;
} stage;

static void
stage_enter(const struct vm_probe *probe, struct vm_inside *was, const void *a,
    const void *b)
{
	(void)probe, (void)was, (void)a, (void)b;
}

static void
stage_leave(const struct vm_probe *probe, const struct vm_inside *was)
{
	(void)probe, (void)was;
}

static void
stage_also(const struct vm_probe *probe, enum vm_half half, const void *b)
{
	(void)probe, (void)half, (void)b;
}

static void
stage_point(const struct vm_probe *probe, enum vm_point point)
{
	(void)probe;
	if (!sync_load_relaxed(&stage.armed) || point != stage.at)
		return;
	sync_store_relaxed(&stage.armed, FALSE);
	stage.act(stage.fx);
	stage.acted = TRUE;
}

static const struct vm_probe stage_probe = { stage_enter, stage_leave,
	stage_also, stage_point };

/* Once, when the point is reached next. */
static inline void
act_at(struct fixture *fx, enum vm_point at, void (*act)(struct fixture *))
{
	stage.fx = fx;
	stage.at = at;
	stage.act = act;
	stage.acted = FALSE;
	sync_store_relaxed(&stage.armed, TRUE);
	fx->vm->config.probe = &stage_probe;
}

/* --- A second thread, on CPU 1 -------------------------------------------- */

static struct {
	void (*body)(struct fixture *fx);
	struct fixture *fx;
	int done; /* atomic */
	pthread_t thread;
} second;

static void *
second_play(void *arg)
{
	(void)arg;
	cpu_attach(second.fx->machine, 1);
	second.body(second.fx);
	cpu_detach();
	sync_store(&second.done, TRUE);
	return NULL;
}

/* Until it has done, or sleeps on event. */
static inline void
second_start(
    struct fixture *fx, void (*body)(struct fixture *fx), const void *event)
{
	unsigned turns = 0;

	second.body = body;
	second.fx = fx;
	assert_int_equal(
	    pthread_create(&second.thread, NULL, second_play, NULL), 0);
	while (
	    !sync_load(&second.done) && event_waiters(fx->machine, event) == 0)
		cpu_relax_after(turns++);
}

static inline void
second_join(void)
{
	cpu_idle_enter();
	pthread_join(second.thread, NULL);
	cpu_idle_exit();
}

/* --- Scenes -------------------------------------------------------------- */

/* TRUE: the failure was seen, and the VM is not to be touched any more. */
typedef boolean_t scene_t(struct fixture *fx);

enum { SCENE_SOUND = 0, SCENE_PANIC = 1, SCENE_FAILURE = 10, SCENE_ILL = 11 };

struct outcome {
	int status;
	char said[4096]; /* on stderr */
};

static void
scene_child(scene_t *scene, unsigned long as_found, FILE *said)
{
	struct vm_config config = { .swap_path = fixture_swap(),
		.as_found = as_found };
	void *state;

	setenv("CMOCKA_TEST_ABORT", "1", 1);
	dup2(fileno(said), STDERR_FILENO);
	if (fixture_up_with(&state, &config) != 0)
		_exit(SCENE_ILL);
	if (scene(state))
		_exit(SCENE_FAILURE);
	_exit(fixture_down(&state) == 0 ? SCENE_SOUND : SCENE_ILL);
}

static struct outcome
scene_play(scene_t *scene, unsigned long as_found)
{
	struct outcome outcome = { .status = -1 };
	FILE *said = tmpfile();
	pid_t child;
	int status;

	assert_non_null(said);
	fflush(NULL);
	child = fork();
	if (child == 0)
		scene_child(scene, as_found, said);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status))
		outcome.status = WEXITSTATUS(status);
	rewind(said);
	outcome.said[fread(outcome.said, 1, sizeof(outcome.said) - 1, said)] =
	    '\0';
	fclose(said);
	return outcome;
}

/* How the original ends: in a panic with these words, or, where the scene
 * looks for itself (NULL), not at all. */
static boolean_t
scene_failed(const struct outcome *o, const char *panic)
{
	if (panic == NULL)
		return o->status == SCENE_FAILURE;
	/* AddressSanitizer may be the first to notice. */
	return (o->status == SCENE_PANIC && strstr(o->said, panic) != NULL) ||
	       strstr(o->said, "heap-use-after-free") != NULL;
}

static inline void
exhibit(enum vm_hazard hazard, scene_t *scene, const char *panic)
{
	struct outcome found = scene_play(scene, 1ul << hazard);
	struct outcome repaired = scene_play(scene, 0);
	boolean_t failed = scene_failed(&found, panic);

	if (!failed || repaired.status != SCENE_SOUND)
		print_error("as found: %d\n%srepaired: %d\n%s", found.status,
		    found.said, repaired.status, repaired.said);
	assert_true(failed);
	assert_int_equal(repaired.status, SCENE_SOUND);
}

#define EXHIBIT(id, scene, panic)                                              \
	static void id##_##scene(void **state)                                 \
	{                                                                      \
		(void)state;                                                   \
		exhibit(HAZARD_##id, scene, panic);                            \
	}

/* An exhibit's test: its id, the fact, and the strategy. */
#define SHOWN(id, scene)                                                       \
	{                                                                      \
#id " " #scene "/" FACT_STRING(LK_STRATEGY), id##_##scene,     \
		    NULL, NULL, NULL                                           \
	}

/* Where there are no exhibits there is nothing to see. */
static inline int
run_exhibits(const char *name, const struct CMUnitTest *tests, size_t n)
{
#ifdef VMRACE_HAZARDS
	return _cmocka_run_group_tests(name, tests, n, NULL, NULL);
#else
	(void)name;
	(void)tests;
	(void)n;
	puts("skipped: this build has no AS_FOUND sites");
	return 77;
#endif
}

/* --- What several scenes want -------------------------------------------- */

/* The file's object, with a reference. */
static inline vm_object_t
file_object(struct fixture *fx)
{
	vm_object_t object;

	assert_non_null(vm_pager_allocate(fx->vm, &fx->file, &object));
	return object;
}

/* What a program would read there. */
static inline uint64_t
chain_word(struct vm *vm, vm_object_t object, vm_offset_t offset)
{
	for (; object != NULL; object = object->shadow) {
		vm_page_t m = page_at(vm, object, offset);

		if (m != NULL)
			return page_word(vm, m);
		offset += object->shadow_offset;
	}
	return 0;
}

static inline void
deactivate(struct vm *vm, vm_object_t object, vm_page_t m)
{
	vm_object_lock(object);
	vm_page_lock_queues();
	vm_page_deactivate(vm, m);
	vm_page_unlock_queues();
	vm_object_unlock(object);
}

/* The daemon comes to this page. */
static inline void
pageout(struct vm *vm, vm_page_t m, boolean_t urgent)
{
	struct vm_pageout_pass pass = { .urgent = urgent };

	vm_page_lock_queues();
	(void)vm_pageout_page(vm, m, &pass);
	vm_page_unlock_queues();
}

#endif /* TESTS_CORE_SCENE_H */
