/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Mach shootdown, phase by phase (substrate.md section 7.1).
 *
 * The test is CPU 0.  Where a test says that somebody waits, it gives him 20 ms
 * to do the wrong thing.
 */
#include "tests/pmap_fixture.h"

/* --- Players ------------------------------------------------------------- */

/* Loads VA into its TLB, then idles, then wakes; a step each. */
static void
play_idler(struct player *self)
{
	uint64_t value;

	cpu_load(VA, &value);
	cpu_idle_enter();
	player_await(self, 1);
	cpu_idle_exit();
	self->value = tlb_find(&curcpu()->tlb, VA) != NULL;
	player_await_polling(self, 2);
}

/* Loads VA, then does not poll; then does. */
static void
play_deaf(struct player *self)
{
	uint64_t value;

	cpu_load(VA, &value);
	player_await(self, 1);
	sync_store(&self->done, 1);
	while (!sync_load(&self->stop))
		cpu_poll();
}

/* Loads VA for ever. */
static void
play_loader(struct player *self)
{
	uint64_t value;

	while (!sync_load(&self->stop)) {
		self->answer = cpu_load(VA, &value);
		sync_count_own(&self->count);
	}
}

/* Removes VA from its pmap, once. */
static void
play_remover(struct player *self)
{
	player_await_polling(self, 1);
	pmap_remove(self->pmap, VA, VA + PAGE_SIZE);
	sync_store(&self->done, 1);
	player_await_polling(self, 2);
}

static unsigned long
progress(struct player *player)
{
	unsigned long before = sync_load(&player->count);

	a_while();
	return sync_load(&player->count) - before;
}

/* It goes on, sooner or later. */
static void
await_progress(struct player *player)
{
	unsigned long before = sync_load(&player->count);

	while (sync_load(&player->count) == before) {
		cpu_poll();
		sched_yield();
	}
}

/* --- Who is told --------------------------------------------------------- */

static void
nobody_is_told_of_a_range_with_nothing_in_it(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_loader);

	player_start(&other);
	enter(f->pmap, VA, 3, VM_PROT_READ);
	pmap_remove(f->pmap, VA + PAGE_SIZE, VA + page(1000));
	pmap_protect(f->pmap, 0, PMAP_VA_END, VM_PROT_READ);
	pmap_page_protect(f->m, page(3), VM_PROT_READ);
	pmap_page_protect(f->m, page(4), VM_PROT_NONE);
	assert_int_equal(stat_of(&f->m->stats.shootdowns), 0);
	player_join(&other);
}

static void
nobody_is_told_of_rights_added(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_loader);

	enter(f->pmap, VA, 3, VM_PROT_READ);
	player_start(&other);
	enter(f->pmap, VA, 3, RW);
	pmap_change_wiring(f->pmap, VA, TRUE);
	assert_int_equal(stat_of(&f->m->stats.shootdowns), 0);
	player_join(&other);
}

static void
only_users_of_the_pmap_are_told(void **state)
{
	struct fixture *f = *state;
	struct player user = PLAYER(f, 1, play_loader);
	struct player stranger = PLAYER(f, 2, play_loader);

	stranger.pmap = pmap_create(f->m);
	enter(f->pmap, VA, 3, RW);
	player_start(&user);
	player_start(&stranger);
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	assert_int_equal(stat_of(&f->m->stats.shootdowns), 1);
	assert_int_equal(stat_of(&f->m->stats.ipis), 1);
	player_join(&user);
	player_join(&stranger);
	pmap_destroy(stranger.pmap);
}

static void
a_cpu_that_has_left_the_pmap_is_not_told(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_loader);

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	player_join(&other);
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	assert_int_equal(stat_of(&f->m->stats.shootdowns), 0);
}

