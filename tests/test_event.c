/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event waits, by threads that are bound to their CPUs.
 */
#include "tests/wait_fixture.h"

#define TURNS 5000

static const char *const A = "a", *const B = "b";

/* --- One thread ---------------------------------------------------------- */

static void
a_wakeup_before_the_block_is_not_lost(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "test");
	thread_wakeup(f->m, A);
	thread_block();
	assert_int_equal(f->m->stats.sleeps, 0);
}

static void
a_wakeup_before_the_assert_is_for_nobody(void **state)
{
	struct fixture *f = *state;

	thread_wakeup(f->m, A);
	assert_wait_at(A, "test");
	assert_int_equal(event_waiters(f->m, A), 1);
	clear_wait();
}

static void
a_wakeup_of_another_event_changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "test");
	for (uintptr_t other = 1; other < 2000; other++)
		thread_wakeup(f->m, (void *)other);
	assert_int_equal(event_waiters(f->m, A), 1);
	clear_wait();
}

static void
a_wakeup_takes_the_waiter_off(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "test");
	thread_wakeup(f->m, A);
	assert_int_equal(event_waiters(f->m, A), 0);
	thread_block();
}

static void
a_cleared_wait_is_off_the_queue(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "test");
	clear_wait();
	assert_int_equal(event_waiters(f->m, A), 0);
}

static void
a_cleared_wait_may_be_followed_by_another(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "test");
	clear_wait();
	assert_wait_at(B, "test");
	thread_wakeup(f->m, A);
	assert_int_equal(event_waiters(f->m, B), 1);
	clear_wait();
}

static void
nothing_to_clear_is_nothing_done(void **state)
{
	struct fixture *f = *state;

	clear_wait();
	assert_int_equal(f->m->stats.sleeps, 0);
	assert_wait_at(A, "test");
	thread_wakeup(f->m, A);
	thread_block();
	clear_wait();
	assert_int_equal(f->m->stats.sleeps, 0);
}

static void
tell_waiter(void *arg, const void *event, const char *where)
{
	assert_ptr_equal(event, A);
	assert_string_equal(where, "here");
	++*(unsigned *)arg;
}

static void
who_waits_is_told_with_event_and_place(void **state)
{
	struct fixture *f = *state;
	unsigned count = 0;

	assert_wait_at(A, "here");
	event_for_each(f->m, tell_waiter, &count);
	assert_int_equal(count, 1);
	clear_wait();
}

/* --- Misuse -------------------------------------------------------------- */

static void
a_second_event_is_a_panic(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "first");
	assert_panics(
	    f, assert_wait_at(B, "second"), "already asserted (first, second)");
	clear_wait();
}

/* The waker may still have the thread on its list. */
static void
a_second_event_is_a_panic_though_the_first_was_signalled(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "first");
	thread_wakeup(f->m, A);
	assert_panics(
	    f, assert_wait_at(B, "second"), "already asserted (first, second)");
	clear_wait();
}

static void
no_event_is_a_panic(void **state)
{
	struct fixture *f = *state;

	assert_panics(f, assert_wait_at(NULL, "test"), "no event (test)");
}

static void
a_block_with_nothing_asserted_is_a_panic(void **state)
{
	struct fixture *f = *state;

	assert_panics(f, thread_block(), "nothing asserted");
	assert_wait_at(A, "test");
	thread_wakeup(f->m, A);
	thread_block();
	assert_panics(f, thread_block(), "nothing asserted");
}

/* Its CPU would stay deaf for whoever runs there next. */
static void
a_masked_block_is_a_panic(void **state)
{
	struct fixture *f = *state;

	assert_wait_at(A, "test");
	cpu_mask(curcpu());
	assert_panics(f, thread_block(), "is masked (test)");
	cpu_unmask(curcpu());
	clear_wait();
}

static void
a_cpu_is_played_by_one(void **state)
{
	struct fixture *f = *state;

	assert_panics(f, cpu_attach(f->m, 0), "CPU 0 is played already");
	assert_panics(f, cpu_attach(f->m, CPUS), "no CPU 4");
}

