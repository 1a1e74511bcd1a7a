/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things lie.  What two CPUs write under two locks, or one writes and all
 * read, is not on one line, nor on two of a pair: a figure would then be that
 * of the layout.  Looked at in a VM as it is, so that what it is allocated by
 * counts, too.
 */
/* not under: busted */
#include "tests/core/fixture.h"

#define LINE 64

/* Under the scheduler one runs at a time; here they do not. */
_Static_assert(SYNC_APART == 128, "processors fetch lines in pairs");

#define PLACES 512

/* What is to be apart: where it begins, and its last byte. */
struct place {
	const char *what;
	uintptr_t first, last;
};

struct places {
	struct place place[PLACES];
	unsigned count;
};

static void
place_range(struct places *places, const char *what, const void *first,
    const void *last, size_t size)
{
	assert_true(places->count < PLACES);
	places->place[places->count++] = (struct place){ what, (uintptr_t)first,
		(uintptr_t)last + size - 1 };
}

#define PLACE_TO(what, first, last)                                            \
	place_range(&places, (what), &(first), &(last), sizeof(last))
#define PLACE(what, field) PLACE_TO((what), field, field)

static void
assert_apart(const struct places *places)
{
	for (unsigned i = 0; i < places->count; i++)
		for (unsigned k = 0; k < i; k++) {
			const struct place *a = &places->place[k];
			const struct place *b = &places->place[i];

			if (a->last / SYNC_APART < b->first / SYNC_APART ||
			    b->last / SYNC_APART < a->first / SYNC_APART)
				continue;
			fail_msg("%s and %s share %d bytes", a->what, b->what,
			    SYNC_APART);
		}
}

/* The strategy's; those of the page hash are packed where there are so many
 * that no two CPUs want neighbours. */
static void
each_lock_has_its_own(void **state)
{
	FIXTURE;
	struct places places = { .count = 0 };

#ifdef LK_LOCKS
#define ONE(role, member) PLACE(role, vm->lk.member);
#define EACH(role, member)                                                     \
	for (size_t i = 0;                                                     \
	     strcmp(role, "page-hash") != 0 &&                                 \
	     i < sizeof(vm->lk.member) / sizeof(vm->lk.member[0]);             \
	     i++)                                                              \
		PLACE(role, vm->lk.member[i].m);
	LK_LOCKS(ONE, EACH)
#undef ONE
#undef EACH
#endif
	PLACE("the array of pages", vm->vm_page_array);
	PLACE_TO("the free queue", vm->vm_page_fresh, vm->vm_page_queue_free);
	PLACE_TO("the page queues", vm->vm_page_queue_active,
	    vm->vm_page_queue_inactive);
	PLACE("the free count", vm->cnt.v_free_count);
	PLACE_TO(
	    "the queues' counts", vm->cnt.v_active_count, vm->cnt.v_wire_count);
	PLACE_TO("the limits", vm->cnt.v_free_min, vm->cnt.v_free_reserved);
	PLACE("the list of cached objects", vm->vm_object_cached_list);
	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++)
		PLACE("a list of objects", vm->vm_object_lists[i]);
	assert_true(places.count >= 8);
	assert_apart(&places);
}

static void
what_is_a_cpus_is_its_own(void **state)
{
	FIXTURE;
	struct places places = { .count = 0 };

	for (unsigned i = 0; i < vm->machine->ncpus; i++) {
		struct cpu *cpu = &vm->machine->cpus[i];

		PLACE_TO("a CPU's own", cpu->id, cpu->faults);
		PLACE_TO("what others read of it", cpu->active, cpu->inside);
		PLACE("its mailbox", cpu->mailbox);
		PLACE("its statistics", vm->percpu[i]);
#if LK_BATCH
		PLACE("its batch", vm->vm_page_cpus[i]);
		place_range(&places, "its magazine",
		    vm->vm_page_cpus[i].magazine,
		    &vm->vm_page_cpus[i].magazine[vm->vm_page_kept - 1],
		    sizeof(vm_page_t));
#endif
	}
	assert_apart(&places);
}

/* However malloc aligns it, to 16 at the least. */
static void
a_lookup_touches_one_line_of_an_object(void **state)
{
	FIXTURE;
	struct vm_object *o = NULL;

	assert_true(offsetof(struct vm_object, pager) + sizeof(o->pager) <= 16);
	assert_true(offsetof(struct vm_object, ref) + sizeof(o->ref) <= 16);
	assert_true(offsetof(struct vm_object, flags) < 16);
}

/* Neighbouring frames are two CPUs' as often as not; and a load of them, as a
 * CPU fetches it, is whole pairs of lines. */
static void
each_frame_has_its_own(void **state)
{
	FIXTURE;

	assert_int_equal((uintptr_t)frame_of(fx->machine, 0) % SYNC_APART, 0);
	assert_int_equal(sizeof(struct frame) % LINE, 0);
	assert_int_equal((uintptr_t)vm->vm_page_array % SYNC_APART, 0);
#if LK_BATCH
	assert_int_equal(LK_BATCH * sizeof(struct vm_page) % SYNC_APART, 0);
	assert_int_equal(LK_BATCH * sizeof(struct frame) % SYNC_APART, 0);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(each_lock_has_its_own),
		FACT(what_is_a_cpus_is_its_own),
		FACT(a_lookup_touches_one_line_of_an_object),
		FACT(each_frame_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
