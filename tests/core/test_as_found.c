/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The original's defects, given back: each test stages what docs/hazards.md
 * tells, once as found and once repaired, and looks at the difference.
 *
 * Where two CPUs are needed, the first is held at an injection point
 * (core/points.def) while another does its part.  A1 shows itself to a
 * sanitizer only; the stress driver "cache" hunts it.
 */
/* not under: busted */
#include <pthread.h>
#include <sys/wait.h>

#include "tests/core/spaces.h"

/* Steps of core/ that no header offers. */
boolean_t vm_object_covers(struct vm *vm, vm_object_t object,
    vm_object_t backing_object) LK_HOLDS(object->lk, backing_object->lk);
boolean_t vm_pageout_unmap(struct vm *vm, vm_page_t m);

static void
as_found(struct vm *vm, enum vm_hazard hazard, boolean_t on)
{
	vm->as_found = on ? 1ul << hazard : 0;
}

/* --- The other CPU ------------------------------------------------------ */

struct stage {
	struct vm_probe probe; /* first */
	struct fixture *fx;
	enum vm_point at;
	unsigned visits; /* to it */
	void (*meanwhile)(struct stage *stage);
	struct vmspace *space;
	vm_object_t object;
	boolean_t seen;
	boolean_t keeps; /* the copy it makes */
};

static void
stage_enter(const struct vm_probe *probe, struct vm_inside *was, const void *a,
    const void *b)
{
	(void)probe;
	(void)was;
	(void)a;
	(void)b;
}

static void
stage_leave(const struct vm_probe *probe, const struct vm_inside *was)
{
	(void)probe;
	(void)was;
}

static void
stage_also(const struct vm_probe *probe, enum vm_half half, const void *b)
{
	(void)probe;
	(void)half;
	(void)b;
}

static void
stage_point(const struct vm_probe *probe, enum vm_point point)
{
	struct stage *stage = (struct stage *)(uintptr_t)probe;

	if (point == stage->at && stage->visits++ == 0)
		stage->meanwhile(stage);
}

static void
stage_up(struct stage *stage, struct fixture *fx, enum vm_point at,
    void (*meanwhile)(struct stage *stage))
{
	*stage = (struct stage){
		.probe = { stage_enter, stage_leave, stage_also, stage_point },
		.fx = fx,
		.at = at,
		.meanwhile = meanwhile,
	};
	fx->vm->config.probe = &stage->probe;
}

static void
stage_down(struct fixture *fx)
{
	fx->vm->config.probe = NULL;
}

/* Do it on CPU 1 while this one stands still. */
static void
elsewhere(void *(*body)(void *arg), void *arg)
{
	pthread_t other;

	assert_int_equal(pthread_create(&other, NULL, body, arg), 0);
	cpu_idle_enter();
	pthread_join(other, NULL);
	cpu_idle_exit();
}

static void *
store_body(void *arg)
{
	struct stage *stage = arg;

	cpu_attach(stage->fx->machine, 1);
	OPS->vmspace_activate(stage->fx->vm, stage->space);
	store(HERE, 77);
	OPS->vmspace_activate(stage->fx->vm, NULL);
	cpu_detach();
	return NULL;
}

static void
another_cpu_stores(struct stage *stage)
{
	elsewhere(store_body, stage);
}

/* --- A: cache ----------------------------------------------------------- */

static void
A2_an_object_without_a_pager_is_cached(void **state)
{
	FIXTURE;
	vm_object_t object = vm_object_allocate(vm, PAGE_SIZE);

	object->flags |= OBJ_CANPERSIST;
	as_found(vm, HAZARD_A2, TRUE);
	vm_object_deallocate(vm, object);
	assert_int_equal(stats(vm).cached_count, 1); /* and cannot be found */

	as_found(vm, HAZARD_A2, FALSE);
	queue_remove(
	    &vm->vm_object_cached_list, object, vm_object_t, cached_list);
	vm->vm_object_cached--;
	lk_ref_init(&object->ref, 1);
	vm_object_deallocate(vm, object);
	assert_int_equal(stats(vm).cached_count, 0);
}

/* --- C: cleaning and removing ------------------------------------------- */

static void *
paging_wait_body(void *arg)
{
	struct stage *stage = arg;
	struct vm *vm = stage->fx->vm;

	cpu_attach(stage->fx->machine, 1);
	vm_object_lock(stage->object);
	vm_object_paging_wait(vm, stage->object);
	vm_object_unlock(stage->object);
	cpu_detach();
	return NULL;
}

