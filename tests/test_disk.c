/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk: what is moved, in which order, and who sleeps meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/wait_fixture.h"

#define TURNS 300

static FILE *file; /* empty at first */

static int
disk_setup(void **state)
{
	file = tmpfile();
	return file != NULL ? fixture_setup(state) : -1;
}

static int
disk_teardown(void **state)
{
	fclose(file);
	return fixture_teardown(state);
}

/* One page between frame n and page n of the file. */
static struct disk_request
request(unsigned n, boolean_t write)
{
	return (struct disk_request){ .fd = fileno(file),
		.write = write,
		.pa = page(n),
		.offset = (off_t)page(n),
		.length = PAGE_SIZE };
}

static void
fill(struct fixture *f, unsigned n, int byte)
{
	memset(frame_bytes(f->m, page(n)), byte, PAGE_SIZE);
}

/* Bytes of frame n that are not `byte`. */
static unsigned
differ(struct fixture *f, unsigned n, int byte)
{
	unsigned count = 0;

	for (unsigned i = 0; i < PAGE_SIZE; i++)
		count += frame_bytes(f->m, page(n))[i] != byte;
	return count;
}

/* A request that keeps the disk until it is let go. */
struct plug {
	struct disk_request request;
	int begun, go, gone; /* atomic */
};

static void
plug_done(struct disk_request *r)
{
	struct plug *plug = r->arg;

	sync_store(&plug->begun, 1);
	while (!sync_load(&plug->go))
		sched_yield();
	sync_store(&plug->gone, 1);
}

static void
plug_in(struct fixture *f, struct plug *plug)
{
	*plug = (struct plug){ .request = request(0, FALSE) };
	plug->request.done = plug_done;
	plug->request.arg = plug;
	disk_start(f->m, &plug->request);
	await(sync_load(&plug->begun));
}

static void
plug_out(struct fixture *f, struct plug *plug)
{
	sync_store(&plug->go, 1);
	await(disk_pending(f->m) == 0);
}

/* --- What is moved ------------------------------------------------------- */

static void
what_was_written_is_read(void **state)
{
	struct fixture *f = *state;
	struct disk_request out = request(3, TRUE), in = request(3, FALSE);

	fill(f, 3, 'x');
	assert_int_equal(disk_transfer(f->m, &out), 0);
	assert_int_equal(out.moved, PAGE_SIZE);
	in.pa = page(4);
	assert_int_equal(disk_transfer(f->m, &in), 0);
	assert_int_equal(in.moved, PAGE_SIZE);
	assert_int_equal(differ(f, 4, 'x'), 0);
	assert_int_equal(f->m->stats.disk_writes, 1);
	assert_int_equal(f->m->stats.disk_reads, 1);
}

static void
a_short_read_leaves_the_rest_of_the_page(void **state)
{
	struct fixture *f = *state;
	struct disk_request out = request(0, TRUE), in = request(0, FALSE);

	fill(f, 0, 'x');
	out.length = 100;
	assert_int_equal(disk_transfer(f->m, &out), 0);
	fill(f, 0, 'y');
	assert_int_equal(disk_transfer(f->m, &in), 0);
	assert_int_equal(in.moved, 100);
	assert_int_equal(differ(f, 0, 'y'), 100);
}

static void
a_read_past_the_end_moves_nothing(void **state)
{
	struct fixture *f = *state;
	struct disk_request in = request(1, FALSE);

	fill(f, 1, 'y');
	assert_int_equal(disk_transfer(f->m, &in), 0);
	assert_int_equal(in.moved, 0);
	assert_int_equal(differ(f, 1, 'y'), 0);
}

static void
errors_are_handed_on(void **state)
{
	struct fixture *f = *state;
	struct disk_request in = request(0, FALSE), out = request(0, TRUE);
	int full = open("/dev/full", O_RDWR);

	in.fd = -1;
	assert_int_equal(disk_transfer(f->m, &in), EBADF);
	assert_int_equal(in.error, EBADF);
	assert_int_equal(in.moved, 0);
	assert_true(full >= 0);
	out.fd = full;
	assert_int_equal(disk_transfer(f->m, &out), ENOSPC);
	close(full);
}

