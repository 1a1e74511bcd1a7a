/* SPDX-License-Identifier: BSD-2-Clause */
/*
 *	vmrace-bench work OPERATION SUBJECT ARGS N
 *
 * N operations of one cell on one thread, after as many to warm up: for a
 * profiler, and nothing is measured.  The N alone are in work_profiled(), so
 *
 *	valgrind --tool=callgrind --toggle-collect=work_profiled ...
 *
 * has their instructions and nobody else's (analysis/instructions.py).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands.h"
#include "bench/subject.h"
#include "stress/verdict.h"

static const struct loop *
work_find(const char *subject, const char *operation)
{
	for (unsigned s = 0; subjects[s] != NULL; s++) {
		const struct loop *loop = subject_loop(subjects[s], operation);

		if (strcmp(subjects[s]->name, subject) == 0 && loop != NULL &&
		    loop->turn != NULL)
			return loop;
	}
	return NULL;
}

/* A profiler knows it by its name. */
uint64_t work_profiled(const struct loop *loop, void *mine, uint64_t n);

__attribute__((noinline)) uint64_t
work_profiled(const struct loop *loop, void *mine, uint64_t n)
{
	uint64_t done = loop->turn(mine, n);

	__asm__ volatile("" : "+r"(done)); /* no tail call */
	return done;
}

static int
work(const struct loop *loop, const struct request *request, uint64_t n)
{
	struct aftermath after = { 0 };
	struct world *world = loop->open(request);
	uint64_t done;
	void *mine;

	if (world == NULL)
		return STATUS_NOT_STARTED;
	mine = loop->enter(world, 0);
	(void)loop->turn(mine, n);
	done = work_profiled(loop, mine, n);
	loop->leave(mine);
	loop->close(world, &after);
	printf("%llu operations\n", (unsigned long long)done);
	if (after.violations == 0)
		return STATUS_SOUND;
	fprintf(stderr, "vmrace-bench work: %s\n", after.note);
	return STATUS_VIOLATION;
}

int
work_main(int argc, char **argv)
{
	struct request request = { .threads = 1, .seed = 1 };
	const struct loop *loop;
	uint64_t n;

	if (argc != 5 || (n = strtoull(argv[4], NULL, 10)) == 0) {
		fputs("Usage: vmrace-bench work OPERATION SUBJECT ARGS N\n",
		    stderr);
		return STATUS_MISUSE;
	}
	loop = work_find(argv[2], argv[1]);
	if (loop == NULL) {
		fprintf(stderr,
		    "vmrace-bench work: %s has no %s: see \"bench --list\"\n",
		    argv[2], argv[1]);
		return STATUS_MISUSE;
	}
	request.args = argv[3];
	return work(loop, &request, n);
}