static void
an_idle_cpu_is_posted_to_and_not_interrupted(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_idler);

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	while (!sync_load(&f->m->cpus[1].idle))
		sched_yield();
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	assert_int_equal(stat_of(&f->m->stats.ipis), 0);
	assert_int_equal(stat_of(&f->m->stats.ipis_idle), 1);
	assert_int_equal(f->m->cpus[1].mailbox.count, 1);
	assert_true(f->m->cpus[1].mailbox.update_needed);
	/* It still has the entry, and that is right. */
	assert_non_null(tlb_find(&f->m->cpus[1].tlb, VA));
	assert_int_equal(pmap_check(f->m), 0);
	sync_store(&other.step, 2);
	player_join(&other);
}

static void
an_idle_cpu_forgets_when_it_wakes(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_idler);

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	while (!sync_load(&f->m->cpus[1].idle))
		sched_yield();
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	player_step(&other, 1);
	assert_int_equal(other.value, FALSE);
	assert_false(f->m->cpus[1].mailbox.update_needed);
	sync_store(&other.step, 2);
	player_join(&other);
}

/* --- Who waits for whom -------------------------------------------------- */

static void
an_initiator_waits_until_a_user_is_not_active(void **state)
{
	struct fixture *f = *state;
	struct player deaf = PLAYER(f, 1, play_deaf);
	struct player remover = PLAYER(f, 2, play_remover);

	enter(f->pmap, VA, 3, RW);
	player_start(&deaf);
	player_start(&remover);
	sync_store(&remover.step, 1);
	a_while();
	assert_int_equal(sync_load(&remover.done), 0);
	assert_int_equal(pmap_extract(f->pmap, VA), page(3));
	assert_true(sync_load(&f->m->cpus[1].mailbox.update_needed));
	player_step(&deaf, 1);
	player_step(&remover, 1);
	assert_int_equal(pmap_extract(f->pmap, VA), 0);
	sync_store(&remover.step, 2);
	player_join(&deaf);
	player_join(&remover);
}

static void
a_user_is_parked_while_the_lock_is_held(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_loader);
	struct cpu *self;

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	self = pmap_lock(f->pmap);
	f->m->shootdown->begin(self, f->pmap, VA, VA + PAGE_SIZE);
	assert_false(sync_load(&f->m->cpus[1].active));
	assert_int_equal(progress(&other), 0);
	assert_false(sync_load(&f->m->cpus[1].active));
	f->m->shootdown->end(self, f->pmap, VA, VA + PAGE_SIZE);
	pmap_unlock(f->pmap, self);
	await_progress(&other);
	player_join(&other);
}

static void
a_user_is_parked_while_the_kernels_lock_is_held(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_loader);
	struct cpu *self;

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	self = pmap_lock(f->m->kernel_pmap);
	/* Anything that interrupts it. */
	f->m->shootdown->begin(self, f->pmap, VA, VA + PAGE_SIZE);
	assert_int_equal(progress(&other), 0);
	pmap_unlock(f->m->kernel_pmap, self);
	await_progress(&other);
	player_join(&other);
}

/* The second post finds it between its looks at the two locks. */
static void
a_user_that_is_told_again_while_parked_stays_parked(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_loader);
	struct cpu *self;

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	self = pmap_lock(f->m->kernel_pmap);
	pmap_lock(f->pmap);
	f->m->shootdown->begin(self, f->pmap, VA, VA + PAGE_SIZE);
	pmap_unlock(f->pmap, self);
	a_while();
	pmap_lock(f->pmap);
	f->m->shootdown->begin(self, f->pmap, VA, VA + PAGE_SIZE);
	pmap_unlock(f->m->kernel_pmap, self);
	assert_int_equal(progress(&other), 0);
	assert_false(sync_load(&f->m->cpus[1].active));
	pmap_unlock(f->pmap, self);
	await_progress(&other);
	player_join(&other);
}