static void
a_request_may_be_made_again(void **state)
{
	struct fixture *f = *state;
	struct disk_request r = request(0, TRUE);

	r.fd = -1;
	assert_int_equal(disk_transfer(f->m, &r), EBADF);
	r.fd = fileno(file);
	assert_int_equal(disk_transfer(f->m, &r), 0);
	fill(f, 0, 'x');
	assert_int_equal(disk_transfer(f->m, &r), 0);
	assert_int_equal(r.moved, PAGE_SIZE);
	fill(f, 0, 'y');
	r.write = FALSE;
	assert_int_equal(disk_transfer(f->m, &r), 0);
	assert_int_equal(differ(f, 0, 'x'), 0);
}

static void
without_a_cpu_it_is_done_on_the_spot(void **state)
{
	struct fixture *f = *state;
	struct disk_request out = request(0, TRUE);
	int answer;

	fill(f, 0, 'x');
	cpu_detach();
	answer = disk_transfer(f->m, &out);
	cpu_attach(f->m, 0);
	cpu_switch(curcpu(), f->pmap, f->pmap);
	assert_int_equal(answer, 0);
	assert_int_equal(out.moved, PAGE_SIZE);
}

/* --- When ---------------------------------------------------------------- */

static unsigned order[10], orders;

static void
note_order(struct disk_request *r)
{
	order[sync_load(&orders)] = (unsigned)(r->pa >> PAGE_SHIFT);
	sync_add(&orders, 1);
}

static void
requests_are_done_in_the_order_they_came(void **state)
{
	struct fixture *f = *state;
	struct disk_request r[10];
	struct plug plug;

	orders = 0;
	plug_in(f, &plug);
	for (unsigned i = 0; i < 10; i++) {
		r[i] = request(i, i % 2);
		r[i].done = note_order;
		disk_start(f->m, &r[i]);
	}
	assert_int_equal(disk_pending(f->m), 11);
	assert_int_equal(sync_load(&orders), 0);
	plug_out(f, &plug);
	assert_int_equal(sync_load(&orders), 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(order[i], i);
}

static void
a_request_is_pending_until_its_completion_has_returned(void **state)
{
	struct fixture *f = *state;
	struct plug plug;

	assert_int_equal(disk_pending(f->m), 0);
	plug_in(f, &plug);
	assert_int_equal(disk_pending(f->m), 1);
	plug_out(f, &plug);
	assert_int_equal(plug.gone, 1);
}

/* What the request of each frame is to meet. */
static struct disk_fate fates[10];

static struct disk_fate
fate_of(const struct disk_trouble *trouble, const struct disk_request *r,
    boolean_t awaited)
{
	(void)trouble, (void)awaited;
	return fates[r->pa >> PAGE_SHIFT];
}

static const struct disk_trouble by_frame = { fate_of };

static void
trouble_begin(struct fixture *f)
{
	memset(fates, 0, sizeof(fates));
	orders = 0;
	f->m->disk_trouble = &by_frame;
}

static void
trouble_request(struct fixture *f, struct disk_request *r, unsigned n)
{
	*r = request(n, TRUE);
	r->done = note_order;
	disk_start(f->m, r);
}

static void
a_late_request_is_overtaken(void **state)
{
	struct fixture *f = *state;
	struct disk_request r[3];

	trouble_begin(f);
	fates[0].delay_ns = 20000000;
	for (unsigned i = 0; i < 3; i++)
		trouble_request(f, &r[i], i);
	await(disk_pending(f->m) == 0);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 2);
	assert_int_equal(order[2], 0);
	assert_int_equal(r[0].moved, PAGE_SIZE);
}

static void
a_request_may_be_done_before_it_is_begun(void **state)
{
	struct fixture *f = *state;
	struct disk_request r;

	trouble_begin(f);
	fates[4].at_once = TRUE;
	trouble_request(f, &r, 4);
	assert_int_equal(orders, 1);
	assert_int_equal(r.moved, PAGE_SIZE);
	assert_int_equal(disk_pending(f->m), 0);
}

