/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W14: memory is written over and over, page after page, of which there is more
 * than there are frames: the pageout daemon, on a CPU and a thread of its own,
 * writes to swap what will be wanted again.  An operation is a fault, with the
 * read from swap that it mostly takes; a store that finds its page is none. For
 * a thread whose pages have all stayed comes by so often that they stay, while
 * another one's go: it would have nearly all stores, and do no paging.
 *
 * Each word is read before it is written again: a page that comes back from
 * swap other than it went is a violation.
 *
 * The daemon's thread is not pinned, and runs beside those that are: with as
 * many threads as processors it takes its time from them.
 */
static const struct variant pageout_variants[] = {
	{ "frames:2048/overcommit:110", TIER_NAMED },
	{ "frames:2048/overcommit:200", TIER_FULL },
	{ 0 },
};

#define PAGEOUT_THREADS 1 /* the daemon's */

struct pageouts {
	struct machine *machine;
	struct vm *vm;
	char *swap_path;
	pthread_t daemon;
	unsigned threads;
	unsigned pages; /* of each thread */
	uint64_t wrong; /* atomic */
};

struct pageout {
	struct pageouts *world;
	struct vmspace *space;
	vm_offset_t at;
	unsigned next;  /* page */
	uint64_t round; /* that it has been written in, from 1 */
	uint64_t wrong;
};

static void *
pageout_daemon(void *arg)
{
	struct pageouts *world = arg;

	cpu_attach(world->machine, world->threads + 1);
	vm_pageout(world->vm);
	cpu_detach();
	return NULL;
}

static boolean_t
pageout_boot(struct pageouts *world, unsigned frames)
{
	unsigned cpus = world->threads + 1 + PAGEOUT_THREADS;
	struct machine_config machine = { .cpus = cpus,
		.frames = frames,
		.fixed_bytes = vm_fixed_bytes(frames, cpus) };
	struct vm_config config = { .swap_path = world->swap_path,
		.swap_async = TRUE };

	world->machine = machine_create(&machine);
	if (world->machine == NULL)
		return FALSE;
	cpu_attach(world->machine, world->threads);
	world->vm = vm_create(world->machine, &config);
	cpu_detach();
	return world->vm != NULL &&
	       pthread_create(&world->daemon, NULL, pageout_daemon, world) == 0;
}

static struct world *
pageout_open(const struct request *request)
{
	struct pageouts *world = need_zeroed(1, sizeof(*world));
	unsigned frames = (unsigned)args_number(request->args, "frames", 1024);
	unsigned percent =
	    (unsigned)args_number(request->args, "overcommit", 110);

	world->threads = request->threads;
	world->pages = frames * percent / 100 / world->threads;
	world->swap_path = need_printf(
	    "%s/vmrace-bench-swap-%ld", temporary_directory(), (long)getpid());
	if (pageout_boot(world, frames))
		return (struct world *)world;
	fputs("vmrace: no memory, thread or swap file for W14\n", stderr);
	return NULL;
}

static void *
pageout_enter(struct world *opaque, unsigned thread)
{
	struct pageouts *world = (struct pageouts *)opaque;
	struct pageout *mine = need_aligned(64, 1, sizeof(*mine));

	mine->world = world;
	mine->at = PAGE_SIZE;
	cpu_attach(world->machine, thread);
	mine->space = vmspace_alloc(world->vm);
	if (mine->space == NULL ||
	    vm_mmap(world->vm, mine->space, &mine->at, ptoa(world->pages),
		VM_PROT_READ | VM_PROT_WRITE, MAP_PRIVATE_ | MAP_ANON_, NULL,
		0) != KERN_SUCCESS)
		need_failed();
	vmspace_activate(world->vm, mine->space);
	return mine;
}

static void
pageout_leave(void *arg)
{
	struct pageout *mine = arg;

	vmspace_activate(mine->world->vm, NULL);
	vmspace_free(mine->world->vm, mine->space);
	cpu_detach();
	(void)sync_add(&mine->world->wrong, mine->wrong);
	free(mine);
}

static uint64_t
pageout_turn(void *arg, uint64_t n)
{
	struct pageout *mine = arg;
	unsigned long before = curcpu()->faults;

	for (uint64_t i = 0; i < n; i++) {
		vm_offset_t va = mine->at + ptoa(mine->next);
		uint64_t value = 0;

		mine->wrong +=
		    cpu_load(va, &value) != KERN_SUCCESS ||
		    value != (mine->round != 0 ? mine->round + mine->next : 0);
		mine->wrong +=
		    cpu_store(va, mine->round + 1 + mine->next) != KERN_SUCCESS;
		if (++mine->next == mine->world->pages) {
			mine->next = 0;
			mine->round++;
		}
	}
	return curcpu()->faults - before;
}

static void
pageout_close(struct world *opaque, struct aftermath *after)
{
	struct pageouts *world = (struct pageouts *)opaque;
	struct vm_world rest = { .machine = world->machine,
		.vm = world->vm,
		.threads = world->threads };

	cpu_attach(world->machine, world->threads);
	vm_pageout_stop(world->vm);
	cpu_idle_enter();
	pthread_join(world->daemon, NULL);
	cpu_idle_exit();
	vm_world_wrong(after, world->wrong,
	    "a page was refused, or came back other than it went");
	vm_world_check(&rest, after);
	vm_world_close(&rest, after);
	free(world->swap_path);
	free(world);
}

static const struct loop pageout = {
	.workload = "W14",
	.operation = "pageout",
	.sentence = "a fault on memory that there are too few frames for",
	.variants = pageout_variants,
	.open = pageout_open,
	.close = pageout_close,
	.enter = pageout_enter,
	.leave = pageout_leave,
	.rest = files_rest,
	.wake = files_wake,
	.turn = pageout_turn,
};