/* --- Several ------------------------------------------------------------- */

struct sleeper {
	struct player player;
	const void *event;
	unsigned woken; /* atomic */
};

static void
play_sleeper(struct player *self)
{
	struct sleeper *sleeper = (struct sleeper *)self;

	assert_wait_at(sleeper->event, "play_sleeper");
	thread_block();
	sync_store(&sleeper->woken, 1);
}

static struct sleeper
sleeper_on(struct fixture *f, unsigned cpu, const void *event)
{
	return (struct sleeper){ .player = PLAYER(f, cpu, play_sleeper),
		.event = event };
}

static void
a_wakeup_wakes_all_who_wait_for_it_and_nobody_else(void **state)
{
	struct fixture *f = *state;
	struct sleeper a = sleeper_on(f, 1, A);
	struct sleeper b = sleeper_on(f, 2, B);
	struct sleeper c = sleeper_on(f, 3, A);

	player_start(&a.player);
	player_start(&b.player);
	player_start(&c.player);
	await(stat_of(&f->m->stats.sleeps) == 3);
	thread_wakeup(f->m, A);
	player_join(&a.player);
	player_join(&c.player);
	assert_int_equal(event_waiters(f->m, B), 1);
	assert_int_equal(b.woken, 0);
	thread_wakeup(f->m, B);
	player_join(&b.player);
}

/* Were it not idle, pmap_remove would wait for it. */
static void
a_sleeper_is_not_waited_for_by_shootdowns(void **state)
{
	struct fixture *f = *state;
	struct sleeper a = sleeper_on(f, 1, A);

	enter(f->pmap, VA, 3, RW);
	player_start(&a.player);
	await(stat_of(&f->m->stats.sleeps) == 1);
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	assert_int_equal(f->m->stats.ipis, 0);
	assert_int_equal(f->m->stats.ipis_idle, 1);
	thread_wakeup(f->m, A);
	player_join(&a.player);
}

static void
play_sleep_then_load(struct player *self)
{
	cpu_load(VA, &self->value);
	play_sleeper(self);
	self->answer = cpu_load(VA, &self->value);
}

static void
a_sleeper_wakes_to_what_was_shot_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct sleeper a = sleeper_on(f, 1, A);

	a.player.play = play_sleep_then_load;
	enter(f->pmap, VA, 3, RW);
	player_start(&a.player);
	await(stat_of(&f->m->stats.sleeps) == 1);
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	thread_wakeup(f->m, A);
	player_join(&a.player);
	assert_int_equal(a.player.answer, KERN_PROTECTION_FAILURE);
}

static void
play_late_waker(struct player *self)
{
	struct machine *m = self->f->m;

	while (stat_of(&m->stats.sleeps) == 0 && !sync_load(&self->stop))
		sched_yield();
	thread_wakeup(m, B);
}

static void
a_cleared_wait_takes_its_wakeup_along(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_late_waker);

	player_start(&a);
	assert_wait_at(A, "test");
	thread_wakeup(f->m, A);
	clear_wait();
	assert_wait_at(B, "test");
	thread_block();
	player_join(&a);
	assert_int_equal(f->m->stats.sleeps, 1);
}

/* --- At full speed ------------------------------------------------------- */

static unsigned baton;

/* Passes it on when it comes round. */
static void
play_relay(struct player *self)
{
	for (unsigned i = 0; i < TURNS; i++) {
		sleep_until(&baton, i * CPUS + self->cpu);
		self->count += baton == i * CPUS + self->cpu;
		advance(self->f, &baton);
	}
}

static void
four_cpus_pass_a_baton(void **state)
{
	struct fixture *f = *state;
	struct player self = PLAYER(f, 0, play_relay);
	struct player a = PLAYER(f, 1, play_relay);
	struct player b = PLAYER(f, 2, play_relay);
	struct player c = PLAYER(f, 3, play_relay);

	baton = 0;
	player_start(&a);
	player_start(&b);
	player_start(&c);
	play_relay(&self);
	player_join(&a);
	player_join(&b);
	player_join(&c);
	assert_int_equal(baton, TURNS * CPUS);
	assert_int_equal(
	    self.count + a.count + b.count + c.count, TURNS * CPUS);
	assert_true(f->m->stats.sleeps > 0);
}

