/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sleep locks: who gets in, who waits, who goes first.
 */
#include "pmap_sim/kern_lock.h"
#include "tests/wait_fixture.h"

#define TURNS 3000

/* One lock a test, and what stress tests keep under it. */
static struct kern_lock lock;
static unsigned long one, two; /* plain */

static int
lock_setup(void **state)
{
	struct fixture *f;

	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	lock_init(f->m, &lock);
	one = two = 0;
	return 0;
}

static int
lock_teardown(void **state)
{
	lock_fini(&lock);
	return fixture_teardown(state);
}

/* As another than the holder would find it: nobody is left with it. */
static char
lock_mode(void)
{
	if (lock_try_write(&lock)) {
		lock_done(&lock);
		return 'f'; /* free */
	}
	if (lock_try_read(&lock)) {
		lock_done(&lock);
		return 'r';
	}
	return 'w';
}

static char mode_seen;

static void
play_look(struct player *self)
{
	(void)self;
	mode_seen = lock_mode();
}

static char
mode_for_others(struct fixture *f)
{
	struct player other = PLAYER(f, 3, play_look);

	player_start(&other);
	player_join(&other);
	return mode_seen;
}

/* --- Modes --------------------------------------------------------------- */

static void
a_writer_shuts_everybody_out(void **state)
{
	(void)state;
	lock_write(&lock);
	assert_int_equal(lock_mode(), 'w');
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

static void
readers_share_until_the_last_has_left(void **state)
{
	(void)state;
	lock_read(&lock);
	lock_read(&lock);
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'r');
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

static void
an_upgrade_makes_a_writer(void **state)
{
	(void)state;
	lock_read(&lock);
	assert_false(lock_read_to_write(&lock));
	assert_int_equal(lock_mode(), 'w');
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

static void
a_downgrade_makes_a_reader(void **state)
{
	(void)state;
	lock_write(&lock);
	lock_write_to_read(&lock);
	assert_int_equal(lock_mode(), 'r');
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

static void
an_upgraded_lock_may_be_downgraded(void **state)
{
	(void)state;
	lock_read(&lock);
	assert_false(lock_read_to_write(&lock));
	lock_write_to_read(&lock);
	assert_int_equal(lock_mode(), 'r');
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

/* --- Recursion ----------------------------------------------------------- */

static void
a_recursive_writer_may_read_and_write(void **state)
{
	struct fixture *f = *state;

	lock_write(&lock);
	lock_set_recursive(&lock);
	lock_write(&lock);
	lock_read(&lock);
	assert_true(lock_try_write(&lock));
	assert_true(lock_try_read(&lock));
	for (unsigned i = 0; i < 4; i++)
		lock_done(&lock);
	assert_int_equal(mode_for_others(f), 'w');
	lock_clear_recursive(&lock);
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

/* As vm_map_lookup does while vm_map_pageable has the map. */
static void
a_recursive_reader_may_upgrade_and_downgrade(void **state)
{
	struct fixture *f = *state;

	lock_write(&lock);
	lock_set_recursive(&lock);
	lock_read(&lock);
	assert_false(lock_read_to_write(&lock));
	lock_write_to_read(&lock);
	lock_done(&lock);
	assert_int_equal(mode_for_others(f), 'w');
	lock_clear_recursive(&lock);
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

/* As 4.4BSD's vm_map_pageable does while it wires: others may read. */
static void
a_recursive_writer_may_become_a_reader(void **state)
{
	struct fixture *f = *state;

	lock_write(&lock);
	lock_set_recursive(&lock);
	lock_write_to_read(&lock);
	assert_int_equal(mode_for_others(f), 'r');
	lock_clear_recursive(&lock);
	lock_done(&lock);
	assert_int_equal(lock_mode(), 'f');
}

static void
a_cleared_writer_is_shut_out_like_others(void **state)
{
	(void)state;
	lock_write(&lock);
	lock_set_recursive(&lock);
	lock_clear_recursive(&lock);
	assert_int_equal(lock_mode(), 'w');
	lock_done(&lock);
}

/* --- Misuse -------------------------------------------------------------- */

static void
letting_go_of_what_nobody_holds_is_a_panic(void **state)
{
	struct fixture *f = *state;

	assert_panics(f, lock_done(&lock), "lock_done: nobody holds it");
	assert_panics(f, lock_write_to_read(&lock),
	    "lock_write_to_read: nobody holds it");
}

static void
an_upgrade_of_no_reader_is_a_panic(void **state)
{
	struct fixture *f = *state;

	assert_panics(
	    f, lock_read_to_write(&lock), "lock_read_to_write: nobody reads");
}

static void
clearing_with_levels_held_is_a_panic(void **state)
{
	struct fixture *f = *state;

	lock_write(&lock);
	lock_set_recursive(&lock);
	lock_write(&lock);
	assert_panics(f, lock_clear_recursive(&lock), "levels are held");
}

static void
clearing_what_is_not_recursive_is_a_panic(void **state)
{
	struct fixture *f = *state;

	lock_write(&lock);
	assert_panics(f, lock_clear_recursive(&lock), "another's, or nobody's");
}

/* --- Who waits ----------------------------------------------------------- */

static void
play_write(struct player *self)
{
	lock_write(&lock);
	sync_store(&self->count, 1);
	lock_done(&lock);
}

static void
play_read(struct player *self)
{
	lock_read(&lock);
	sync_store(&self->count, 1);
	lock_done(&lock);
}

static void
play_upgrade(struct player *self)
{
	lock_read(&lock);
	player_await(self, 1);
	self->answer = lock_read_to_write(&lock);
	sync_store(&self->count, 1);
	if (!self->answer)
		lock_done(&lock);
}

static boolean_t
asleep(struct fixture *f, unsigned count)
{
	return event_waiters(f->m, &lock) == count &&
	       stat_of(&f->m->stats.sleeps) >= count;
}

static void
readers_and_writers_wait_for_a_writer(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_read);
	struct player b = PLAYER(f, 2, play_write);

	lock_write(&lock);
	player_start(&a);
	player_start(&b);
	await(asleep(f, 2));
	assert_int_equal(sync_load(&a.count) + sync_load(&b.count), 0);
	lock_done(&lock);
	player_join(&a);
	player_join(&b);
	assert_int_equal(a.count + b.count, 2);
}

static void
a_writer_waits_for_every_reader(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_write);

	lock_read(&lock);
	lock_read(&lock);
	player_start(&a);
	await(asleep(f, 1));
	lock_done(&lock);
	await(stat_of(&f->m->stats.sleeps) == 2 && asleep(f, 1));
	assert_int_equal(sync_load(&a.count), 0);
	lock_done(&lock);
	player_join(&a);
	assert_int_equal(a.count, 1);
}

/* Or readers that come and go would starve it. */
static void
a_waiting_writer_goes_before_new_readers(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_write);
	struct player b = PLAYER(f, 2, play_read);

	lock_read(&lock);
	player_start(&a);
	await(asleep(f, 1));
	assert_false(lock_try_read(&lock));
	player_start(&b);
	await(asleep(f, 2));
	assert_int_equal(sync_load(&b.count), 0);
	lock_done(&lock);
	player_join(&a);
	player_join(&b);
	assert_int_equal(a.count + b.count, 2);
}

/* Who wires must get through to his own map, whoever waits for it. */
static void
a_recursive_reader_goes_before_a_waiting_writer(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_write);

	lock_write(&lock);
	lock_set_recursive(&lock);
	lock_write_to_read(&lock);
	player_start(&a);
	await(asleep(f, 1));
	lock_read(&lock);
	lock_done(&lock);
	assert_int_equal(sync_load(&a.count), 0);
	lock_clear_recursive(&lock);
	lock_done(&lock);
	player_join(&a);
	assert_int_equal(a.count, 1);
}

static void
an_upgrade_waits_for_the_other_readers(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_upgrade);

	player_start(&a);
	lock_read(&lock);
	sync_store(&a.step, 1);
	await(asleep(f, 1));
	assert_int_equal(sync_load(&a.count), 0);
	lock_done(&lock);
	player_join(&a);
	assert_int_equal(a.count, 1);
	assert_false(a.answer);
}

/* Else both wait for each other's read. */
static void
the_second_upgrade_fails_and_lets_go(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_upgrade);

	player_start(&a);
	lock_read(&lock);
	sync_store(&a.step, 1);
	await(asleep(f, 1));
	assert_true(lock_read_to_write(&lock));
	player_join(&a);
	assert_false(a.answer);
	assert_int_equal(lock_mode(), 'f');
}

