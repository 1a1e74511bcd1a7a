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
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/axes.h"
#include "bench/commands.h"
#include "bench/subject.h"
#include "stress/parse.h"
#include "stress/verdict.h"

enum { WORD_OPERATION, WORD_SUBJECT, WORD_ARGS, WORD_N, WORDS };

struct work {
	const char *word[WORDS];
	uint64_t n;
	const struct loop *loop;
};

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
work_run(const struct loop *loop, const struct request *request, uint64_t n)
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

/* NULL args: any.  The size of the table is a subject's. */
static const struct loop *
work_find(const char *operation, const char *name, const char *args)
{
	for (unsigned s = 0; subjects[s] != NULL; s++) {
		const struct loop *loop = subject_loop(subjects[s], operation);

		if (strcmp(subjects[s]->name, name) != 0 || loop == NULL ||
		    loop->turn == NULL)
			continue;
		if (args == NULL || subject_takes(subjects[s], args))
			return loop;
	}
	return NULL;
}

static void
work_check(struct argp_state *state, struct work *work)
{
	const char *operation = work->word[WORD_OPERATION];
	const char *subject = work->word[WORD_SUBJECT];
	const char *args = work->word[WORD_ARGS];
	const struct loop *any = work_find(operation, subject, NULL);
	char *why;

	work->n = parse_count(state, "N", work->word[WORD_N], UINT32_MAX);
	if (any == NULL)
		argp_error(state, "%s has no %s: see \"vmrace bench --list\"",
		    subject, operation);
	why = axes_wrong(any, args);
	if (why != NULL)
		argp_error(state, "ARGS: %s", why);
	work->loop = work_find(operation, subject, args);
	if (work->loop == NULL)
		argp_error(state,
		    "%s cannot be put to %s: see \"vmrace bench --list\"",
		    subject, args);
}

static error_t
parse_word(int key, char *arg, struct argp_state *state)
{
	struct work *work = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num == WORDS)
			argp_error(state, "\"%s\": one word too many", arg);
		work->word[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < WORDS)
			argp_error(state, "OPERATION, SUBJECT, ARGS and N are "
					  "all needed");
		work_check(state, work);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse_word,
	.args_doc = "OPERATION SUBJECT ARGS N",
	.doc = "N operations of one cell on one thread, for a profiler."
	       "\vFor example: lookup_many rcu objects:1024/table:157 4096.  "
	       "The words are those of \"vmrace bench --list\"; after N to "
	       "warm up, the N alone are in the function work_profiled.",
};

int
work_main(int argc, char **argv)
{
	struct work work = { 0 };
	struct request request = { .threads = 1, .seed = 1 };

	(void)argp_parse(&argp, argc, argv, 0, NULL, &work);
	request.args = work.word[WORD_ARGS];
	return work_run(work.loop, &request, work.n);
}
