/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free frames and active pages, wherever a CPU keeps them (vm_page_batch.h).
 * What is promised holds under every strategy: a frame that one CPU has freed
 * can be had by any, a page that one CPU has touched is the daemon's to find
 * and any CPU's to free, and at rest the counts add up.  Where there are
 * magazines and batches, the tests make sure that they were met.
 */
/* not under: busted */
#define FIXTURE_FRAMES 256
#include <pthread.h>

#include "core/vm_page_batch.h"
#include "tests/core/spaces.h"

#define PAGES 6 /* less than a batch */

/* --- A second CPU --------------------------------------------------------- */

struct errand {
	struct fixture *fx;
	void (*act)(struct fixture *fx);
};

static void *
errand_body(void *arg)
{
	struct errand *errand = arg;

	cpu_attach(errand->fx->machine, 1);
	errand->act(errand->fx);
	cpu_detach();
	return NULL;
}

/* On CPU 1, while the caller waits. */
static void
elsewhere(struct fixture *fx, void (*act)(struct fixture *fx))
{
	struct errand errand = { fx, act };
	pthread_t thread;

	assert_int_equal(
	    pthread_create(&thread, NULL, errand_body, &errand), 0);
	cpu_idle_enter();
	pthread_join(thread, NULL);
	cpu_idle_exit();
}

/* What a CPU has to itself, where it has. */
static unsigned
frames_kept(struct vm *vm)
{
#if LK_BATCH
	return vm_page_magazine_frames(vm);
#else
	(void)vm;
	return 0;
#endif
}

static boolean_t
kept_by(struct vm *vm, vm_page_t m, unsigned cpu)
{
	(void)vm, (void)m, (void)cpu;
	return !LK_BATCH || VM_PAGE_WHERE(m) == VM_PAGE_IN_BATCH + cpu;
}

static boolean_t
kept_by_none(vm_page_t m)
{
	(void)m;
	return !LK_BATCH || VM_PAGE_WHERE(m) < VM_PAGE_IN_BATCH;
}

/* --- Frames --------------------------------------------------------------- */

/* Up to so many pages for an object that has none; returns how many. */
static unsigned
take(struct vm *vm, vm_object_t object, unsigned most)
{
	unsigned n = 0;
	vm_page_t m;

	vm_object_lock(object);
	while (n < most && (m = vm_page_alloc(vm, object, ptoa(n))) != NULL) {
		PAGE_WAKEUP(m);
		n++;
	}
	vm_object_unlock(object);
	return n;
}

/* All that can be had. */
static unsigned
take_all(struct vm *vm, vm_object_t object)
{
	return take(vm, object, FIXTURE_FRAMES + 1);
}

static void
give_back(struct vm *vm, vm_object_t object, unsigned n)
{
	vm_object_lock(object);
	while (n-- > 0)
		vm_page_free_one(vm, (vm_page_t)queue_first(&object->memq));
	vm_object_unlock(object);
}

static void
take_some_and_give_them_back(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_object_t object = vm_object_allocate(vm, ptoa(FIXTURE_FRAMES));

	for (unsigned i = 0; i < PAGES; i++)
		page_put(vm, object, ptoa(i), i);
	vm_object_deallocate(vm, object);
}

static void
frames_freed_elsewhere_can_be_had(void **state)
{
	vm_object_t object;
	FIXTURE;

	elsewhere(fx, take_some_and_give_them_back);
	assert_true(!LK_BATCH || frames_kept(vm) >= PAGES);
	assert_int_equal(stats(vm).free_count, FIXTURE_FRAMES);

	object = vm_object_allocate(vm, ptoa(FIXTURE_FRAMES));
	assert_int_equal(
	    take_all(vm, object), FIXTURE_FRAMES - vm->cnt.v_free_reserved);
	assert_int_equal(frames_kept(vm), 0);
	vm_object_deallocate(vm, object);
	assert_int_equal(stats(vm).free_count, FIXTURE_FRAMES);
}

/* Nobody is told to wait while there are frames, nor does anybody find them
 * who should have waited. */
static void
the_reserve_is_the_daemons(void **state)
{
	unsigned reserved;
	vm_object_t object;
	FIXTURE;

	reserved = vm->cnt.v_free_reserved;
	object = vm_object_allocate(vm, ptoa(2 * FIXTURE_FRAMES));
	elsewhere(fx, take_some_and_give_them_back);
	sync_store(&vm->daemon, current_thread());
	assert_int_equal(take_all(vm, object), FIXTURE_FRAMES);
	sync_store(&vm->daemon, NULL);

	give_back(vm, object, reserved);
	assert_int_equal(stats(vm).free_count, reserved);
	vm_object_lock(object);
	assert_null(vm_page_alloc(vm, object, ptoa(FIXTURE_FRAMES)));
	vm_object_unlock(object);
	give_back(vm, object, 3);
	vm_object_lock(object);
	for (unsigned i = 0; i < 3; i++) {
		vm_page_t m =
		    vm_page_alloc(vm, object, ptoa(FIXTURE_FRAMES + i));

		assert_non_null(m);
		PAGE_WAKEUP(m);
	}
	assert_null(vm_page_alloc(vm, object, ptoa(FIXTURE_FRAMES + 3)));
	vm_object_unlock(object);
	vm_object_deallocate(vm, object);
}