static void
a_request_that_fails_moves_nothing(void **state)
{
	struct fixture *f = *state;
	struct disk_request r = request(1, FALSE);

	trouble_begin(f);
	fates[1].fails = TRUE;
	fill(f, 1, 'x');
	assert_int_equal(disk_transfer(f->m, &r), EIO);
	assert_int_equal(r.moved, 0);
	assert_int_equal(differ(f, 1, 'x'), 0);
}

static void
what_is_never_done_is_failed_when_the_disk_is_released(void **state)
{
	struct fixture *f = *state;
	struct disk_request r[3];

	trouble_begin(f);
	fates[0].never = fates[2].never = TRUE;
	trouble_request(f, &r[0], 0);
	trouble_request(f, &r[1], 1);
	await(disk_pending(f->m) == 1);
	assert_int_equal(order[0], 1);
	assert_int_equal(disk_release(f->m), 1);
	await(disk_pending(f->m) == 0);
	assert_int_equal(r[0].error, EIO);
	trouble_request(f, &r[2], 2); /* too late to wait for ever */
	await(disk_pending(f->m) == 0);
	assert_int_equal(r[2].error, EIO);
	assert_int_equal(disk_release(f->m), 0);
}

static unsigned hops;

static void
hop(struct disk_request *r)
{
	sync_add(&hops, 1);
	if (curcpu() != NULL)
		violation(r->machine, "the disk plays a CPU");
	if (sync_load(&hops) < 5)
		disk_start(r->machine, r);
}

static void
a_completion_may_start_the_next(void **state)
{
	struct fixture *f = *state;
	struct disk_request r = request(0, FALSE);

	hops = 0;
	r.done = hop;
	disk_start(f->m, &r);
	disk_drain(f->m);
	assert_int_equal(sync_load(&hops), 5);
}

static void
a_machine_ends_with_its_requests_done(void **state)
{
	struct machine_config config = { .cpus = 1 };
	struct machine *m = machine_create(&config);
	struct disk_request r = request(0, FALSE);

	(void)state;
	hops = 0;
	r.done = hop;
	disk_start(m, &r);
	machine_destroy(m);
	assert_int_equal(hops, 5);
}

/* --- Who sleeps ---------------------------------------------------------- */

static struct disk_request shared; /* so that its address is known */

static void
play_transfer(struct player *self)
{
	self->answer = disk_transfer(self->f->m, &shared);
	sync_store(&self->count, 1);
}

/* pmap_remove would wait for it. */
static void
who_waits_for_the_disk_is_idle(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_transfer);
	struct plug plug;

	shared = request(1, TRUE);
	enter(f->pmap, VA, 3, RW);
	plug_in(f, &plug);
	player_start(&a);
	await(stat_of(&f->m->stats.sleeps) == 1);
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	assert_int_equal(sync_load(&a.count), 0);
	plug_out(f, &plug);
	player_join(&a);
	assert_int_equal(a.count, 1);
}

/* Somebody else who wakes the same address is not the disk. */
static void
a_wakeup_that_is_not_the_disks_is_slept_through(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_transfer);
	struct plug plug;

	shared = request(1, TRUE);
	plug_in(f, &plug);
	player_start(&a);
	for (unsigned i = 1; i <= 5; i++) {
		await(stat_of(&f->m->stats.sleeps) == i || sync_load(&a.count));
		thread_wakeup(f->m, &shared);
	}
	await(stat_of(&f->m->stats.sleeps) == 6 || sync_load(&a.count));
	assert_int_equal(sync_load(&a.count), 0);
	plug_out(f, &plug);
	player_join(&a);
	assert_int_equal(shared.moved, PAGE_SIZE);
}

