/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RCU used wrongly in seven ways, and rightly: does ThreadSanitizer see it
 * through the annotations of pmap_sim/sync_rcu_tsan.c?
 *
 * Two readers and two writers share one shelf: an object that writers replace,
 * and a chain of nodes as in core/'s pager hash.  `right` takes every path of
 * the wrong ones, rightly, and must be silent; each of the others errs in one
 * place, the one that its name is tested at.
 *
 * A run is a process, and ends at the first report.  Without an argument: RUNS
 * runs of each; a bug counts as caught from CAUGHT on, `right` may not be
 * reported once.  With a name: one run of it here, to read the report.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pmap_sim/sync.h"
#include "stress/build.h"
#include "stress/verdict.h"

#define RUNS    10
#define CAUGHT  8
#define READERS 2
#define WRITERS 2
#define ROUNDS  500 /* of a writer */
#define SLOW    250 /* of them, one that waits for a barrier */
#define NODES   8

enum bug {
	RIGHT,
	FREED_AT_ONCE,
	WRITTEN_EARLY,
	BARE_COUNTER,
	KEPT_POINTER,
	NO_SECTION,
	NO_WAIT,
	NODE_FREED_AT_ONCE,
	BUGS
};

static const struct {
	const char *name, *what;
} bugs[BUGS] = {
	[RIGHT] = { "right", "no bug" },
	[FREED_AT_ONCE] = { "freed-at-once", "freed, not retired" },
	[WRITTEN_EARLY] = { "written-early",
	    "written to before it is retired" },
	[BARE_COUNTER] = { "bare-counter", "a callback counts without a lock" },
	[KEPT_POINTER] = { "kept-pointer", "used after its section" },
	[NO_SECTION] = { "no-section", "read in no section" },
	[NO_WAIT] = { "no-wait", "freed without waiting for the sections" },
	[NODE_FREED_AT_ONCE] = { "node-freed-at-once",
	    "a node off its chain is freed, not retired" },
};

static enum bug bug; /* of this process */

/* What is found by pointer, and read in a section. */
struct object {
	struct sync_rcu_head retired; /* first */
	struct object *next;          /* (a) in a chain */
	long value;                   /* written before it is published */
};

static struct {
	struct sync_spin lock;  /* of writers */
	struct object *current; /* (a) written under lock */
	struct object *slow;    /* (a) the same; its writer waits */
	struct object *chain;   /* (a) links written under lock */
	struct sync_spin count_lock;
	long live;        /* under count_lock */
	unsigned reading; /* (a) readers that have begun */
	unsigned writing; /* (a) writers that are not done */
} shelf;

/* --- Objects -------------------------------------------------------------- */

static void
count(long by)
{
	sync_spin_take(&shelf.count_lock);
	shelf.live += by;
	sync_spin_drop(&shelf.count_lock);
}

static struct object *
object_new(long value)
{
	struct object *object = malloc(sizeof(*object));

	if (object == NULL)
		abort();
	object->next = NULL;
	object->value = value;
	count(1);
	return object;
}

static void
object_free(struct sync_rcu_head *head)
{
	if (bug == BARE_COUNTER)
		shelf.live--;
	else
		count(-1);
	free(head);
}

/* --- Readers -------------------------------------------------------------- */

static void
enter(void)
{
	if (bug != NO_SECTION)
		sync_rcu_enter();
}

static void
leave(void)
{
	if (bug != NO_SECTION)
		sync_rcu_exit();
}

static long
read_current(void)
{
	struct object *object;
	long value;

	enter();
	object = sync_load(&shelf.current);
	value = object->value;
	leave();
	if (bug == KEPT_POINTER) {
		sched_yield();
		value += object->value;
	}
	return value;
}

/* One section around another: the outer one counts. */
static long
read_slow(void)
{
	struct object *object;
	long value;

	enter();
	object = sync_load(&shelf.slow);
	enter();
	value = object->value;
	leave();
	value += object->value;
	leave();
	return value;
}

static long
read_chain(void)
{
	long value = 0;

	enter();
	for (struct object *node = sync_load(&shelf.chain); node != NULL;
	     node = sync_load(&node->next))
		value += node->value;
	leave();
	return value;
}

static void *
reader(void *arg)
{
	volatile long sum = 0;

	(void)arg;
	sync_rcu_thread_init();
	sum += read_current() + read_slow() + read_chain();
	sync_count(&shelf.reading);
	while (sync_load_relaxed(&shelf.writing) > 0) {
		sum += read_current() + read_slow() + read_chain();
		sched_yield();
	}
	sync_rcu_thread_fini();
	return NULL;
}

/* --- Writers -------------------------------------------------------------- */