static void
a_user_that_wakes_waits_out_the_update(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_idler);
	struct cpu *self;

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	while (!sync_load(&f->m->cpus[1].idle))
		sched_yield();
	self = pmap_lock(f->pmap);
	f->m->shootdown->begin(self, f->pmap, VA, VA + PAGE_SIZE);
	sync_store(&other.step, 1);
	a_while();
	assert_int_equal(sync_load(&other.done), 0);
	assert_false(sync_load(&f->m->cpus[1].active));
	pmap_unlock(f->pmap, self);
	player_step(&other, 1);
	assert_true(sync_load(&f->m->cpus[1].active));
	sync_store(&other.step, 2);
	player_join(&other);
}

/* Joins the pmap of CPU 0, in a step. */
static void
play_joiner(struct player *self)
{
	player_await_polling(self, 1);
	cpu_switch(curcpu(), self->f->pmap, self->f->pmap);
	sync_store(&self->done, 1);
	player_await_polling(self, 2);
}

static void
a_switch_waits_out_an_update_of_its_new_pmap(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_joiner);
	struct cpu *self;

	other.pmap = NULL;
	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	self = pmap_lock(f->pmap);
	f->m->shootdown->begin(self, f->pmap, VA, VA + PAGE_SIZE);
	sync_store(&other.step, 1);
	a_while();
	assert_int_equal(sync_load(&other.done), 0);
	assert_int_equal(sync_load(&f->pmap->cpus_using), 1);
	pmap_unlock(f->pmap, self);
	player_step(&other, 1);
	assert_int_equal(sync_load(&f->pmap->cpus_using), 3);
	sync_store(&other.step, 2);
	player_join(&other);
}

/* Masked from the start; unmasks in a step. */
static void
play_masked(struct player *self)
{
	uint64_t value;

	cpu_load(VA, &value);
	cpu_mask(curcpu());
	player_await(self, 1);
	cpu_relax();
	self->value = tlb_find(&curcpu()->tlb, VA) != NULL;
	player_await(self, 2);
	cpu_unmask(curcpu());
	self->value = tlb_find(&curcpu()->tlb, VA) != NULL;
	player_await_polling(self, 3);
}

static void
a_masked_cpu_is_not_waited_for_and_answers_when_unmasked(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_masked);

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	while (sync_load(&f->m->cpus[1].active))
		sched_yield();
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	player_step(&other, 1);
	assert_int_equal(other.value, TRUE);
	player_step(&other, 2);
	assert_int_equal(other.value, FALSE);
	assert_true(sync_load(&f->m->cpus[1].active));
	sync_store(&other.step, 3);
	player_join(&other);
}

/* Spins on a lock somebody else holds; its next access faults. */
static void
play_spinner(struct player *self)
{
	struct sync_spin *lock = (struct sync_spin *)self->f->m->fault_vm;
	uint64_t value;

	cpu_load(VA, &value);
	player_await_polling(self, 1);
	sync_store(&self->count, 1);
	sync_spin_take(lock);
	self->answer = cpu_load(VA, &value);
	sync_spin_drop(lock);
}

/* What the VM does: page_protect with an object's lock held (G11). */
static void
a_cpu_that_spins_for_the_initiators_lock_answers(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_spinner);
	struct sync_spin lock = SYNC_SPIN_INIT;

	f->m->fault = NULL;
	f->m->fault_vm = &lock;
	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	sync_spin_take(&lock);
	sync_store(&other.step, 1);
	while (sync_load(&other.count) == 0)
		sched_yield();
	a_while();
	pmap_page_protect(f->m, page(3), VM_PROT_NONE);
	assert_int_equal(stat_of(&f->m->stats.ipis), 1);
	sync_spin_drop(&lock);
	player_join(&other);
	assert_int_equal(other.answer, KERN_INVALID_ADDRESS);
}

