/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shootdowns at full speed, and the proof that the oracles see a scheme that
 * does nothing.
 */
#include "tests/pmap_fixture.h"

#define TURNS 20000

static uint64_t *
word_of(struct fixture *f, unsigned frame)
{
	return (uint64_t *)(void *)frame_bytes(f->m, page(frame));
}

/* Stores 1, 2, 3 ... at VA. */
static void
play_counter(struct player *self)
{
	while (!sync_load(&self->stop)) {
		if (cpu_store(VA, self->value + 1) == KERN_SUCCESS)
			sync_store(&self->value, self->value + 1);
	}
}

/* --- At full speed ------------------------------------------------------- */

/* Maps and unmaps pages of its own in a pmap that all CPUs use. */
static void
play_initiator(struct player *self)
{
	struct pmap *pmap = self->f->pmap;
	vm_offset_t va = VA + page(16 * self->cpu);

	for (unsigned i = 0; i < TURNS / 4; i++) {
		vm_offset_t pa = page(4 * self->cpu + i % 4);

		pmap_enter(pmap, va, pa, RW, FALSE);
		if (cpu_store(va, i) != KERN_SUCCESS)
			sync_count_own(&self->count);
		pmap_remove(pmap, va, va + PAGE_SIZE);
	}
}

static void
initiators_do_not_wait_for_each_other(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_initiator);
	struct player b = PLAYER(f, 2, play_initiator);
	struct player c = PLAYER(f, 3, play_initiator);

	player_start(&a);
	player_start(&b);
	player_start(&c);
	player_join(&a);
	player_join(&b);
	player_join(&c);
	assert_int_equal(a.count + b.count + c.count, 0);
	assert_true(stat_of(&f->m->stats.shootdowns) > 0);
}

/* Changes the other's pmap, while the other changes this one's. */
static void
play_crosswise(struct player *self)
{
	for (unsigned i = 0; i < TURNS / 4; i++) {
		struct pmap *pmap = i % 2 ? self->pmap : self->f->pmap;

		pmap_enter(pmap, VA, page(self->cpu), RW, FALSE);
		pmap_page_protect(self->f->m, page(self->cpu), VM_PROT_READ);
		pmap_remove(pmap, VA, VA + PAGE_SIZE);
	}
}

static void
initiators_in_each_others_pmaps_do_not_wait_for_each_other(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_crosswise);
	struct player b = PLAYER(f, 2, play_crosswise);

	b.pmap = pmap_create(f->m);
	player_start(&a);
	player_start(&b);
	player_join(&a);
	player_join(&b);
	pmap_destroy(b.pmap);
}

/* Comes and goes: switches, idles, loads. */
static void
play_restless(struct player *self)
{
	struct pmap *pmap = self->f->pmap;
	uint64_t value;

	for (unsigned i = 0; !sync_load(&self->stop); i++) {
		cpu_switch(curcpu(), i % 2 ? NULL : pmap, pmap);
		for (unsigned j = 0; j < 8; j++)
			cpu_load(VA + page(j), &value);
		cpu_idle_enter();
		if (i % 16 == 0)
			sched_yield();
		cpu_idle_exit();
		sync_count_own(&self->count);
	}
}

static unsigned long
restless_loads(struct fixture *f)
{
	return stat_of(&f->m->cpus[1].loads) + stat_of(&f->m->cpus[2].loads);
}

/* Frames are freed and given out again under CPUs that come and go. */
static void
no_freed_frame_is_ever_touched(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_restless);
	struct player b = PLAYER(f, 2, play_restless);

	player_start(&a);
	player_start(&b);
	for (unsigned i = 0; i < TURNS || restless_loads(f) < 100; i++) {
		vm_offset_t va = VA + page(i % 8), pa = page(i % 13);

		pmap_enter(f->pmap, va, pa, RW, FALSE);
		cpu_store(va, i);
		if (i % 3 == 0)
			pmap_remove(f->pmap, va, va + PAGE_SIZE);
		pmap_page_protect(f->m, pa, VM_PROT_NONE);
		frame_free(f->m, pa);
		frame_alloc(f->m, pa);
		pmap_zero_page(f->m, pa);
	}
	player_join(&a);
	player_join(&b);
	assert_int_equal(stat_of(&f->m->stats.violations), 0);
}