static void
C2_the_end_of_paging_wakes_nobody(void **state)
{
	FIXTURE;
	vm_object_t object = vm_object_allocate(vm, PAGE_SIZE);

	for (int found = 1; found >= 0; found--) {
		struct stage stage = { .fx = fx, .object = object };
		pthread_t waiter;

		vm_object_lock(object);
		vm_object_paging_begin(object);
		vm_object_unlock(object);
		assert_int_equal(
		    pthread_create(&waiter, NULL, paging_wait_body, &stage), 0);
		while (event_waiters(fx->machine, object) == 0)
			thread_yield();
		as_found(vm, HAZARD_C2, found);
		vm_object_lock(object);
		vm_object_paging_end(vm, object);
		vm_object_unlock(object);
		assert_int_equal(event_waiters(fx->machine, object), found);
		thread_wakeup(fx->machine, object);
		cpu_idle_enter();
		pthread_join(waiter, NULL);
		cpu_idle_exit();
	}
	vm_object_deallocate(vm, object);
}

static void
have_enough(struct stage *stage)
{
	stage->visits = 1;
}

static void
count_to_ten(const struct vm_probe *probe, enum vm_point point)
{
	struct stage *stage = (struct stage *)(uintptr_t)probe;

	if (point == POINT_clean_put && ++stage->visits == 10)
		stage->fx->vm->as_found = 0;
}

static void
C4_what_cannot_be_written_is_written_for_ever(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	int fd = fx->file.fd;

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	for (int found = 1; found >= 0; found--) {
		struct stage stage;

		store(HERE, 1);
		stage_up(&stage, fx, POINT_clean_put, have_enough);
		stage.probe.point = count_to_ten;
		as_found(vm, HAZARD_C4, found);
		fx->file.fd = -1;
		assert_int_equal(
		    OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_FAILURE);
		fx->file.fd = fd;
		stage_down(fx);
		/* The tenth time the repair was put in again. */
		assert_int_equal(stage.visits, found ? 10 : 1);
	}
	space_down(vm, s);
}

