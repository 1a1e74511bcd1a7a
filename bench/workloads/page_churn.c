/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W13: pages of an object of each thread's own are allocated, activated,
 * deactivated and freed, `batch` of them under one hold of the page queues:
 * what the queues themselves cost, and what taking them once for many saves. An
 * operation is one page's round.
 */
static const struct variant page_churn_variants[] = {
	{ "batch:1", TIER_NAMED },
	{ "batch:16", TIER_NAMED },
	{ "batch:63", TIER_FULL },
	{ 0 },
};

#define PAGE_CHURN_MOST 63u
#define PAGE_CHURN_ROOM 512u /* frames a thread may keep back */

struct page_churns {
	struct vm_world world;
	unsigned batch;
	uint64_t wrong; /* atomic */
};

struct page_churner {
	struct page_churns *churns;
	vm_object_t object;
	vm_page_t pages[PAGE_CHURN_MOST];
	uint64_t wrong;
};

static struct world *
page_churn_open(const struct request *request)
{
	struct page_churns *churns = need_zeroed(1, sizeof(*churns));
	struct vm_config config = { 0 };

	churns->batch = (unsigned)args_number(request->args, "batch", 1);
	if (churns->batch > PAGE_CHURN_MOST)
		fprintf(stderr, "vmrace bench: W13: a batch is at most %u\n",
		    PAGE_CHURN_MOST);
	else if (vm_world_open(&churns->world, request,
		     PAGE_CHURN_ROOM * (request->threads + 1), &config))
		return (struct world *)churns;
	free(churns);
	return NULL;
}

static void *
page_churn_enter(struct world *world, unsigned thread)
{
	struct page_churner *mine = need_aligned(64, 1, sizeof(*mine));

	mine->churns = (struct page_churns *)world;
	cpu_attach(mine->churns->world.machine, thread);
	mine->object = vm_object_allocate(
	    mine->churns->world.vm, ptoa(mine->churns->batch));
	if (mine->object == NULL)
		need_failed();
	return mine;
}

static void
page_churn_leave(void *arg)
{
	struct page_churner *mine = arg;

	vm_object_deallocate(mine->churns->world.vm, mine->object);
	(void)sync_add(&mine->churns->wrong, mine->wrong);
	cpu_detach();
	free(mine);
}

/* Resident and nobody's, as after a fault. */
static unsigned
page_churn_allocate(struct page_churner *mine)
{
	struct vm *vm = mine->churns->world.vm;
	unsigned count = 0;

	for (; count < mine->churns->batch; count++) {
		vm_page_t page = vm_page_alloc(vm, mine->object, ptoa(count));

		if (page == NULL)
			break;
		VM_PAGE_FLAG(page, flags, PG_FAKE, 0);
		PAGE_WAKEUP(page);
		mine->pages[count] = page;
	}
	return count;
}

static uint64_t
page_churn_turn(void *arg, uint64_t n)
{
	struct page_churner *mine = arg;
	struct vm *vm = mine->churns->world.vm;
	uint64_t done = 0;

	while (done < n) {
		unsigned count;

		vm_object_lock(mine->object);
		count = page_churn_allocate(mine);
		vm_page_lock_queues();
		for (unsigned i = 0; i < count; i++)
			vm_page_activate(vm, mine->pages[i]);
		vm_page_unlock_queues();
		vm_page_lock_queues();
		for (unsigned i = 0; i < count; i++)
			vm_page_deactivate(vm, mine->pages[i]);
		vm_page_unlock_queues();
		vm_page_lock_queues();
		for (unsigned i = 0; i < count; i++)
			vm_page_free(vm, mine->pages[i]);
		vm_page_unlock_queues();
		vm_object_unlock(mine->object);
		mine->wrong += count != mine->churns->batch;
		done += mine->churns->batch;
	}
	return done;
}

static void
page_churn_close(struct world *world, struct aftermath *after)
{
	struct page_churns *churns = (struct page_churns *)world;

	vm_world_wrong(after, churns->wrong, "there was no frame");
	cpu_attach(churns->world.machine, churns->world.threads);
	vm_world_check(&churns->world, after);
	vm_world_close(&churns->world, after);
	free(churns);
}

static const struct loop page_churn = {
	.workload = "W13",
	.operation = "page_churn",
	.sentence = "a page: allocated, activated, deactivated, freed",
	.variants = page_churn_variants,
	.open = page_churn_open,
	.close = page_churn_close,
	.enter = page_churn_enter,
	.leave = page_churn_leave,
	.rest = files_rest,
	.wake = files_wake,
	.turn = page_churn_turn,
	.counts = true,
};