static void
an_upgrade_goes_before_a_waiting_writer(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_write);

	lock_read(&lock);
	player_start(&a);
	await(asleep(f, 1));
	assert_false(lock_read_to_write(&lock));
	assert_int_equal(sync_load(&a.count), 0);
	lock_done(&lock);
	player_join(&a);
	assert_int_equal(a.count, 1);
}

static void
an_upgraded_lock_shuts_everybody_out(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_write);
	struct player b = PLAYER(f, 2, play_read);

	lock_read(&lock);
	assert_false(lock_read_to_write(&lock));
	player_start(&a);
	await(asleep(f, 1) || sync_load(&a.count));
	player_start(&b);
	await(asleep(f, 2) || sync_load(&b.count));
	assert_int_equal(sync_load(&a.count) + sync_load(&b.count), 0);
	lock_done(&lock);
	player_join(&a);
	player_join(&b);
}

static void
a_downgrade_lets_waiting_readers_in(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_read);

	lock_write(&lock);
	player_start(&a);
	await(asleep(f, 1));
	lock_write_to_read(&lock);
	player_join(&a);
	assert_int_equal(a.count, 1);
	lock_done(&lock);
}

/* --- At full speed ------------------------------------------------------- */

/* Counts under the lock as reader, writer, upgrader and downgrader. */
static void
play_mixed(struct player *self)
{
	for (unsigned i = 0; i < TURNS; i++) {
		switch ((i + self->cpu) % 4) {
		case 0:
			lock_write(&lock);
			one++;
			two++;
			break;
		case 1:
			lock_write(&lock);
			one++;
			two++;
			lock_write_to_read(&lock);
			break;
		case 2:
			lock_read(&lock);
			break;
		case 3:
			if (!lock_try_read(&lock))
				continue;
			break;
		}
		self->value += one != two;
		if (i % 8 == 0)
			sched_yield();
		lock_done(&lock);
	}
}