/* Gives VA a page somebody takes away, then one that nobody does. */
static void
play_fickle(struct player *self)
{
	struct fixture *f = self->f;

	for (unsigned i = 0; i < TURNS; i++) {
		pmap_enter(f->pmap, VA, page(3), RW, FALSE);
		pmap_enter(f->pmap, VA, page(4), RW, FALSE);
		if (pmap_extract(f->pmap, VA) != page(4))
			self->count++;
	}
	sync_store(&self->done, 1);
}

/* Maps the page in pmaps that do not live long. */
static void
play_breeder(struct player *self)
{
	struct fixture *f = self->f;

	for (unsigned i = 0; i < TURNS / 4; i++) {
		struct pmap *pmap = pmap_create(f->m);

		pmap_enter(pmap, VA, page(3), RW, FALSE);
		pmap_enter(pmap, VA << 10, page(3), RW, FALSE);
		pmap_enter(pmap, VA, page(4), RW, FALSE);
		if (pmap_extract(pmap, VA) != page(4))
			self->count++;
		pmap_destroy(pmap);
	}
	sync_store(&self->done, 1);
}

/* Frame 3's mappings are taken while another CPU makes and ends them. */
static void
take_against(struct fixture *f, void (*play)(struct player *))
{
	struct player other = PLAYER(f, 1, play);

	player_start(&other);
	while (sync_load(&other.done) == 0) {
		pmap_page_protect(f->m, page(3), VM_PROT_READ);
		pmap_is_modified(f->m, page(3));
		pmap_page_protect(f->m, page(3), VM_PROT_NONE);
		cpu_poll(); /* nothing to take, nothing to wait for */
	}
	player_join(&other);
	assert_int_equal(other.count, 0);
}

static void
page_protect_takes_only_what_still_maps_the_page(void **state)
{
	take_against(*state, play_fickle);
}

static void
page_protect_meets_pmaps_that_come_and_go(void **state)
{
	take_against(*state, play_breeder);
}

static struct sync_spin object; /* of the page in the next test */

/* Maps the page for writing when nobody is looking at it. */
static kern_return_t
fault_under_lock(void *vm, void *space, vm_offset_t va, vm_prot_t type)
{
	struct fixture *f = vm;

	(void)type;
	sync_spin_take(&object);
	pmap_enter(space, va, f->pa, RW, FALSE);
	sync_spin_drop(&object);
	return KERN_SUCCESS;
}

/*
 * What pageout does: take the right to write, read the page, see whether it
 * was modified, call it clean.  A value that came after one cleaning is seen
 * as a modification by the next.
 */
static void
no_store_is_lost_under_page_protect(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_counter);
	uint64_t last = 0, seen = 0, changes = 0;

	f->m->fault = fault_under_lock;
	f->pa = page(3);
	player_start(&other);
	for (unsigned i = 0; i < TURNS; i++) {
		sync_spin_take(&object);
		pmap_page_protect(
		    f->m, f->pa, i % 2 ? VM_PROT_READ : VM_PROT_NONE);
		seen = *word_of(f, 3);
		if (seen != last) {
			assert_true(pmap_is_modified(f->m, f->pa));
			changes++;
		}
		pmap_clear_modify(f->m, f->pa);
		assert_false(pmap_is_modified(f->m, f->pa));
		assert_int_equal(*word_of(f, 3), seen);
		sync_spin_drop(&object);
		last = seen;
		while (i % 64 == 0 && sync_load(&other.value) == seen)
			cpu_relax_after(1000);
	}
	player_join(&other);
	assert_true(changes > 0);
	assert_int_equal(*word_of(f, 3), other.value);
}

