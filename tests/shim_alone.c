/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A C program that knows nothing of this tree but bench/shim.h: what shim.bats
 * runs.  Its benchmarks count calls of their fixtures and turns of their loops,
 * and fail if they are not what the header says.
 */
#include "shim.h"

struct counted {
	int setups, teardowns;
	int value; /* atomic; added to by all */
};

static void
set_up(void *arg)
{
	struct counted *c = arg;

	c->setups++;
	c->value = 0;
}

static void
tear_down(void *arg)
{
	struct counted *c = arg;

	c->teardowns++;
}

static void
add(struct shim_state *state, void *arg)
{
	struct counted *c = arg;
	int amount = (int)shim_arg_value(state, 0);

	if (c->setups != c->teardowns + 1) {
		shim_fail(state, "not set up, or not torn down before");
		return;
	}
	while (shim_keep_running(state, 8))
		for (int i = 0; i < 8; i++)
			__atomic_fetch_add(&c->value, amount, __ATOMIC_RELAXED);
	if (shim_thread(state) == 0)
		shim_counter(state, "setups", c->setups);
}

/* Claims a thousand operations of a millisecond each. */
static void
claim(struct shim_state *state, void *arg)
{
	(void)arg;
	shim_begin(state);
	shim_label(state, "claimed");
	shim_end(state, 1000, 1.0);
}

static void
refuse(struct shim_state *state, void *arg)
{
	(void)arg;
	shim_fail(state, "refused on purpose");
}

int
main(int argc, char **argv)
{
	static struct counted one, two;
	struct shim *b;

	b = shim_register("add/one", add, &one);
	shim_arg(b, "amount", 1);
	shim_threads(b, 2);
	shim_setup(b, set_up, tear_down);
	shim_min_time(b, 0.01);

	b = shim_register("add/two", add, &two);
	shim_arg(b, "amount", 2);
	shim_threads(b, 2);
	shim_setup(b, set_up, tear_down);
	shim_turns(b, 1000);

	shim_itself(shim_register("claim/made/threads:2", claim, 0));
	shim_register("refuse/it", refuse, 0);
	shim_context("told", "yes");
	if (argc > 1 && argv[1][0] != '-') {
		shim_order((uint64_t)(argv[1][0] - '0'), 4);
		argv[1] = argv[0];
		argv++, argc--;
	}
	return shim_main(argc, argv);
}
