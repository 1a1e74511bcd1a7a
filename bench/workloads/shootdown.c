/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W15, counted: an address space is changed while another CPU sits in it.
 *
 *	by:unmap	an operation maps `pages`, writes them and unmaps them
 *	by:protect	takes the right to write from them, gives it back and
 *			writes them
 *	by:fork		copies the space, writes each of them, which ends its
 *			being shared, and lets the copy go
 */
static const struct variant shootdown_variants[] = {
	{ "by:unmap/pages:16", TIER_SMOKE },
	{ "by:unmap/pages:1", TIER_NAMED },
	{ "by:protect/pages:16", TIER_NAMED },
	{ "by:fork/pages:16", TIER_NAMED },
	{ 0 },
};

static void
shootdown_sit(struct pair *pair)
{
	if (curcpu()->space != pair->space)
		vmspace_activate(pair->world.vm, pair->space);
}

static struct world *
shootdown_open(const struct request *request)
{
	struct pair *pair = pair_open(request);

	if (pair == NULL)
		return NULL;
	cpu_attach(pair->world.machine, PAIR_CPUS);
	pair->space = vmspace_alloc(pair->world.vm);
	cpu_detach();
	if (pair->space == NULL)
		need_failed();
	pair->sign = EVENT_ipis;
	pair->get_in = shootdown_sit;
	return pair_begin(pair);
}

static vm_offset_t
shootdown_map(struct pair *pair, vm_size_t size)
{
	vm_offset_t at = PAGE_SIZE;

	pair->wrong += vm_mmap(pair->world.vm, pair->space, &at, size,
			   VM_PROT_READ | VM_PROT_WRITE,
			   MAP_PRIVATE_ | MAP_ANON_, NULL, 0) != KERN_SUCCESS;
	return at;
}

/* Each by itself, so that the other CPU has done with one before the next. */
static void
shootdown_write(struct pair *pair, vm_offset_t at, vm_size_t size)
{
	for (vm_offset_t page = at; page < at + size; page += PAGE_SIZE) {
		pair_ask(pair);
		pair->wrong += cpu_store(page, page) != KERN_SUCCESS;
		pair_done(pair);
	}
}

static void
shootdown_unmap(struct pair *pair, vm_size_t size)
{
	vm_offset_t at = shootdown_map(pair, size);

	shootdown_write(pair, at, size);
	pair_ask(pair);
	pair->wrong +=
	    vm_munmap(pair->world.vm, pair->space, at, size) != KERN_SUCCESS;
	pair_done(pair);
}

static void
shootdown_protect_as(struct pair *pair, vm_size_t size, vm_prot_t protection)
{
	pair_ask(pair);
	pair->wrong += vm_mprotect(pair->world.vm, pair->space, pair->kept,
			   size, protection) != KERN_SUCCESS;
	pair_done(pair);
}

static void
shootdown_protect(struct pair *pair, vm_size_t size)
{
	shootdown_protect_as(pair, size, VM_PROT_READ);
	shootdown_protect_as(pair, size, VM_PROT_READ | VM_PROT_WRITE);
	shootdown_write(pair, pair->kept, size);
}

static void
shootdown_fork(struct pair *pair, vm_size_t size)
{
	struct vmspace *child;

	pair_ask(pair);
	child = vmspace_fork(pair->world.vm, pair->space);
	pair_done(pair);
	if (child == NULL)
		need_failed();
	shootdown_write(pair, pair->kept, size);
	pair_ask(pair);
	vmspace_free(pair->world.vm, child);
	pair_done(pair);
}

static uint64_t
shootdown_turn(void *arg, uint64_t n)
{
	struct pair *pair = arg;
	vm_size_t size = ptoa(args_number(pair->args, "pages", 1));

	(void)n;
	if (pair->kept == 0) {
		vmspace_activate(pair->world.vm, pair->space);
		pair->kept = shootdown_map(pair, size);
		shootdown_write(pair, pair->kept, size);
	}
	for (unsigned i = 0; i < PAIR_TURN; i++)
		if (args_have(pair->args, "by", "unmap"))
			shootdown_unmap(pair, size);
		else if (args_have(pair->args, "by", "protect"))
			shootdown_protect(pair, size);
		else
			shootdown_fork(pair, size);
	return PAIR_TURN;
}

static const struct loop shootdown = {
	.workload = "W15",
	.operation = "shootdown",
	.sentence = "a space is changed while another CPU sits in it",
	.variants = shootdown_variants,
	PAIR_LOOP(shootdown_open, shootdown_turn),
};