static void
C6_a_store_between_the_look_and_the_unmapping_is_missed(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	for (int found = 1; found >= 0; found--) {
		struct stage stage;
		uint64_t word = 0;

		map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
		store(HERE, 5);
		assert_int_equal(
		    OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
		assert_int_equal(load(HERE), 5); /* clean, may be written */
		stage_up(&stage, fx, POINT_clean_tested, another_cpu_stores);
		stage.space = s;
		as_found(vm, HAZARD_C6, found);
		assert_int_equal(
		    OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
		stage_down(fx);
		assert_int_equal(stage.visits, 1);
		assert_int_equal(
		    pread(fx->file.fd, &word, sizeof(word), 0), sizeof(word));
		assert_int_equal(word, found ? 5 : 77);
	}
	as_found(vm, HAZARD_C6, FALSE);
	space_down(vm, s);
}

static void
C7_a_busy_page_is_removed(void **state)
{
	FIXTURE;
	vm_object_t object = vm_object_allocate(vm, PAGE_SIZE);
	vm_page_t m;

	as_found(vm, HAZARD_C7, TRUE);
	vm_object_lock(object);
	m = vm_page_alloc(vm, object, 0);
	assert_true(m->flags & PG_BUSY);
	vm_object_page_remove(vm, object, 0, PAGE_SIZE);
	assert_null(
	    vm_page_lookup(vm, object, 0)); /* under its owner's hands */
	vm_object_unlock(object);
	vm_object_deallocate(vm, object);
}

/* --- D: copies ---------------------------------------------------------- */

static void
look_below_the_new_copy(struct stage *stage)
{
	vm_object_t old_copy = stage->object->copy;

	stage->seen = old_copy->shadow != stage->object &&
		      old_copy->shadow->shadow == stage->object;
}

static void
D1_a_new_copy_is_reachable_before_it_has_a_shadow(void **state)
{
	FIXTURE;

	for (int found = 1; found >= 0; found--) {
		vm_object_t source, first, second;
		vm_offset_t offset;
		boolean_t needs_copy;
		struct stage stage;

		assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
		vm_object_copy(vm, source, 0, ptoa(FILE_PAGES), &first, &offset,
		    &needs_copy);
		page_put(vm, first, 0, 1); /* so that it does not serve again */
		as_found(vm, HAZARD_D1, found);
		stage_up(
		    &stage, fx, POINT_copy_spliced, look_below_the_new_copy);
		stage.object = source;
		vm_object_copy(vm, source, 0, ptoa(FILE_PAGES), &second,
		    &offset, &needs_copy);
		stage_down(fx);
		assert_int_equal(stage.visits, 1);
		assert_int_equal(stage.seen, !found);
		vm_object_deallocate(vm, first);
		vm_object_deallocate(vm, second);
		vm_object_deallocate(vm, source);
	}
}

static void *
copy_body(void *arg)
{
	struct stage *stage = arg;
	struct vm *vm = stage->fx->vm;
	vm_object_t copy;
	vm_offset_t offset;
	boolean_t needs_copy;

	cpu_attach(stage->fx->machine, 1);
	vm_object_copy(vm, stage->object, 0, ptoa(FILE_PAGES), &copy, &offset,
	    &needs_copy);
	sync_store(&stage->seen, TRUE);
	if (!stage->keeps)
		vm_object_deallocate(vm, copy);
	cpu_detach();
	return NULL;
}

static void
D2_a_copy_does_not_wait_for_a_fault_in_flight(void **state)
{
	FIXTURE;
	struct stage stage = { .fx = fx };
	vm_object_t source;
	pthread_t copier;
	vm_page_t m;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	m = page_put(vm, source, 0, 1);
	stage.object = source;
	vm_object_lock(source);
	m->flags |= PG_BUSY; /* as a fault about to enter it has it */
	vm_object_unlock(source);

	as_found(vm, HAZARD_D2, TRUE);
	elsewhere(copy_body, &stage);
	assert_true(stage.seen);

	as_found(vm, HAZARD_D2, FALSE);
	stage.seen = FALSE;
	assert_int_equal(pthread_create(&copier, NULL, copy_body, &stage), 0);
	while (event_waiters(fx->machine, m) == 0)
		thread_yield();
	assert_false(sync_load(&stage.seen));
	vm_object_lock(source);
	PAGE_WAKEUP(m);
	vm_object_unlock(source);
	cpu_idle_enter();
	pthread_join(copier, NULL);
	cpu_idle_exit();
	assert_true(stage.seen);
	vm_object_deallocate(vm, source);
}

static void
D3_the_source_of_a_copy_can_still_be_written(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_object_t source, copy;
	vm_offset_t offset, pa;
	boolean_t needs_copy;

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	for (int found = 1; found >= 0; found--) {
		vm_prot_t prot = 0;

		store(HERE, 1);
		as_found(vm, HAZARD_D3, found);
		vm_object_copy(vm, source, 0, ptoa(FILE_PAGES), &copy, &offset,
		    &needs_copy);
		assert_true(pmap_extract_ok(s->vm_map.pmap, HERE, &pa, &prot));
		assert_int_equal((prot & VM_PROT_WRITE) != 0, found);
		vm_object_deallocate(vm, copy);
	}
	vm_object_deallocate(vm, source);
	space_down(vm, s);
}

/* --- E: collapse -------------------------------------------------------- */

/* front -> middle -> below, each with the only reference on the next. */
static vm_object_t
three(struct vm *vm, vm_object_t below, vm_offset_t front_offset)
{
	vm_object_t object = below;
	vm_offset_t offset = 0;

	assert_int_equal(
	    vm_object_shadow(vm, &object, &offset, ptoa(4)), KERN_SUCCESS);
	page_put(vm, object, PAGE_SIZE, 1);
	offset = front_offset;
	assert_int_equal(
	    vm_object_shadow(vm, &object, &offset, ptoa(2)), KERN_SUCCESS);
	return object;
}

static void
another_cpu_copies(struct stage *stage)
{
	elsewhere(copy_body, stage);
}

/* In a process of its own: the panic is its end. */
static int
collapse_while_below_is_copied(struct fixture *fx, boolean_t found)
{
	struct vm *vm = fx->vm;
	struct stage stage;
	vm_object_t below, front;
	int status = 0;
	pid_t child;

	child = fork();
	if (child == 0) {
		(void)!freopen("/dev/null", "w", stderr);
		if (vm_pager_allocate(vm, &fx->file, &below) == NULL)
			_exit(77);
		vm_object_reference(vm, below);
		front = three(vm, below, 0);
		as_found(vm, HAZARD_E1, found);
		stage_up(&stage, fx, POINT_collapse_page, another_cpu_copies);
		stage.object = below;
		stage.keeps = TRUE;
		vm_object_lock(front);
		vm_object_collapse(vm, front);
		vm_object_unlock(front);
		_exit(stage.visits == 1 ? 0 : 77);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
E1_collapse_panics_when_the_object_below_is_copied(void **state)
{
	FIXTURE;
	int status;

	/* Where one lock plays all roles, nobody copies meanwhile. */
	if (strcmp(OPS->name, "global") == 0)
		skip();
	status = collapse_while_below_is_copied(fx, TRUE);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	status = collapse_while_below_is_copied(fx, FALSE);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
E2_collapse_adds_up_paging_offsets(void **state)
{
	FIXTURE;

	for (int found = 1; found >= 0; found--) {
		vm_object_t front =
		    three(vm, vm_object_allocate(vm, ptoa(4)), PAGE_SIZE);

		as_found(vm, HAZARD_E2, found);
		vm_object_lock(front);
		vm_object_collapse(vm, front);
		vm_object_unlock(front);
		/* Twice, and no pager has moved up: nothing to bias. */
		assert_null(front->pager);
		assert_int_equal(front->paging_offset, found ? ptoa(2) : 0);
		vm_object_deallocate(vm, front);
	}
}

static void
E8_a_page_at_the_very_end_hinders_a_bypass(void **state)
{
	FIXTURE;
	vm_object_t back = vm_object_allocate(vm, ptoa(2)), front = back;
	vm_offset_t offset = 0;

	page_put(vm, back, PAGE_SIZE, 1); /* beyond what front can see */
	assert_int_equal(
	    vm_object_shadow(vm, &front, &offset, PAGE_SIZE), KERN_SUCCESS);
	for (int found = 1; found >= 0; found--) {
		as_found(vm, HAZARD_E8, found);
		vm_object_lock(front);
		vm_object_lock(back);
		assert_int_equal(vm_object_covers(vm, front, back), !found);
		vm_object_unlock(back);
		vm_object_unlock(front);
	}
	vm_object_deallocate(vm, front);
}

/* --- F, G: coalesce, pageout -------------------------------------------- */

static void
F1_coalesce_ignores_paging_in_progress(void **state)
{
	FIXTURE;
	vm_object_t object = vm_object_allocate(vm, PAGE_SIZE);

	vm_object_lock(object);
	vm_object_paging_begin(object); /* the daemon has a page of it */
	vm_object_unlock(object);
	for (int found = 1; found >= 0; found--) {
		as_found(vm, HAZARD_F1, found);
		assert_int_equal(vm_object_coalesce(vm, object, NULL, 0, 0,
				     PAGE_SIZE, PAGE_SIZE),
		    found);
	}
	vm_object_lock(object);
	vm_object_paging_end(vm, object);
	vm_object_unlock(object);
	vm_object_deallocate(vm, object);
}

static void
G2_pageout_frees_what_was_written_after_it_looked(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_object_t source;

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	for (int found = 1; found >= 0; found--) {
		struct stage stage;
		vm_page_t m;

		assert_int_equal(
		    OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
		(void)load(HERE); /* clean, may be written */
		m = page_at(vm, source, 0);
		stage_up(&stage, fx, POINT_pageout_checked, another_cpu_stores);
		stage.space = s;
		as_found(vm, HAZARD_G2, found);
		vm_object_lock(source);
		vm_page_lock_queues();
		assert_int_equal(vm_pageout_unmap(vm, m), found);
		vm_page_unlock_queues();
		vm_object_unlock(source);
		stage_down(fx);
		assert_int_equal(stage.visits, 1);
	}
	vm_object_deallocate(vm, source);
	space_down(vm, s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(A2_an_object_without_a_pager_is_cached),
		FACT(C2_the_end_of_paging_wakes_nobody),
		FACT(C4_what_cannot_be_written_is_written_for_ever),
		FACT(C6_a_store_between_the_look_and_the_unmapping_is_missed),
		FACT(C7_a_busy_page_is_removed),
		FACT(D1_a_new_copy_is_reachable_before_it_has_a_shadow),
		FACT(D2_a_copy_does_not_wait_for_a_fault_in_flight),
		FACT(D3_the_source_of_a_copy_can_still_be_written),
		FACT(E1_collapse_panics_when_the_object_below_is_copied),
		FACT(E2_collapse_adds_up_paging_offsets),
		FACT(E8_a_page_at_the_very_end_hinders_a_bypass),
		FACT(F1_coalesce_ignores_paging_in_progress),
		FACT(G2_pageout_frees_what_was_written_after_it_looked),
	};

#ifndef VMRACE_HAZARDS
	return 77; /* this build has no exhibits */
#endif
	return cmocka_run_group_tests_name("as_found", tests, NULL, NULL);
}
