/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W19: objects are looked up while one thread makes and terminates others in
 * the same table, as fast as it can.  An operation is a lookup; what the writer
 * does is not counted.  On one thread there is no writer, to compare with.
 *
 * every:N each thread, the writer too, begins an operation no sooner than N ns
 * after the one before, so that what a lookup waited for the writer is what all
 * that were due meanwhile waited, too.  It is measured for latencies only: in a
 * loop without a clock nobody could keep to it.
 */
static const struct variant lookup_written_variants[] = {
	{ "objects:64/cache:0", TIER_NAMED },
	{ "objects:64/cache:0/every:1000", TIER_FULL },
	{ 0 },
};

/* The last thread writes, if it is not the only one.  Its own vnodes; those
 * of the first thread are everybody's to read. */
static uint64_t
lookup_written_turn(void *arg, uint64_t n)
{
	struct filer *mine = arg;
	struct files *files = mine->files;
	struct filer *first = &files->filers[0];
	struct vm *vm = files->world.vm;

	if (mine->number != 0 && mine->number == files->world.threads - 1) {
		for (uint64_t i = 0; i < n; i++)
			filer_churn(mine);
		return 0;
	}
	for (uint64_t i = 0; i < n; i++) {
		vm_object_t object =
		    first->held[random_below(&mine->random, files->objects)];
		vm_object_t found =
		    vm_object_lookup(vm, sync_load_relaxed(&object->pager));

		mine->wrong += found != object;
		vm_object_deallocate(vm, found);
	}
	return n;
}

/* The first thread's objects are there before anyone comes. */
static struct world *
lookup_written_open(const struct request *request)
{
	struct files *files = files_make(request, false);

	if (files == NULL)
		return NULL;
	cpu_attach(files->world.machine, files->world.threads);
	for (unsigned i = 0; i < files->objects; i++)
		filer_churn(&files->filers[0]);
	cpu_detach();
	return (struct world *)files;
}

static const struct loop lookup_written = {
	.workload = "W19",
	.operation = "lookup_written",
	.sentence = "a lookup, while one thread makes and ends other objects",
	.variants = lookup_written_variants,
	.unlike = true,
	FILES_LOOP(lookup_written_open, lookup_written_turn),
};