/* Each CPU keeps a page of its own on the disk and off it. */
static void
play_pager(struct player *self)
{
	struct fixture *f = self->f;

	for (unsigned i = 0; i < TURNS; i++) {
		struct disk_request out = request(self->cpu, TRUE);
		struct disk_request in = request(self->cpu, FALSE);

		fill(f, self->cpu, (int)(i & 0x7f));
		self->value += disk_transfer(f->m, &out) != 0;
		fill(f, self->cpu, 0xff);
		self->value += disk_transfer(f->m, &in) != 0;
		self->value += differ(f, self->cpu, (int)(i & 0x7f));
	}
}

static void
four_cpus_page_out_and_in(void **state)
{
	struct fixture *f = *state;
	struct player self = PLAYER(f, 0, play_pager);
	struct player a = PLAYER(f, 1, play_pager);
	struct player b = PLAYER(f, 2, play_pager);
	struct player c = PLAYER(f, 3, play_pager);

	player_start(&a);
	player_start(&b);
	player_start(&c);
	play_pager(&self);
	player_join(&a);
	player_join(&b);
	player_join(&c);
	assert_int_equal(self.value + a.value + b.value + c.value, 0);
	assert_int_equal(f->m->stats.disk_writes, CPUS * TURNS);
	assert_int_equal(f->m->stats.disk_reads, CPUS * TURNS);
}

static int halt; /* atomic */

/* Keeps the disk awake. */
static void
start_again(struct disk_request *r)
{
	if (!sync_load(&halt))
		disk_start(r->machine, r);
}

/* Nothing to move and a disk that is awake: done before, while or after the
 * wait for it is asserted. */
static void
a_completion_that_comes_at_once_is_not_missed(void **state)
{
	struct fixture *f = *state;
	struct disk_request busy = request(0, FALSE), r = busy;
	unsigned wrong = 0;

	halt = 0;
	busy.length = r.length = 0;
	busy.done = start_again;
	disk_start(f->m, &busy);
	for (unsigned i = 0; i < 200 * TURNS; i++)
		wrong += disk_transfer(f->m, &r) != 0;
	sync_store(&halt, 1);
	disk_drain(f->m);
	assert_int_equal(wrong, 0);
}

/* --- Reset --------------------------------------------------------------- */

static void
late_write(struct disk_request *r)
{
	a_while();
	memset(frame_bytes(r->machine, r->pa), 'l', PAGE_SIZE);
	sync_store((int *)r->arg, 1);
}

static void
a_reset_waits_for_the_disk(void **state)
{
	struct fixture *f = *state;
	struct disk_request r = request(5, FALSE);
	struct machine_snapshot *snapshot;
	int late = 0;

	fill(f, 5, 's');
	snapshot = machine_snapshot(f->m);
	r.done = late_write;
	r.arg = &late;
	disk_start(f->m, &r);
	machine_reset(f->m, snapshot);
	assert_int_equal(disk_pending(f->m), 0);
	assert_int_equal(sync_load(&late), 1);
	assert_int_equal(differ(f, 5, 's'), 0);
	machine_snapshot_free(snapshot);
	f->pmap = pmap_create(f->m);
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, disk_setup, disk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_is_read),
		TEST(a_short_read_leaves_the_rest_of_the_page),
		TEST(a_read_past_the_end_moves_nothing),
		TEST(errors_are_handed_on),
		TEST(a_request_may_be_made_again),
		TEST(without_a_cpu_it_is_done_on_the_spot),
		TEST(requests_are_done_in_the_order_they_came),
		TEST(a_request_is_pending_until_its_completion_has_returned),
		TEST(a_late_request_is_overtaken),
		TEST(a_request_may_be_done_before_it_is_begun),
		TEST(a_request_that_fails_moves_nothing),
		TEST(what_is_never_done_is_failed_when_the_disk_is_released),
		TEST(a_completion_may_start_the_next),
		TEST(a_machine_ends_with_its_requests_done),
		TEST(who_waits_for_the_disk_is_idle),
		TEST(a_wakeup_that_is_not_the_disks_is_slept_through),
		TEST(four_cpus_page_out_and_in),
		TEST(a_completion_that_comes_at_once_is_not_missed),
		TEST(a_reset_waits_for_the_disk),
	};

	return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
