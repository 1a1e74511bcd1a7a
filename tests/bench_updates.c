/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The updates of W2, on a table that counts what it is asked for: so many of a
 * hundred, to the last one, of things that nobody looks up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/subject.h"
#include "stress/need.h"

#define THINGS 4096u

const struct subject *const subjects[] = { NULL };

struct thing {
	_Alignas(64) unsigned adder; /* thread, and 1 more; 0: it has ended */
	unsigned references;
};

struct table {
	struct thing things[THINGS];
	unsigned added, looked_up, renewed;
	unsigned mistakes; /* of what has ended, or is another's */
};

static struct table *
table_open(const struct request *request)
{
	(void)request;
	return need_aligned(64, 1, sizeof(struct table));
}

static inline void
table_enter(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
}

#define table_leave table_enter
#define table_rest  table_enter
#define table_wake  table_enter

static const void *
table_add(struct table *table, unsigned thread)
{
	struct thing *thing = &table->things[table->added++ % THINGS];

	*thing = (struct thing){ .adder = thread + 1 };
	return thing;
}

static void *
table_get(struct table *table, const void *key)
{
	struct thing *thing = (struct thing *)key;

	table->looked_up++;
	table->mistakes += thing->adder != 1 || thing->references++ != 0;
	return thing;
}

static void
table_put(struct table *table, void *arg)
{
	struct thing *thing = arg;

	table->mistakes += --thing->references != 0;
}

static inline void *
table_find(struct table *table, const void *key)
{
	(void)table;
	return (void *)key;
}

static const void *
table_renew(struct table *table, unsigned thread, const void *key)
{
	struct thing *thing = (struct thing *)key;

	table->renewed++;
	table->mistakes += thing->adder != thread + 1;
	thing->adder = 0;
	return table_add(table, thread);
}

static void
table_check(struct table *table, struct aftermath *after)
{
	after->violations = table->mistakes;
}

static void
table_close(struct table *table)
{
	free(table);
}

#include "bench/table.h"

#include "bench/workloads/find_many.c"
#include "bench/workloads/lookup_many.c"

static void
assert_share(const char *args, unsigned share)
{
	struct request request = { .args = args, .threads = 2, .seed = 1 };
	struct world *world = lookup_many.open(&request);
	struct table *table = world->table;
	struct aftermath after = { 0 };
	void *mine = lookup_many.enter(world, 1);

	/* However it is cut into turns. */
	assert_int_equal(lookup_many.turn(mine, 1), 1);
	assert_int_equal(lookup_many.turn(mine, 16), 16);
	assert_int_equal(lookup_many.turn(mine, 983), 983);
	assert_int_equal(table->renewed, 10 * share);
	assert_int_equal(table->looked_up, 1000 - 10 * share);
	lookup_many.leave(mine);
	lookup_many.close(world, &after);
	assert_int_equal(after.violations, 0);
}

static void
test_so_many_of_a_hundred(void **state)
{
	(void)state;
	assert_share("objects:16/table:157", 0);
	assert_share("objects:16/table:157/updates:1", 1);
	assert_share("objects:16/table:157/updates:10", 10);
	assert_share("objects:16/table:157/updates:50", 50);
}

/* Those of the workload are of that range, and in no tier but full. */
static void
test_full_has_them(void **state)
{
	unsigned some = 0;

	(void)state;
	for (const struct variant *v = lookup_many.variants; v->args; v++) {
		unsigned long share = args_number(v->args, "updates", 0);

		some += share != 0;
		assert_true(share <= 50);
		assert_true(share == 0 || v->tier == TIER_FULL);
	}
	assert_true(some >= 3);
	for (const struct variant *v = find_many.variants; v->args; v++)
		assert_int_equal(args_number(v->args, "updates", 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_so_many_of_a_hundred),
		cmocka_unit_test(test_full_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