static struct object *
replace(struct object **place, struct object *object)
{
	struct object *old;

	sync_spin_take(&shelf.lock);
	old = sync_load_relaxed(place);
	sync_store(place, object);
	sync_spin_drop(&shelf.lock);
	return old;
}

static void
replace_current(long value)
{
	struct object *old = replace(&shelf.current, object_new(value));

	if (bug == WRITTEN_EARLY)
		old->value = -1;
	if (bug == FREED_AT_ONCE)
		object_free(&old->retired);
	else
		sync_rcu_retire(&old->retired, object_free);
}

static void
replace_slow(long value)
{
	struct object *old = replace(&shelf.slow, object_new(value));

	if (bug != NO_WAIT)
		sync_rcu_barrier();
	old->value = -1;
	object_free(&old->retired);
}

/* The last node goes, another comes first. */
static void
rotate_chain(long value)
{
	struct object *node = object_new(value), *old, **link = &shelf.chain;

	sync_spin_take(&shelf.lock);
	while ((old = sync_load_relaxed(link))->next != NULL)
		link = &old->next;
	sync_store(link, NULL);
	node->next = sync_load_relaxed(&shelf.chain);
	sync_store(&shelf.chain, node);
	sync_spin_drop(&shelf.lock);
	if (bug == NODE_FREED_AT_ONCE)
		object_free(&old->retired);
	else
		sync_rcu_retire(&old->retired, object_free);
}

static void *
writer(void *arg)
{
	(void)arg;
	while (sync_load_relaxed(&shelf.reading) < READERS)
		sched_yield(); /* a meeting that orders nothing */
	for (long i = 0; i < ROUNDS; i++) {
		replace_current(i);
		rotate_chain(i);
		if (i % SLOW == 0)
			replace_slow(i);
		if (i % 10 == 0)
			sched_yield();
	}
	(void)sync_add(&shelf.writing, -1);
	return NULL;
}

/* --- A run ---------------------------------------------------------------- */

static void
fill(void)
{
	sync_spin_init(&shelf.lock);
	sync_spin_init(&shelf.count_lock);
	shelf.writing = WRITERS;
	shelf.current = object_new(0);
	shelf.slow = object_new(0);
	for (int i = 0; i < NODES; i++) {
		struct object *node = object_new(i);

		node->next = shelf.chain;
		shelf.chain = node;
	}
}

/* 0, or what the sanitizer makes of it. */
static int
run(void)
{
	pthread_t threads[READERS + WRITERS];

	fill();
	for (int i = 0; i < READERS + WRITERS; i++)
		if (pthread_create(&threads[i], NULL,
			i < READERS ? reader : writer, NULL) != 0)
			abort();
	for (int i = 0; i < READERS + WRITERS; i++)
		pthread_join(threads[i], NULL);
	sync_rcu_barrier();
	/* Nobody is left: what the callbacks wrote can be read plainly. */
	if (shelf.live != 2 + NODES) {
		fprintf(stderr, "%ld objects are left, not %d\n", shelf.live,
		    2 + NODES);
		return STATUS_VIOLATION;
	}
	return 0;
}

/* The status of a process that does it; a report there is not for reading. */
static int
run_apart(void)
{
	const char *given = getenv("TSAN_OPTIONS");
	char options[4096];
	int status = -1;
	pid_t child;

	snprintf(options, sizeof(options), "%s halt_on_error=1 symbolize=0",
	    given != NULL ? given : "");
	fflush(stdout);
	child = fork();
	if (child == 0) {
		setenv("TSAN_OPTIONS", options, 1);
		if (bug != RIGHT)
			(void)freopen("/dev/null", "w", stderr);
		execl("/proc/self/exe", "test_rcu_bugs", bugs[bug].name, NULL);
		_exit(STATUS_NOT_STARTED);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* TRUE if it went as it should. */
static bool
judge(void)
{
	int reported = 0, silent = 0;

	for (int i = 0; i < RUNS; i++) {
		int status = run_apart();

		reported += status == STATUS_SANITIZER;
		silent += status == 0;
	}
	printf("%-20s %-45s %d of %d\n", bugs[bug].name, bugs[bug].what,
	    reported, RUNS);
	return bug == RIGHT ? silent == RUNS : reported >= CAUGHT;
}

int
main(int argc, char **argv)
{
	bool good = true;

	if (BUILD_SANITIZER[0] != 't') {
		puts("skipped: only for ThreadSanitizer");
		return STATUS_SKIPPED;
	}
	for (bug = RIGHT; argc > 1 && bug < BUGS; bug++)
		if (strcmp(argv[1], bugs[bug].name) == 0)
			return run();
	if (argc > 1) {
		fprintf(stderr, "no bug is called '%s'\n", argv[1]);
		return STATUS_MISUSE;
	}
	for (bug = RIGHT; bug < BUGS; bug++)
		good &= judge();
	return good ? 0 : 1;
}
