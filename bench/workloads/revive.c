/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W5: an object is found by its file, and let go for the last time, into the
 * cache, from where the next one takes it.  With more objects than the cache
 * holds, some have been trimmed and are made anew: of 200 drawn at random half
 * are there.
 */
static const struct variant revive_variants[] = {
	{ "objects:64/cache:100", TIER_NAMED },
	{ "objects:200/cache:100", TIER_FULL },
	{ "objects:64/cache:0", TIER_FULL },
	{ 0 },
};

static struct world *
revive_open(const struct request *request)
{
	return (struct world *)files_make(request, true);
}

static uint64_t
revive_turn(void *arg, uint64_t n)
{
	struct filer *mine = arg;
	struct vm *vm = mine->files->world.vm;
	vm_pager_t pager;

	for (uint64_t i = 0; i < n; i++)
		vm_object_deallocate(
		    vm, filer_object(mine,
			    (unsigned)random_below(&mine->random, mine->count),
			    &pager));
	return n;
}

static const struct loop revive = {
	.workload = "W5",
	.operation = "revive",
	.sentence = "a file's object: taken out of the cache, and put back",
	.variants = revive_variants,
	FILES_LOOP(revive_open, revive_turn),
};