static void
four_players(struct fixture *f, void (*play)(struct player *),
    unsigned long *wrong, unsigned long *count)
{
	struct player player[CPUS];

	for (unsigned i = 0; i < CPUS; i++)
		player[i] = (struct player)PLAYER(f, i, play);
	for (unsigned i = 1; i < CPUS; i++)
		player_start(&player[i]);
	play(&player[0]);
	for (unsigned i = 1; i < CPUS; i++)
		player_join(&player[i]);
	*wrong = *count = 0;
	for (unsigned i = 0; i < CPUS; i++) {
		*wrong += player[i].value;
		*count += player[i].count;
	}
}

static void
readers_see_what_writers_have_finished(void **state)
{
	unsigned long wrong, count;

	four_players(*state, play_mixed, &wrong, &count);
	assert_int_equal(wrong, 0);
	assert_int_equal(one, 2 * TURNS);
	assert_int_equal(two, 2 * TURNS);
	assert_int_equal(lock_mode(), 'f');
}

/* Looks, upgrades, and counts what it has looked at; or starts anew. */
static void
play_upgrades(struct player *self)
{
	for (unsigned i = 0; i < TURNS; i++) {
		unsigned long seen;

		for (;;) {
			lock_read(&lock);
			seen = one;
			if (i % 4 == 0)
				sched_yield();
			if (!lock_read_to_write(&lock))
				break;
			self->count++;
		}
		/* Nobody wrote between its read and its write. */
		self->value += one != seen;
		one = seen + 1;
		lock_done(&lock);
	}
}

static void
upgrades_contend_and_none_is_lost(void **state)
{
	unsigned long wrong, failed;

	four_players(*state, play_upgrades, &wrong, &failed);
	assert_int_equal(wrong, 0);
	assert_int_equal(one, CPUS * TURNS);
	assert_true(failed > 0);
	assert_int_equal(lock_mode(), 'f');
}

static void
play_overlapping_readers(struct player *self)
{
	while (!sync_load(&self->stop)) {
		lock_read(&lock);
		sync_count(&self->count);
		sched_yield();
		lock_done(&lock);
	}
}

static void
readers_without_end_do_not_starve_a_writer(void **state)
{
	struct fixture *f = *state;
	struct player player[CPUS];

	for (unsigned i = 1; i < CPUS; i++) {
		player[i] =
		    (struct player)PLAYER(f, i, play_overlapping_readers);
		player_start(&player[i]);
	}
	for (unsigned i = 0; i < 100; i++) {
		lock_write(&lock);
		one++;
		lock_done(&lock);
	}
	for (unsigned i = 1; i < CPUS; i++)
		player_join(&player[i]);
	assert_int_equal(one, 100);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, lock_setup, lock_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_writer_shuts_everybody_out),
		TEST(readers_share_until_the_last_has_left),
		TEST(an_upgrade_makes_a_writer),
		TEST(a_downgrade_makes_a_reader),
		TEST(an_upgraded_lock_may_be_downgraded),
		TEST(a_recursive_writer_may_read_and_write),
		TEST(a_recursive_reader_may_upgrade_and_downgrade),
		TEST(a_recursive_writer_may_become_a_reader),
		TEST(a_cleared_writer_is_shut_out_like_others),
		TEST(letting_go_of_what_nobody_holds_is_a_panic),
		TEST(an_upgrade_of_no_reader_is_a_panic),
		TEST(clearing_with_levels_held_is_a_panic),
		TEST(clearing_what_is_not_recursive_is_a_panic),
		TEST(readers_and_writers_wait_for_a_writer),
		TEST(a_writer_waits_for_every_reader),
		TEST(a_waiting_writer_goes_before_new_readers),
		TEST(a_recursive_reader_goes_before_a_waiting_writer),
		TEST(an_upgrade_waits_for_the_other_readers),
		TEST(the_second_upgrade_fails_and_lets_go),
		TEST(an_upgrade_goes_before_a_waiting_writer),
		TEST(an_upgraded_lock_shuts_everybody_out),
		TEST(a_downgrade_lets_waiting_readers_in),
		TEST(readers_see_what_writers_have_finished),
		TEST(upgrades_contend_and_none_is_lost),
		TEST(readers_without_end_do_not_starve_a_writer),
	};

	return cmocka_run_group_tests_name("kern_lock", tests, NULL, NULL);
}