static unsigned had_elsewhere;

static void
take_all_and_give_it_back(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_object_t object = vm_object_allocate(vm, ptoa(FIXTURE_FRAMES));

	had_elsewhere = take_all(vm, object);
	vm_object_deallocate(vm, object);
}

/* Nor does who has frames of his own: what is left of all counts. */
static void
the_last_frames_are_the_daemons_wherever_they_are(void **state)
{
	vm_object_t object;
	unsigned left;
	FIXTURE;

	elsewhere(fx, take_some_and_give_them_back);
	left = LK_BATCH ? frames_kept(vm) : PAGES;
	object = vm_object_allocate(vm, ptoa(FIXTURE_FRAMES));
	sync_store(&vm->daemon, current_thread());
	assert_int_equal(
	    take(vm, object, FIXTURE_FRAMES - left), FIXTURE_FRAMES - left);
	sync_store(&vm->daemon, NULL);
	elsewhere(fx, take_all_and_give_it_back);
	assert_int_equal(had_elsewhere, left - vm->cnt.v_free_reserved);
	vm_object_deallocate(vm, object);
}

/* Short of frames: the daemon is wanted by the count of all. */
static void
what_is_kept_is_no_shortage(void **state)
{
	FIXTURE;

	for (unsigned i = 0; i < 20; i++)
		elsewhere(fx, take_some_and_give_them_back);
	take_some_and_give_them_back(fx);
	assert_int_equal(vm_page_free_count(vm), FIXTURE_FRAMES);
	assert_false(sync_load(&vm->vm_pages_needed));
	/* Would wait for ever, there being no daemon, if it did not look. */
	sync_store_relaxed(&vm->daemon_running, TRUE);
	vm_wait(vm);
	sync_store_relaxed(&vm->daemon_running, FALSE);
}

/* Who wants no more than a CPU keeps has it from there, each time. */
static void
what_fits_is_kept(void **state)
{
#if LK_BATCH
	vm_object_t object;
	unsigned queued, n;
	FIXTURE;

	n = vm->vm_page_kept;
	assert_in_range(n, 2 * vm->vm_page_batch, LK_KEPT);
	object = vm_object_allocate(vm, ptoa(FIXTURE_FRAMES));
	assert_int_equal(take(vm, object, n), n);
	give_back(vm, object, n);
	queued = vm->cnt.v_free_count;
	assert_int_equal(queued, FIXTURE_FRAMES - frames_kept(vm));
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(take(vm, object, n), n);
		assert_int_equal(vm->cnt.v_free_count, queued);
		assert_int_equal(frames_kept(vm), 0);
		give_back(vm, object, n);
		assert_int_equal(vm->cnt.v_free_count, queued);
		assert_int_equal(frames_kept(vm), n);
	}
	/* One more than that goes there with others. */
	assert_int_equal(take(vm, object, n + 1), n + 1);
	give_back(vm, object, n + 1);
	assert_int_equal(
	    vm->cnt.v_free_count, FIXTURE_FRAMES - frames_kept(vm));
	assert_in_range(frames_kept(vm), n + 1 - vm->vm_page_batch, n);
	vm_object_deallocate(vm, object);
#else
	(void)state;
#endif
}

/* --- Pages ---------------------------------------------------------------- */

static struct vmspace *space;

static void
touch(struct fixture *fx)
{
	OPS->vmspace_activate(fx->vm, space);
	for (unsigned i = 0; i < PAGES; i++)
		store(HERE + ptoa(i), i);
	OPS->vmspace_activate(fx->vm, NULL);
}

