/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W20, counted: an object is made and ended, and what it leaves is waited for,
 * while another CPU is within a lookup.  It ends that when it sees that it is
 * waited for.
 */
static const struct variant reclaim_read_variants[] = {
	{ "readers:1", TIER_SMOKE },
	{ 0 },
};

LK_UNCHECKED static void
reclaim_read_begin(struct pair *pair)
{
	lk_lookup_begin(&pair->world.vm->lk);
}

LK_UNCHECKED static void
reclaim_read_end(struct pair *pair)
{
	lk_lookup_end(&pair->world.vm->lk);
}

static struct world *
reclaim_read_open(const struct request *request)
{
	struct pair *pair = pair_open(request);

	if (pair == NULL)
		return NULL;
	vnode_init(&pair->vnode, -1, 1, PAGE_SIZE);
	pair->sign = EVENT_graces;
	pair->get_in = reclaim_read_begin;
	pair->get_out = reclaim_read_end;
	return pair_begin(pair);
}

static uint64_t
reclaim_read_turn(void *arg, uint64_t n)
{
	struct pair *pair = arg;
	struct vm *vm = pair->world.vm;

	(void)n;
	for (unsigned i = 0; i < PAIR_TURN; i++) {
		vm_object_t object = NULL;

		pair_ask(pair);
		pair->wrong +=
		    vm_pager_allocate(vm, &pair->vnode, &object) == NULL;
		vm_object_deallocate(vm, object);
		lk_retire_barrier(&vm->lk);
		pair_done(pair);
	}
	return PAIR_TURN;
}

static const struct loop reclaim_read = {
	.workload = "W20",
	.operation = "reclaim_read",
	.sentence = "an object made, ended and freed, while another CPU reads",
	.variants = reclaim_read_variants,
	PAIR_LOOP(reclaim_read_open, reclaim_read_turn),
};
