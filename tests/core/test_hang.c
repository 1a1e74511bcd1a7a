/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watchdog's tale of a VM in which nothing moves any more: real deadlocks,
 * sleeps and loops on the real locks, each in a process of its own, told by a
 * thread that plays no CPU.
 *
 * Two threads: the test's own, CPU 0's, and the rival, CPU 1's.
 */
/* not under: busted */
#include "pmap_sim/hang.h"
#include "tests/core/scene.h"

static vm_object_t object, other;
static struct vmspace *space;
static unsigned arrived; /* atomic */
static struct hang *hang;
static const char *awaited[4]; /* words of the line */

/* --- Staging ------------------------------------------------------------- */

static void
rival_start(struct fixture *fx, void (*body)(struct fixture *fx))
{
	second.body = body;
	second.fx = fx;
	assert_int_equal(
	    pthread_create(&second.thread, NULL, second_play, NULL), 0);
}

/* Until both are here. */
static void
rendezvous(void)
{
	unsigned turns = 0;

	sync_add(&arrived, 1);
	while (sync_load(&arrived) < 2)
		cpu_relax_after(turns++);
}

static boolean_t
line_is_as_awaited(void)
{
	hang_look(hang);
	for (unsigned i = 0; i < 4 && awaited[i] != NULL; i++)
		if (strstr(hang_line(hang), awaited[i]) == NULL)
			return FALSE;
	return TRUE;
}

/* Until the line has the words; then the process ends, telling it all. */
static void *
watch(void *arg)
{
	(void)arg;
	while (!line_is_as_awaited())
		sched_yield();
	hang_write(hang, STDERR_FILENO);
	_exit(SCENE_FAILURE);
}

static void
watch_for(struct fixture *fx, const char *a, const char *b, const char *c)
{
	const struct hang_config config = {
		.machine = fx->machine,
		.strategy = OPS->name,
		.event = OPS->waited,
		.arg = fx->vm,
	};
	pthread_t thread;

	awaited[0] = a;
	awaited[1] = b;
	awaited[2] = c;
	hang = hang_create(&config);
	assert_non_null(hang);
	assert_int_equal(pthread_create(&thread, NULL, watch, NULL), 0);
}

/* The tale must have these words.  Where a sanitizer has something to say of
 * the staged deadlock, too, the status is its own. */
