/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ThreadSanitizer must not take for order, and what it must: two threads
 * that meet in one thing only, and write the same word.
 *
 *	A				B
 *	word = 1
 *	its part of the meeting		until A has done it (not seen)
 *					its part of the meeting
 *					word = 2
 *
 * The second store must be reported if the meeting orders nothing, and must not
 * be if it does.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pmap_sim/kern_lock.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/unseen.h"
#include "stress/build.h"
#include "stress/model.h"
#include "stress/verdict.h"

#define PAGE ((vm_offset_t)0x10000)

struct meeting {
	struct machine *m;
	struct kern_lock lock;
	struct model_space *space;
	struct model_view a, b;
	int flag;          /* atomic; seen */
	int a_has_met;     /* atomic; not seen */
	volatile int word; /* on purpose not */
};

UNSEEN_BEGIN

static void
tell(struct meeting *meeting)
{
	sync_store(&meeting->a_has_met, 1);
}

static void
be_second(struct meeting *meeting)
{
	while (!sync_load(&meeting->a_has_met))
		usleep(1000);
}

static boolean_t
somebody_waits(struct meeting *meeting)
{
	return event_waiters(meeting->m, meeting) != 0;
}

UNSEEN_END

/* --- The memory model ---------------------------------------------------- */

static void
store_into_model(struct meeting *meeting)
{
	struct model_write write;

	model_write_begin(&write, meeting->space, &meeting->a, PAGE);
}

static void
read_from_model(struct meeting *meeting)
{
	uint64_t tag = (uint64_t)meeting->a.writer * MODEL_SEQUENCE | 1;
	char why[MODEL_WHY];

	while (!model_read(meeting->space, &meeting->b, PAGE, tag, why))
		usleep(1000);
}

static void
set_flag(struct meeting *meeting)
{
	sync_store(&meeting->flag, 1);
}

static void
see_flag(struct meeting *meeting)
{
	while (!sync_load(&meeting->flag))
		continue;
}

/* --- Map locks ----------------------------------------------------------- */

static void
read_under_lock(struct meeting *meeting)
{
	lock_read(&meeting->lock);
	lock_done(&meeting->lock);
}

static void
try_read_under_lock(struct meeting *meeting)
{
	if (lock_try_read(&meeting->lock))
		lock_done(&meeting->lock);
}

static void
write_under_lock(struct meeting *meeting)
{
	lock_write(&meeting->lock);
	lock_done(&meeting->lock);
}

static void
try_write_under_lock(struct meeting *meeting)
{
	if (lock_try_write(&meeting->lock))
		lock_done(&meeting->lock);
}

static void
upgrade_under_lock(struct meeting *meeting)
{
	lock_read(&meeting->lock);
	if (!lock_read_to_write(&meeting->lock))
		lock_done(&meeting->lock);
}

static void
downgrade_under_lock(struct meeting *meeting)
{
	lock_write(&meeting->lock);
	lock_write_to_read(&meeting->lock);
}

/* --- Events -------------------------------------------------------------- */

static void
wake_nobody(struct meeting *meeting)
{
	thread_wakeup(meeting->m, meeting);
}

static void
wake_somebody(struct meeting *meeting)
{
	while (!somebody_waits(meeting))
		usleep(1000);
	thread_wakeup(meeting->m, meeting);
}

static void
sleep_on_event(struct meeting *meeting)
{
	cpu_attach(meeting->m, 1);
	assert_wait_at(meeting, "sleep_on_event");
	thread_block();
	cpu_detach();
}

static void
wait_for_nothing(struct meeting *meeting)
{
	cpu_attach(meeting->m, 1);
	assert_wait_at(meeting, "wait_for_nothing");
	clear_wait();
	cpu_detach();
}

/* --- RCU ----------------------------------------------------------------- */

static struct sync_rcu_head retired;
static struct meeting *retired_from;

static void
do_nothing(struct sync_rcu_head *head)
{
	(void)head;
}

static void
come_and_go(struct meeting *meeting)
{
	(void)meeting;
	sync_rcu_thread_init();
	sync_rcu_thread_fini();
}

static void
pass_section(struct meeting *meeting)
{
	(void)meeting;
	sync_rcu_thread_init();
	sync_rcu_enter();
	sync_rcu_enter();
	sync_rcu_exit();
	sync_rcu_exit();
	sync_rcu_thread_fini();
}

static void
retire_something(struct meeting *meeting)
{
	(void)meeting;
	sync_rcu_retire(&retired, do_nothing);
}

static void
flag_on_reclaim(struct sync_rcu_head *head)
{
	(void)head;
	set_flag(retired_from);
}

static void
retire_flag(struct meeting *meeting)
{
	retired_from = meeting;
	sync_rcu_retire(&retired, flag_on_reclaim);
}

/* Begun before the retirement, although one inside it began after. */
static void
write_in_old_section(struct meeting *meeting)
{
	sync_rcu_thread_init();
	sync_rcu_enter();
	retire_flag(meeting);
	sync_rcu_enter();
	sync_rcu_exit();
	meeting->word = 1;
	sync_rcu_exit();
	sync_rcu_thread_fini();
}