static void
a_caller_that_plays_no_cpu_can_initiate(void **state)
{
	struct fixture *f = *state;
	struct player other = PLAYER(f, 1, play_loader);

	enter(f->pmap, VA, 3, RW);
	player_start(&other);
	while (sync_load(&other.count) == 0)
		sched_yield();
	cpu_switch(curcpu(), NULL, NULL);
	cpu_detach();
	pmap_page_protect(f->m, page(3), VM_PROT_READ);
	assert_true(pmap_is_referenced(f->m, page(3)));
	pmap_clear_reference(f->m, page(3));
	pmap_page_protect(f->m, page(3), VM_PROT_NONE);
	assert_true(stat_of(&f->m->stats.ipis) >= 2);
	await_progress(&other);
	await_progress(&other);
	player_join(&other);
	assert_int_equal(other.answer, KERN_PROTECTION_FAILURE);
	cpu_attach(f->m, 0);
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

/* --- The queue ----------------------------------------------------------- */

/* Loads eight pages, sleeps, and says which it still knows. */
static void
play_many(struct player *self)
{
	uint64_t value;

	for (unsigned i = 0; i < 8; i++)
		cpu_load(VA + page(i), &value);
	cpu_idle_enter();
	player_await(self, 1);
	cpu_idle_exit();
	for (unsigned i = 0; i < 8; i++)
		if (tlb_find(&curcpu()->tlb, VA + page(i)) != NULL)
			self->value |= 1ul << i;
	player_await_polling(self, 2);
}

/* Remove the first n of eight pages, one by one, and say what is left. */
static uint64_t
posts(struct fixture *f, unsigned n)
{
	struct player other = PLAYER(f, 1, play_many);

	for (unsigned i = 0; i < 8; i++)
		enter(f->pmap, VA + page(i), i, RW);
	player_start(&other);
	while (!sync_load(&f->m->cpus[1].idle))
		sched_yield();
	for (unsigned i = 0; i < n; i++)
		pmap_remove(f->pmap, VA + page(i), VA + page(i + 1));
	assert_int_equal(stat_of(&f->m->stats.ipis_idle), n);
	player_step(&other, 1);
	sync_store(&other.step, 2);
	player_join(&other);
	return other.value;
}

static void
a_full_queue_still_names_each_range(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(posts(f, CPU_ACTIONS), 0xf0);
	assert_int_equal(stat_of(&f->m->stats.queue_overflows), 0);
}

static void
one_post_more_forgets_everything(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(posts(f, CPU_ACTIONS + 2), 0);
	assert_int_equal(stat_of(&f->m->stats.queue_overflows), 1);
}

static void
a_scheme_is_found_by_its_name(void **state)
{
	(void)state;
	for (unsigned i = 0; shootdowns[i] != NULL; i++)
		assert_ptr_equal(
		    shootdown_find(shootdowns[i]->name), shootdowns[i]);
	assert_ptr_equal(shootdown_find("mach"), &shootdown_mach);
	assert_null(shootdown_find("none such"));
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_is_told_of_a_range_with_nothing_in_it),
		TEST(nobody_is_told_of_rights_added),
		TEST(only_users_of_the_pmap_are_told),
		TEST(a_cpu_that_has_left_the_pmap_is_not_told),
		TEST(an_idle_cpu_is_posted_to_and_not_interrupted),
		TEST(an_idle_cpu_forgets_when_it_wakes),
		TEST(an_initiator_waits_until_a_user_is_not_active),
		TEST(a_user_is_parked_while_the_lock_is_held),
		TEST(a_user_is_parked_while_the_kernels_lock_is_held),
		TEST(a_user_that_is_told_again_while_parked_stays_parked),
		TEST(a_user_that_wakes_waits_out_the_update),
		TEST(a_switch_waits_out_an_update_of_its_new_pmap),
		TEST(a_masked_cpu_is_not_waited_for_and_answers_when_unmasked),
		TEST(a_cpu_that_spins_for_the_initiators_lock_answers),
		TEST(a_caller_that_plays_no_cpu_can_initiate),
		TEST(a_full_queue_still_names_each_range),
		TEST(one_post_more_forgets_everything),
		TEST(a_scheme_is_found_by_its_name),
	};

	return cmocka_run_group_tests_name("shootdown", tests, NULL, NULL);
}
