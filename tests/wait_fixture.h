/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of waiting stand on besides the pmap fixture: panics that a
 * test survives, free threads, and CPUs that run them.
 */
#ifndef TESTS_WAIT_FIXTURE_H
#define TESTS_WAIT_FIXTURE_H

#include <string.h>

#include "tests/pmap_fixture.h"

static jmp_buf panic_return;
static char panic_text[200];

static inline void
panic_caught(const char *what)
{
	strncpy(panic_text, what, sizeof(panic_text) - 1);
	longjmp(panic_return, 1);
}

/* The statement, on the test's own CPU, panics with these words. */
#define assert_panics(f, statement, words)                                     \
	do {                                                                   \
		(f)->m->on_panic = panic_caught;                               \
		if (setjmp(panic_return) == 0) {                               \
			statement;                                             \
			fail_msg("no panic: %s", #statement);                  \
		}                                                              \
		(f)->m->on_panic = NULL;                                       \
		if (strstr(panic_text, words) == NULL)                         \
			fail_msg("panic: %s", panic_text);                     \
	} while (0)

/* Poll until the condition holds. */
#define await(condition)                                                       \
	do {                                                                   \
		while (!(condition)) {                                         \
			cpu_poll();                                            \
			sched_yield();                                         \
		}                                                              \
	} while (0)

/* A player that runs free threads until the queue is closed. */
static inline void
play_free_threads(struct player *self)
{
	(void)self;
	cpu_run();
}

static inline struct thread *
spawn(struct fixture *f, void (*body)(void *arg), void *arg)
{
	struct thread *thread = thread_create(f->m, "test", body, arg);

	assert_non_null(thread);
	thread_start(thread);
	return thread;
}

/* Sleep on event until *word is at least value. */
static inline void
sleep_until(unsigned *word, unsigned value)
{
	while (sync_load(word) < value) {
		assert_wait_at(word, "sleep_until");
		if (sync_load(word) < value)
			thread_block();
		else
			clear_wait();
	}
}

/* The other side. */
static inline void
advance(struct fixture *f, unsigned *word)
{
	sync_add(word, 1);
	thread_wakeup(f->m, word);
}

/* CPUs 1, 2, ... that run free threads. */
struct crew {
	struct player player[CPUS];
	unsigned cpus;
};

static inline void
crew_start(struct crew *crew, struct fixture *f, unsigned cpus)
{
	crew->cpus = cpus;
	for (unsigned i = 1; i <= cpus; i++) {
		crew->player[i] =
		    (struct player)PLAYER(f, i, play_free_threads);
		player_start(&crew->player[i]);
	}
}

static inline void
crew_join(struct crew *crew, struct fixture *f)
{
	run_queue_close(f->m);
	for (unsigned i = 1; i <= crew->cpus; i++)
		player_join(&crew->player[i]);
}

/* What bodies share. */
struct scene {
	struct fixture *f;
	char written[64]; /* one CPU: in the order of running */
	unsigned length;
	unsigned word, other; /* atomic, and events */
	unsigned cpu;         /* atomic */
};

static inline void
write_down(struct scene *scene, char what)
{
	scene->written[scene->length++] = what;
}

/* Writes through arg, by way of its stack. */
static inline void
body_uses_stack(void *arg)
{
	char room[100];
	char *volatile escape = room;

	*escape = 'u';
	*(char *)arg = room[0];
}

static inline void
body_sleeper(void *arg)
{
	struct scene *scene = arg;

	write_down(scene, 's');
	sleep_until(&scene->word, 1);
	write_down(scene, 'S');
}

#endif /* TESTS_WAIT_FIXTURE_H */
