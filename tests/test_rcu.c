/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pmap_sim/sync.h promises of RCU, in every build.
 *
 * That something has not happened is looked at after a pause: a wrong one may
 * pass now and then, a right one never fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

#include "pmap_sim/sync.h"

#define MANY  1000
#define PAUSE 50000 /* us: some of liburcu's turns */

struct guest {
	struct sync_rcu_head retired; /* first */
	unsigned turn;                /* turn: when its callback ran, from 1 */
};

struct section {
	pthread_t thread;
	int open, close; /* (a) */
};

static unsigned turns; /* callbacks that ran; their thread's */
static int has_run;    /* (a) */
static int has_passed; /* (a) */

static void
await(const int *word)
{
	while (!sync_load(word))
		usleep(100);
}

static void *
section_body(void *arg)
{
	struct section *section = arg;

	sync_rcu_thread_init();
	sync_rcu_enter();
	sync_rcu_enter();
	sync_rcu_exit();
	sync_store(&section->open, 1);
	await(&section->close);
	sync_rcu_exit();
	sync_rcu_thread_fini();
	return NULL;
}

/* Another thread is in a section when this returns, and stays there. */
static void
section_open(struct section *section)
{
	*section = (struct section){ 0 };
	assert_int_equal(
	    pthread_create(&section->thread, NULL, section_body, section), 0);
	await(&section->open);
}

static void
section_close(struct section *section)
{
	sync_store(&section->close, 1);
	pthread_join(section->thread, NULL);
}

static void
take_turn(struct sync_rcu_head *head)
{
	((struct guest *)head)->turn = ++turns;
}

static void
say_so(struct sync_rcu_head *head)
{
	(void)head;
	sync_store(&has_run, 1);
}

static void *
barrier_body(void *arg)
{
	sync_rcu_barrier();
	sync_store(&has_passed, 1);
	return arg;
}

static void
a_callback_waits_for_a_section(void **state)
{
	static struct sync_rcu_head head;
	struct section section;

	(void)state;
	has_run = 0;
	section_open(&section);
	sync_rcu_retire(&head, say_so);
	usleep(PAUSE);
	assert_false(sync_load(&has_run));
	section_close(&section);
	sync_rcu_barrier();
	assert_true(sync_load(&has_run));
}

static void
a_barrier_waits_for_a_section(void **state)
{
	struct section section;
	pthread_t thread;

	(void)state;
	has_passed = 0;
	section_open(&section);
	assert_int_equal(pthread_create(&thread, NULL, barrier_body, NULL), 0);
	usleep(PAUSE);
	assert_false(sync_load(&has_passed));
	section_close(&section);
	pthread_join(thread, NULL);
	assert_true(has_passed);
}

static void
a_barrier_waits_for_all_callbacks_in_turn(void **state)
{
	static struct guest guests[MANY];

	(void)state;
	turns = 0;
	for (unsigned i = 0; i < MANY; i++)
		sync_rcu_retire(&guests[i].retired, take_turn);
	sync_rcu_barrier();
	assert_int_equal(turns, MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(guests[i].turn, i + 1);
}

static void
a_section_waits_for_nobody(void **state)
{
	static struct sync_rcu_head head;
	struct section first, second;

	(void)state;
	section_open(&first);
	sync_rcu_retire(&head, say_so);
	section_open(&second); /* or for ever */
	section_close(&second);
	section_close(&first);
	sync_rcu_barrier();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_callback_waits_for_a_section),
		cmocka_unit_test(a_barrier_waits_for_a_section),
		cmocka_unit_test(a_barrier_waits_for_all_callbacks_in_turn),
		cmocka_unit_test(a_section_waits_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
