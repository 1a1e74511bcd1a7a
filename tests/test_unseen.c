/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadSanitizer does not see the memory model: two threads that meet in
 * nothing else race, and it says so.  The same two threads, meeting in an
 * instrumented atomic, do not: the control.
 *
 *	A			B
 *	word = 1
 *	begin a store		read until the model knows of it
 *				word = 2		must be reported
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/build.h"
#include "stress/model.h"
#include "stress/verdict.h"

#define PAGE ((vm_offset_t)0x10000)

struct meeting {
	struct model_space *space;
	struct model_view a, b;
	boolean_t seen;    /* by ThreadSanitizer: meet in `flag` */
	int flag;          /* atomic */
	volatile int word; /* on purpose not */
};

static void *
meeting_a(void *arg)
{
	struct meeting *meeting = arg;
	struct model_write write;

	meeting->word = 1;
	model_write_begin(&write, meeting->space, &meeting->a, PAGE);
	if (meeting->seen)
		__atomic_store_n(&meeting->flag, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *
meeting_b(void *arg)
{
	struct meeting *meeting = arg;
	uint64_t tag = (uint64_t)meeting->a.writer * MODEL_SEQUENCE | 1;
	char why[MODEL_WHY];

	while (!model_read(meeting->space, &meeting->b, PAGE, tag, why))
		usleep(1000);
	while (
	    meeting->seen && !__atomic_load_n(&meeting->flag, __ATOMIC_ACQUIRE))
		continue;
	meeting->word = 2;
	return NULL;
}

static void
meet(boolean_t seen)
{
	struct meeting meeting = {
		.space = model_space_create(FALSE),
		.seen = seen,
	};
	struct model_object *memory = model_object_memory(1);
	struct region region = {
		.start = PAGE,
		.end = PAGE + PAGE_SIZE,
		.backing = memory,
		.prot = VM_PROT_READ | VM_PROT_WRITE,
		.shared = TRUE,
	};
	pthread_t a, b;

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
}

/* The status of a process in which they meet. */
static int
meet_apart(boolean_t seen)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (!seen)
			(void)freopen("/dev/null", "w", stderr);
		meet(seen);
		exit(0); /* or with what the sanitizer makes of it */
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *__tsan_default_options(void);

const char *
__tsan_default_options(void)
{
	return "exitcode=66";
}

int
main(void)
{
	if (BUILD_SANITIZER[0] != 't') {
		puts("skipped: only for ThreadSanitizer");
		return STATUS_SKIPPED;
	}
	int control = meet_apart(TRUE), race = meet_apart(FALSE);

	printf("expected 0 and %d, found %d and %d\n", STATUS_SANITIZER,
	    control, race);
	return control == 0 && race == STATUS_SANITIZER ? 0 : 1;
}
