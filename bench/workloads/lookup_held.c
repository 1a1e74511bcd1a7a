/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W20, counted: an object is looked up and let go, as in W1, while another CPU
 * holds a role: that of its pager's identity, of the object, or of the list of
 * cached objects.  Who does not ask for what that CPU has does not meet it.
 */
static const struct variant lookup_held_variants[] = {
	{ "role:identity", TIER_SMOKE },
	{ "role:object", TIER_SMOKE },
	{ "role:cache", TIER_NAMED },
	{ 0 },
};

LK_UNCHECKED static void
lookup_held_identity(struct pair *pair)
{
	lk_identity_enter(&pair->world.vm->lk, pair->pager);
}

LK_UNCHECKED static void
lookup_held_identity_over(struct pair *pair)
{
	lk_identity_exit(&pair->world.vm->lk, pair->pager);
}

LK_UNCHECKED static void
lookup_held_object(struct pair *pair)
{
	lk_object_enter(&pair->world.vm->lk, &pair->object->lk);
}

LK_UNCHECKED static void
lookup_held_object_over(struct pair *pair)
{
	lk_object_exit(&pair->world.vm->lk, &pair->object->lk);
}

LK_UNCHECKED static void
lookup_held_cache(struct pair *pair)
{
	lk_cache_enter(&pair->world.vm->lk);
}

LK_UNCHECKED static void
lookup_held_cache_over(struct pair *pair)
{
	lk_cache_exit(&pair->world.vm->lk);
}

static struct world *
lookup_held_open(const struct request *request)
{
	struct pair *pair = pair_open(request);

	if (pair == NULL)
		return NULL;
	cpu_attach(pair->world.machine, PAIR_CPUS);
	vnode_init(&pair->vnode, -1, 1, PAGE_SIZE);
	pair->pager =
	    vm_pager_allocate(pair->world.vm, &pair->vnode, &pair->object);
	cpu_detach();
	if (pair->pager == NULL)
		need_failed();
	pair->sign = EVENT_contended;
	pair->get_in = lookup_held_identity;
	pair->get_out = lookup_held_identity_over;
	if (args_have(request->args, "role", "object")) {
		pair->get_in = lookup_held_object;
		pair->get_out = lookup_held_object_over;
	} else if (args_have(request->args, "role", "cache")) {
		pair->get_in = lookup_held_cache;
		pair->get_out = lookup_held_cache_over;
	}
	return pair_begin(pair);
}

static uint64_t
lookup_held_turn(void *arg, uint64_t n)
{
	struct pair *pair = arg;

	(void)n;
	for (unsigned i = 0; i < PAIR_TURN; i++) {
		vm_object_t found;

		pair_ask(pair);
		found = vm_object_lookup(pair->world.vm, pair->pager);
		pair_done(pair);
		pair->wrong += found != pair->object;
		pair_ask(pair);
		vm_object_deallocate(pair->world.vm, found);
		pair_done(pair);
	}
	return PAIR_TURN;
}

static const struct loop lookup_held = {
	.workload = "W20",
	.operation = "lookup_held",
	.sentence = "a lookup, and its end, while another CPU holds a role",
	.variants = lookup_held_variants,
	PAIR_LOOP(lookup_held_open, lookup_held_turn),
};