static void
write_in_new_section(struct meeting *meeting)
{
	sync_rcu_thread_init();
	retire_flag(meeting);
	sync_rcu_enter();
	meeting->word = 1;
	sync_rcu_exit();
	sync_rcu_thread_fini();
}

static void
pass_barrier(struct meeting *meeting)
{
	(void)meeting;
	sync_rcu_barrier();
}

/* --- All ----------------------------------------------------------------- */

typedef void meet_t(struct meeting *meeting);

static const struct {
	const char *what;
	meet_t *a, *b;
	boolean_t at_once; /* B does not wait for A's part to be done */
	boolean_t ordered;
} meetings[] = {
	{ "an atomic", set_flag, see_flag, TRUE, TRUE },
	{ "the model", store_into_model, read_from_model, TRUE, FALSE },
	{ "reads of a map", read_under_lock, read_under_lock, FALSE, FALSE },
	{ "tried reads of a map", try_read_under_lock, try_read_under_lock,
	    FALSE, FALSE },
	{ "write, read", write_under_lock, read_under_lock, FALSE, TRUE },
	{ "write, tried read", write_under_lock, try_read_under_lock, FALSE,
	    TRUE },
	{ "read, write", read_under_lock, write_under_lock, FALSE, TRUE },
	{ "read, tried write", read_under_lock, try_write_under_lock, FALSE,
	    TRUE },
	{ "read, upgrade", read_under_lock, upgrade_under_lock, FALSE, TRUE },
	{ "upgrade, read", upgrade_under_lock, read_under_lock, FALSE, TRUE },
	{ "downgrade, read", downgrade_under_lock, read_under_lock, FALSE,
	    TRUE },
	{ "wakeups of nobody", wake_nobody, wake_nobody, FALSE, FALSE },
	{ "a wakeup, then a wait", wake_nobody, wait_for_nothing, FALSE,
	    FALSE },
	{ "a wakeup of a sleeper", wake_somebody, sleep_on_event, TRUE, TRUE },
	{ "RCU's readers known", come_and_go, come_and_go, FALSE, FALSE },
	{ "sections", pass_section, pass_section, FALSE, FALSE },
	{ "a section, then a retirement", pass_section, retire_something, FALSE,
	    FALSE },
	{ "a retirement, then a section", retire_something, pass_section, FALSE,
	    TRUE },
	{ "a section, then a barrier", pass_section, pass_barrier, FALSE,
	    TRUE },
	{ "a barrier, then a section", pass_barrier, pass_section, FALSE,
	    TRUE },
	{ "an old section, then a callback", write_in_old_section, see_flag,
	    TRUE, TRUE },
	{ "a new section, then a callback", write_in_new_section, see_flag,
	    TRUE, FALSE },
};

#define MEETINGS (sizeof(meetings) / sizeof(meetings[0]))

static unsigned now; /* which meeting this process is */

static void *
meeting_a(void *arg)
{
	struct meeting *meeting = arg;

	meeting->word = 1;
	meetings[now].a(meeting);
	tell(meeting);
	return NULL;
}

static void *
meeting_b(void *arg)
{
	struct meeting *meeting = arg;

	if (!meetings[now].at_once)
		be_second(meeting);
	meetings[now].b(meeting);
	meeting->word = 2;
	return NULL;
}

static void
meet(void)
{
	static struct meeting meeting;
	struct machine_config config = { .cpus = 2, .frames = 4 };
	struct model_object *memory = model_object_memory(1);
	struct region region = {
		.start = PAGE,
		.end = PAGE + PAGE_SIZE,
		.backing = memory,
		.prot = VM_PROT_READ | VM_PROT_WRITE,
		.shared = TRUE,
	};
	pthread_t a, b;

	meeting.m = machine_create(&config);
	meeting.space = model_space_create(FALSE);
	lock_init(meeting.m, &meeting.lock);
	model_map(meeting.space, region);
	model_view_init(&meeting.a, 1, 1, 1, NULL);
	model_view_init(&meeting.b, 2, 1, 1, NULL);
	pthread_create(&b, NULL, meeting_b, &meeting);
	pthread_create(&a, NULL, meeting_a, &meeting);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	model_view_fini(&meeting.a);
	model_view_fini(&meeting.b);
	model_space_free(meeting.space);
	model_object_free(memory);
	machine_destroy(meeting.m);
}

/* The status of a process in which they meet. */
static int
meet_apart(void)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();

	if (child == 0) {
		if (!meetings[now].ordered)
			(void)freopen("/dev/null", "w", stderr);
		meet();
		exit(0); /* or with what the sanitizer makes of it */
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(void)
{
	int wrong = 0;

	if (BUILD_SANITIZER[0] != 't') {
		puts("skipped: only for ThreadSanitizer");
		return STATUS_SKIPPED;
	}
	for (now = 0; now < MEETINGS; now++) {
		int expected = meetings[now].ordered ? 0 : STATUS_SANITIZER;
		int found = meet_apart();

		printf("%s: expected %d, found %d\n", meetings[now].what,
		    expected, found);
		wrong += found != expected;
	}
	return wrong == 0 ? 0 : 1;
}