static unsigned told, heard;

/* No look between assert and block: only the queue tells. */
static void
play_listener(struct player *self)
{
	for (unsigned i = 0; i < TURNS; i++) {
		assert_wait_at(&told, "play_listener");
		sync_store(&heard, i + 1);
		if (i % 4 == 0)
			sched_yield();
		thread_block();
		self->count += sync_load(&told) == i + 1;
	}
}

static void
a_wakeup_between_assert_and_block_is_never_lost(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_listener);

	told = heard = 0;
	player_start(&a);
	for (unsigned i = 0; i < TURNS; i++) {
		await(sync_load(&heard) == i + 1);
		if (i % 3 == 0)
			sched_yield();
		advance(f, &told);
	}
	player_join(&a);
	assert_int_equal(a.count, TURNS);
}

/* Thinks better of it, then sleeps: the first wait must leave no trace. */
static void
play_fickle(struct player *self)
{
	for (unsigned i = 0; i < TURNS; i++) {
		assert_wait_at(A, "play_fickle");
		clear_wait();
		assert_wait_at(A, "play_fickle");
		thread_block();
		self->value += event_waiters(self->f->m, A);
	}
	sync_store(&self->count, 1);
}

static void
play_waker(struct player *self)
{
	while (!sync_load(&self->stop))
		thread_wakeup(self->f->m, A);
}

static void
a_change_of_mind_meets_wakeups(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_fickle);
	struct player b = PLAYER(f, 2, play_waker);

	player_start(&a);
	player_start(&b);
	await(sync_load(&a.count));
	player_join(&a);
	player_join(&b);
	assert_int_equal(a.value, 0);
}

/* As the daemon does at its end: woken, then gone. */
static void
play_last_sleep(struct player *self)
{
	cpu_detach();
	for (unsigned i = 1; i <= TURNS / 4; i++) {
		cpu_attach(self->f->m, self->cpu);
		assert_wait_at(&told, "play_last_sleep");
		sync_store(&heard, i);
		thread_block();
		cpu_detach();
	}
	cpu_attach(self->f->m, self->cpu);
}

static void
who_is_woken_may_end_at_once(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_last_sleep);

	heard = 0;
	player_start(&a);
	for (unsigned i = 1; i <= TURNS / 4; i++) {
		await(sync_load(&heard) == i);
		thread_wakeup(f->m, &told);
	}
	player_join(&a);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wakeup_before_the_block_is_not_lost),
		TEST(a_wakeup_before_the_assert_is_for_nobody),
		TEST(a_wakeup_of_another_event_changes_nothing),
		TEST(a_wakeup_takes_the_waiter_off),
		TEST(a_cleared_wait_is_off_the_queue),
		TEST(a_cleared_wait_may_be_followed_by_another),
		TEST(nothing_to_clear_is_nothing_done),
		TEST(who_waits_is_told_with_event_and_place),
		TEST(a_second_event_is_a_panic),
		TEST(a_second_event_is_a_panic_though_the_first_was_signalled),
		TEST(no_event_is_a_panic),
		TEST(a_block_with_nothing_asserted_is_a_panic),
		TEST(a_masked_block_is_a_panic),
		TEST(a_cpu_is_played_by_one),
		TEST(a_wakeup_wakes_all_who_wait_for_it_and_nobody_else),
		TEST(a_sleeper_is_not_waited_for_by_shootdowns),
		TEST(a_sleeper_wakes_to_what_was_shot_meanwhile),
		TEST(a_cleared_wait_takes_its_wakeup_along),
		TEST(four_cpus_pass_a_baton),
		TEST(a_wakeup_between_assert_and_block_is_never_lost),
		TEST(a_change_of_mind_meets_wakeups),
		TEST(who_is_woken_may_end_at_once),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