/* PAGES pages that CPU 1 has touched; the first of them. */
static vm_page_t
touched_elsewhere(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_page_t m;

	space = OPS->vmspace_alloc(vm);
	assert_non_null(space);
	map(vm, space, HERE, PAGES, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	elsewhere(fx, touch);
	m = page_at(vm, space->vm_map.header.next->object, 0);
	assert_non_null(m);
	assert_true(kept_by(vm, m, 1));
	assert_int_equal(stats(vm).active_count, PAGES);
	return m;
}

static void
space_end(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	OPS->vmspace_free(vm, space);
	assert_int_equal(stats(vm).free_count, FIXTURE_FRAMES);
	assert_int_equal(stats(vm).active_count, 0);
	assert_int_equal(vm_check(vm), 0);
}

static void
pages_touched_elsewhere_can_be_freed(void **state)
{
	FIXTURE;
	(void)touched_elsewhere(fx);
	assert_int_equal(vm_check(vm), 0);
	space_end(fx);
}

static void
pages_touched_elsewhere_can_be_wired(void **state)
{
	vm_page_t m;
	FIXTURE;

	m = touched_elsewhere(fx);
	OPS->vmspace_activate(vm, space);
	wire(vm, space, HERE, PAGES, TRUE);
	assert_true(kept_by_none(m));
	assert_int_equal(stats(vm).wire_count, PAGES);
	assert_int_equal(stats(vm).active_count, 0);
	assert_int_equal(vm_check(vm), 0);
	wire(vm, space, HERE, PAGES, FALSE);
	assert_int_equal(stats(vm).active_count, PAGES);
	OPS->vmspace_activate(vm, NULL);
	space_end(fx);
}

static void
pages_touched_elsewhere_can_be_deactivated(void **state)
{
	vm_object_t object;
	vm_page_t m;
	FIXTURE;

	m = touched_elsewhere(fx);
	object = m->object;
	vm_object_lock(object);
	vm_object_deactivate_pages(vm, object);
	vm_object_unlock(object);
	assert_true(kept_by_none(m));
	assert_int_equal(m->queue_flags & PG_INACTIVE, PG_INACTIVE);
	assert_int_equal(stats(vm).inactive_count, PAGES);
	assert_int_equal(stats(vm).active_count, 0);
	space_end(fx);
}

static void
queue_all(struct vm *vm)
{
#if LK_BATCH
	vm_page_lock_queues();
	vm_page_batches_drain(vm);
	vm_page_unlock_queues();
#else
	(void)vm;
#endif
}

/* As collapse does with what it finds below. */
static void
pages_touched_elsewhere_can_move(void **state)
{
	vm_object_t object, other;
	vm_page_t m;
	FIXTURE;

	m = touched_elsewhere(fx);
	object = m->object;
	other = vm_object_allocate(vm, PAGE_SIZE);
	vm_object_pmap_remove(vm, object, 0, PAGE_SIZE);
	vm_object_lock(object);
	vm_object_lock(other);
	vm_page_rename(vm, m, other, 0);
	vm_object_unlock(other);
	vm_object_unlock(object);
	queue_all(vm);
	assert_ptr_equal(m->object, other);
	assert_int_equal(m->queue_flags, PG_ACTIVE);
	vm_object_deallocate(vm, other);
	assert_int_equal(stats(vm).active_count, PAGES - 1);
	space_end(fx);
}

/* The daemon frees what it needs of them, though nobody has queued them. */
static void
pages_touched_elsewhere_are_the_daemons(void **state)
{
	struct vm_pageout_pass pass = { 0 };
	vm_object_t object;
	vm_page_t m;
	FIXTURE;

	m = touched_elsewhere(fx);
	object = vm_object_allocate(vm, ptoa(FIXTURE_FRAMES));
	assert_int_equal(take_all(vm, object),
	    FIXTURE_FRAMES - PAGES - vm->cnt.v_free_reserved);
	vm_pageout_scan(vm, &pass);
	assert_true(kept_by_none(m));
	assert_int_equal(stats(vm).inactive_count, PAGES);
	pass = (struct vm_pageout_pass){ .urgent = TRUE };
	vm_pageout_scan(vm, &pass);
	assert_int_equal(pass.cleaned, PAGES);
	vm_object_deallocate(vm, object);
	space_end(fx);
}

/* Both CPUs in and out of both: nothing is lost, nothing counted twice. */
static void
touch_and_free(struct fixture *fx)
{
	struct vmspace *mine = space_up(fx->vm);

	for (unsigned n = 1; n < 40; n++) {
		map(fx->vm, mine, THERE, n, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
		for (unsigned i = 0; i < n; i++)
			store(THERE + ptoa(i), i);
		assert_int_equal(OPS->munmap(fx->vm, mine, THERE, ptoa(n / 2)),
		    KERN_SUCCESS);
	}
	space_down(fx->vm, mine);
}

static void
at_rest_the_counts_add_up(void **state)
{
	struct errand errand;
	pthread_t thread;
	struct vm_statistics s;
	FIXTURE;

	errand = (struct errand){ fx, touch_and_free };
	assert_int_equal(
	    pthread_create(&thread, NULL, errand_body, &errand), 0);
	touch_and_free(fx);
	cpu_idle_enter();
	pthread_join(thread, NULL);
	cpu_idle_exit();

	(void)touched_elsewhere(fx);
	s = stats(vm);
	assert_int_equal(s.free_count, FIXTURE_FRAMES - PAGES);
	assert_int_equal(
	    s.free_count + s.active_count + s.inactive_count + s.wire_count,
	    FIXTURE_FRAMES);
	space_end(fx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(frames_freed_elsewhere_can_be_had),
		FACT(the_reserve_is_the_daemons),
		FACT(the_last_frames_are_the_daemons_wherever_they_are),
		FACT(what_is_kept_is_no_shortage),
		FACT(what_fits_is_kept),
		FACT(pages_touched_elsewhere_can_be_freed),
		FACT(pages_touched_elsewhere_can_be_wired),
		FACT(pages_touched_elsewhere_can_be_deactivated),
		FACT(pages_touched_elsewhere_can_move),
		FACT(pages_touched_elsewhere_are_the_daemons),
		FACT(at_rest_the_counts_add_up),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
