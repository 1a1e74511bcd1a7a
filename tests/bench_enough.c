/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When bench/ has enough: on cells that are filled by hand, a pass a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/bench_plan.h"

const struct subject *const subjects[] = { NULL };

static const struct subject original = { .name = "original" };
static const struct subject rcu = { .name = "rcu" };
static const struct subject fine = { .name = "fine" };
static const struct subject lfht = { .name = "lfht", .kind = SUBJECT_PEER };

enum { ORIGINAL, RCU, FINE, LFHT, RCU_2, CELLS };

static const struct tier_limits limits = { .enough = 4, .processes = 2 };

struct made {
	struct cell cells[CELLS];
	struct family family;
};

static struct made *
make(void)
{
	struct made *made = calloc(1, sizeof(*made));

	made->cells[ORIGINAL] = (struct cell){ &original, .threads = 1 };
	made->cells[RCU] = (struct cell){ &rcu, .threads = 1 };
	made->cells[FINE] = (struct cell){ &fine, .threads = 1 };
	made->cells[LFHT] = (struct cell){ &lfht, .threads = 1 };
	made->cells[RCU_2] = (struct cell){ &rcu, .threads = 2 };
	made->family =
	    (struct family){ .cells = made->cells, .cell_count = CELLS };
	return made;
}

static void
unmake(struct made *made)
{
	for (unsigned c = 0; c < CELLS; c++)
		free(made->cells[c].values);
	free(made);
}

/* Two repetitions of it in that pass. */
static void
note(struct made *made, unsigned cell, unsigned pass, const char *regime,
    bool admitted)
{
	struct value value = {
		.pass = pass, .regime = regime, .admitted = admitted
	};

	cell_note(&made->cells[cell], &value);
	cell_note(&made->cells[cell], &value);
}

static void
note_all(struct made *made, unsigned pass, const char *regime)
{
	for (unsigned c = 0; c < CELLS; c++)
		note(made, c, pass, regime, true);
}

static bool
enough(struct made *made, unsigned cell)
{
	return cell_enough(&made->family, &made->cells[cell], &limits);
}

static void
both_regimes_are_wanted(void **state)
{
	struct made *made = make();

	(void)state;
	note_all(made, 0, "near");
	note_all(made, 1, "near");
	note_all(made, 2, "near");
	assert_false(enough(made, ORIGINAL));
	assert_true(family_lack(&made->family, "near", &limits) == 0);
	assert_true(family_lack(&made->family, "far", &limits) == 1);
	note_all(made, 3, "far");
	assert_true(family_lack(&made->family, "far", &limits) == 0.5);
	assert_false(family_enough(&made->family, &limits));
	note_all(made, 4, "far");
	assert_true(family_enough(&made->family, &limits));
	unmake(made);
}

static void
many_repetitions_of_one_process_are_not_enough(void **state)
{
	struct made *made = make();

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		note_all(made, 0, "near");
		note_all(made, 0, "far");
	}
	assert_false(enough(made, LFHT));
	unmake(made);
}

/* All but lfht's share of the last pass. */
static struct made *
make_without(const char *regime, bool admitted)
{
	struct made *made = make();

	note_all(made, 0, "near");
	note_all(made, 1, "near");
	note_all(made, 2, "far");
	for (unsigned c = 0; c < CELLS; c++)
		note(made, c, 3, c == LFHT ? regime : "far",
		    c == LFHT ? admitted : true);
	return made;
}

static void
what_a_partner_lacks_keeps_both(void **state)
{
	struct made *made = make_without("far", false);

	(void)state;
	assert_false(enough(made, LFHT));
	assert_false(enough(made, ORIGINAL));
	assert_false(enough(made, RCU));
	assert_true(enough(made, RCU_2)); /* on as many threads there is none */
	unmake(made);
}

static void
repetitions_of_other_passes_are_no_pairs(void **state)
{
	struct made *made = make_without("near", true);

	(void)state;
	/* It has its number, but alone. */
	note(made, LFHT, 4, "far", true);
	assert_false(enough(made, RCU));
	note(made, ORIGINAL, 5, "far", true);
	note(made, RCU, 5, "far", true);
	note(made, LFHT, 5, "far", true);
	assert_true(enough(made, RCU));
	assert_false(enough(made, FINE)); /* was not there */
	unmake(made);
}

static void
without_a_baseline_all_are_compared(void **state)
{
	struct made *made = make_without("near", true);

	(void)state;
	made->family.cells = &made->cells[RCU];
	made->family.cell_count = 2; /* rcu and fine */
	assert_true(enough(made, RCU));
	note(made, RCU, 4, "far", true);
	made->cells[FINE].value_count -= 2;
	assert_false(enough(made, RCU)); /* fine's last pass is gone */
	made->family.cells = made->cells;
	made->family.cell_count = 3; /* and original */
	assert_true(enough(made, RCU));
	unmake(made);
}

static void
one_cpu_has_no_distance(void **state)
{
	struct made *made = make();

	(void)state;
	note_all(made, 0, "single");
	assert_false(family_enough(&made->family, &limits));
	note_all(made, 1, "single");
	assert_true(family_enough(&made->family, &limits));
	unmake(made);
}

static void
who_lacks_the_regime_is_next_and_not_far_ahead(void **state)
{
	struct made *near = make(), *far = make();
	struct family *wanted[] = { &near->family, &far->family };

	(void)state;
	note_all(near, 0, "near");
	note_all(far, 0, "far");
	assert_ptr_equal(family_next(wanted, 2, "near", &limits), wanted[1]);
	assert_ptr_equal(family_next(wanted, 2, "far", &limits), wanted[0]);
	/* Neither regime: they lack as much, and the first is as good. */
	assert_ptr_equal(family_next(wanted, 2, "mixed", &limits), wanted[0]);
	wanted[0]->blocks = 1;
	assert_ptr_equal(family_next(wanted, 2, "mixed", &limits), wanted[1]);
	assert_ptr_equal(family_next(wanted, 2, NULL, &limits), wanted[1]);
	assert_ptr_equal(family_next(wanted, 2, "far", &limits), wanted[0]);
	wanted[0]->blocks = 2;
	assert_ptr_equal(family_next(wanted, 2, "far", &limits), wanted[1]);
	unmake(near);
	unmake(far);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_regimes_are_wanted),
		cmocka_unit_test(
		    many_repetitions_of_one_process_are_not_enough),
		cmocka_unit_test(what_a_partner_lacks_keeps_both),
		cmocka_unit_test(repetitions_of_other_passes_are_no_pairs),
		cmocka_unit_test(without_a_baseline_all_are_compared),
		cmocka_unit_test(one_cpu_has_no_distance),
		cmocka_unit_test(
		    who_lacks_the_regime_is_next_and_not_far_ahead),
	};

	return cmocka_run_group_tests_name("bench_enough", tests, NULL, NULL);
}