/* The same without taking the right: it is the clearing that must be felt. */
static void
no_store_is_lost_after_clear_modify(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_counter);

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	for (unsigned i = 0; i < TURNS / 20; i++) {
		uint64_t before;

		pmap_clear_modify(f->m, page(3));
		before = sync_load_relaxed(word_of(f, 3));
		while (sync_load_relaxed(word_of(f, 3)) == before)
			cpu_relax_after(1000);
		assert_true(pmap_is_modified(f->m, page(3)));
	}
	player_join(&other);
}

/* --- The scheme, and one that is none ------------------------------------ */

static void
nothing_range(
    struct cpu *self, struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	(void)self;
	(void)pmap;
	(void)start;
	(void)end;
}

static void
nothing_interrupt(struct cpu *self)
{
	(void)self;
}

static void
nothing_resume(struct cpu *self)
{
	sync_store(&self->active, 1);
}

static const struct shootdown nothing = {
	.name = "nothing",
	.story = "nobody is told",
	.begin = nothing_range,
	.end = nothing_range,
	.interrupt = nothing_interrupt,
	.resume = nothing_resume,
};

/* Loads VA, and again when told. */
static void
play_twice(struct player *self)
{
	uint64_t value;

	for (int step = 1; step <= 2; step++) {
		player_await_polling(self, step);
		self->answer = cpu_load(VA, &value);
	}
	player_await_polling(self, 3);
}

/* Between CPU 1's two loads its page is unmapped and its frame used again. */
static unsigned long
stale_touches(struct fixture *f, const struct shootdown *scheme)
{
	struct player other = PLAYER(f, 1, play_twice);

	f->m->shootdown = scheme;
	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	player_step(&other, 1);
	assert_int_equal(other.answer, KERN_SUCCESS);
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	frame_free(f->m, page(3));
	frame_alloc(f->m, page(3));
	player_step(&other, 2);
	assert_int_equal(other.answer, KERN_PROTECTION_FAILURE);
	sync_store(&other.step, 3);
	player_join(&other);
	f->violations = stat_of(&f->m->stats.violations);
	return f->violations;
}

static void
a_scheme_that_does_nothing_is_reported_at_the_next_touch(void **state)
{
	assert_int_equal(stale_touches(*state, &nothing), 1);
}

static void
the_same_story_under_mach_is_clean(void **state)
{
	assert_int_equal(stale_touches(*state, &shootdown_mach), 0);
}

/* What no_store_is_lost_after_clear_modify would find. */
static void
a_scheme_that_does_nothing_loses_a_store(void **state)
{
	struct fixture *f = *state;

	f->m->shootdown = &nothing;
	enter(f->pmap, VA, 3, RW);
	cpu_store(VA, 1);
	pmap_clear_modify(f->m, page(3));
	cpu_store(VA, 2);
	assert_false(pmap_is_modified(f->m, page(3)));
	assert_int_equal(pmap_check(f->m), 1);
	f->violations = 1;
	tlb_flush(&curcpu()->tlb);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(initiators_do_not_wait_for_each_other),
		TEST(
		    initiators_in_each_others_pmaps_do_not_wait_for_each_other),
		TEST(no_freed_frame_is_ever_touched),
		TEST(page_protect_takes_only_what_still_maps_the_page),
		TEST(page_protect_meets_pmaps_that_come_and_go),
		TEST(no_store_is_lost_under_page_protect),
		TEST(no_store_is_lost_after_clear_modify),
		TEST(a_scheme_that_does_nothing_is_reported_at_the_next_touch),
		TEST(the_same_story_under_mach_is_clean),
		TEST(a_scheme_that_does_nothing_loses_a_store),
	};

	return cmocka_run_group_tests_name(
	    "shootdown_stress", tests, NULL, NULL);
}