static void
assert_told(scene_t *scene, unsigned long as_found, const char *const *words)
{
	struct outcome o = scene_play(scene, as_found);

	for (; *words != NULL; words++)
		if (strstr(o.said, *words) == NULL) {
			print_error("status %d, without \"%s\":\n%s", o.status,
			    *words, o.said);
			fail();
		}
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* --- Two objects, in opposite order -------------------------------------- */

static void
rival_takes_other_then_object(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	vm_object_lock(other);
	rendezvous();
	vm_object_lock(object);
}

static boolean_t
takes_object_then_other(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	object = vm_object_allocate(vm, PAGE_SIZE);
	other = vm_object_allocate(vm, PAGE_SIZE);
	fprintf(stderr, "object is 0x%lx\n", (unsigned long)(uintptr_t)object);
	watch_for(fx, "deadlock: ", NULL, NULL);
	rival_start(fx, rival_takes_other_then_object);
	vm_object_lock(object);
	rendezvous();
	vm_object_lock(other);
	return FALSE;
}

static void
two_objects_in_opposite_order_are_a_cycle(void **state)
{
	(void)state;
	if (strcmp(OPS->name, "global") == 0)
		skip(); /* one lock has no order */
	assert_told(takes_object_then_other, 0,
	    WORDS("deadlock: cpu ", "'s thread holds object 0x",
		" (takes_object_then_other, core/test_hang.c:",
		" (rival_takes_other_then_object, core/test_hang.c:",
		" and waits for object 0x", ", held by cpu 1's thread in ",
		", held by cpu 0's thread", ", which waits for object 0x",
		"\n    holds object 0x"));
}

/* The object that is named is the one that was locked. */
static void
an_object_is_named_by_its_address(void **state)
{
	char address[32], words[64];
	struct outcome o;

	(void)state;
	if (strcmp(OPS->name, "global") == 0)
		skip();
	o = scene_play(takes_object_then_other, 0);
	assert_int_equal(sscanf(o.said, "object is %31s", address), 1);
	snprintf(
	    words, sizeof(words), "holds object %s (takes_object", address);
	assert_non_null(strstr(o.said, words));
	snprintf(words, sizeof(words), "waits for object %s (rival", address);
	assert_non_null(strstr(o.said, words));
}

/* --- A map and an object ------------------------------------------------- */

static void
rival_takes_object_then_map(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	vm_object_lock(object);
	rendezvous();
	vm_map_lock_read(&space->vm_map);
}

static boolean_t
takes_map_then_queues(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	space = space_up(vm);
	object = vm_object_allocate(vm, PAGE_SIZE);
	watch_for(fx, "deadlock: ", NULL, NULL);
	rival_start(fx, rival_takes_object_then_map);
	vm_map_lock(&space->vm_map);
	rendezvous();
	vm_object_lock(object);
	vm_page_lock_queues();
	return FALSE;
}

static void
a_map_and_an_object_are_a_cycle(void **state)
{
	(void)state;
	assert_told(takes_map_then_queues, 0,
	    WORDS("deadlock: ", " holds map 0x",
		" (takes_map_then_queues, core/test_hang.c:",
		"waits for map 0x",
		" (rival_takes_object_then_map, core/test_hang.c:",
		"waits for object 0x"));
}

/* --- Sleepers ------------------------------------------------------------ */

static void
rival_waits_for_paging(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	vm_object_lock(object);
	vm_object_paging_wait(vm, object);
	vm_object_unlock(object);
}

/* The end of paging wakes nobody, as found (C2). */
static boolean_t
ends_paging_and_leaves(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	object = vm_object_allocate(vm, PAGE_SIZE);
	vm_object_lock(object);
	vm_object_paging_begin(object);
	vm_object_unlock(object);
	second_start(fx, rival_waits_for_paging, object);
	vm_object_lock(object);
	vm_object_paging_end(vm, object);
	vm_object_unlock(object);
	watch_for(fx, "stuck: ", NULL, NULL);
	cpu_detach();
	pthread_join(second.thread, NULL);
	return FALSE;
}

static void
a_sleeper_that_nobody_wakes_is_stuck(void **state)
{
	(void)state;
	assert_told(ends_paging_and_leaves, 1ul << HAZARD_C2,
	    WORDS("stuck: cpu 1's thread waits for paging in object 0x",
		" (0 in progress) (vm_object_paging_wait), and nobody is "
		"left"));
}

static void
rival_begins_paging_and_wants_the_page(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_page_t m;

	vm_object_lock(object);
	m = vm_page_lookup(vm, object, 0);
	vm_object_paging_begin(object);
	vm_object_wait_page(vm, object, m);
	vm_object_unlock(object);
}

/* It has the page busy, and will not end before paging does. */
static boolean_t
has_the_page_and_waits_for_paging(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_page_t m;

	object = vm_object_allocate(vm, PAGE_SIZE);
	vm_object_lock(object);
	m = vm_page_alloc(vm, object, 0);
	vm_object_unlock(object);
	second_start(fx, rival_begins_paging_and_wants_the_page, m);
	watch_for(fx, "deadlock: ", NULL, NULL);
	vm_object_lock(object);
	vm_object_paging_wait(vm, object);
	return FALSE;
}

static void
a_busy_page_and_paging_are_a_cycle(void **state)
{
	(void)state;
	assert_told(has_the_page_and_waits_for_paging, 0,
	    WORDS("deadlock: ", "waits for busy page at 0x0 of object 0x",
		" (vm_object_wait_page)",
		"begun by cpu 0's thread in vm_page_alloc",
		"waits for paging in object 0x", " (1 in progress)",
		"begun by cpu 1's thread in rival_begins_paging"));
}

/* --- Nobody waits -------------------------------------------------------- */

static void
tries_for_ever(struct fixture *fx, vm_object_t o)
{
	struct vm *vm = fx->vm;

	for (;;) {
		vm_object_lock(o);
		vm_object_unlock(o);
		cpu_relax_after(~0u);
	}
}

static void
rival_tries_for_ever(struct fixture *fx)
{
	tries_for_ever(fx, other);
}

static boolean_t
both_try_for_ever(struct fixture *fx)
{
	object = vm_object_allocate(fx->vm, PAGE_SIZE);
	other = vm_object_allocate(fx->vm, PAGE_SIZE);
	watch_for(fx, "livelock: ", "cpu 0's thread runs, last took",
	    "cpu 1's thread runs, last took");
	rival_start(fx, rival_tries_for_ever);
	tries_for_ever(fx, object);
	return FALSE;
}

static void
a_loop_is_a_livelock_with_its_place(void **state)
{
	(void)state;
	assert_told(both_try_for_ever, 0,
	    WORDS("livelock: cpu ",
		"last took object (tries_for_ever, core/test_hang.c:"));
}

/* --- Waits for CPUs and readers ------------------------------------------ */

static void
rival_is_deaf(struct fixture *fx)
{
	OPS->vmspace_activate(fx->vm, space);
	(void)load(HERE);
	rendezvous();
	for (;;)
		sched_yield();
}

static boolean_t
unmaps_under_a_deaf_cpu(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	space = space_up(vm);
	map(vm, space, HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	watch_for(fx, "livelock: ", "cpu 1's thread runs", "; 1 wait");
	rival_start(fx, rival_is_deaf);
	rendezvous();
	(void)OPS->munmap(vm, space, HERE, PAGE_SIZE);
	return FALSE;
}

static void
a_cpu_that_does_not_answer_is_named(void **state)
{
	(void)state;
	assert_told(unmaps_under_a_deaf_cpu, 0,
	    WORDS("cpu 0's thread: waits for cpu 1 to acknowledge a shootdown, "
		  "where is cpu 1's thread",
		"    holds pmap 0x", "    holds map 0x"));
}

static void
rival_never_ends_its_lookup(struct fixture *fx)
{
	lk_lookup_begin(&fx->vm->lk);
	rendezvous();
	for (;;)
		sched_yield();
}

static void
nothing_to_reclaim(struct sync_rcu_head *head)
{
	(void)head;
}

static boolean_t
waits_for_a_grace_period(struct fixture *fx)
{
	static struct sync_rcu_head head;

	watch_for(fx, "livelock: ", "; 1 wait", NULL);
	rival_start(fx, rival_never_ends_its_lookup);
	rendezvous();
	lk_retire(&fx->vm->lk, &head, nothing_to_reclaim);
	lk_retire_barrier(&fx->vm->lk);
	return FALSE;
}

static void
a_reader_that_does_not_end_is_named(void **state)
{
	(void)state;
	if (!LK_LOOKUP_LOCKFREE)
		skip(); /* nothing is retired late */
	assert_told(waits_for_a_grace_period, 0,
	    WORDS(
		"cpu 0's thread: waits for a grace period, held up by cpu 1's "
		"thread in rival_never_ends_its_lookup, core/test_hang.c:",
		"    holds lookup section (rival_never"));
}

#define TOLD(f)                                                                \
	{                                                                      \
#f "/" FACT_STRING(LK_STRATEGY), f, NULL, NULL, NULL           \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TOLD(two_objects_in_opposite_order_are_a_cycle),
		TOLD(an_object_is_named_by_its_address),
		TOLD(a_map_and_an_object_are_a_cycle),
		TOLD(a_sleeper_that_nobody_wakes_is_stuck),
		TOLD(a_busy_page_and_paging_are_a_cycle),
		TOLD(a_loop_is_a_livelock_with_its_place),
		TOLD(a_cpu_that_does_not_answer_is_named),
		TOLD(a_reader_that_does_not_end_is_named),
	};

	return run_exhibits("hang", tests, sizeof(tests) / sizeof(tests[0]));
}
