/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damage of any kind to a trace is one line and no trace, or does no harm.
 *
 * The shipped traces are damaged at random, in their bytes and in their text;
 * CMakeLists.txt compiles this program with AddressSanitizer, too.
 */
#include "stress/plan.h"
#include "tests/trace_fixture.h"

#define SEED        20261121u
#define MUTATIONS   1500 /* of a small text */
#define MUTATIONS_L 40   /* of a large one */

static const char *const shipped[] = { "python", "shell", "make" };

static struct random_stream random_words;

/* --- Damage of a known kind ----------------------------------------------- */

static void
assert_text_refused(const char *text, const char *why)
{
	store_text(text);
	assert_refused(why);
}

static void
no_file_and_no_trace_are_said(void **state)
{
	unsigned char noise[512];

	(void)state;
	unlink(path);
	assert_refused("No such file");
	store("", 0);
	assert_refused("not zstd");
	store("a text, but not packed\n", 23);
	assert_refused("not zstd");
	for (unsigned i = 0; i < sizeof(noise); i++)
		noise[i] = (unsigned char)(i * 37 + 11);
	store(noise, sizeof(noise));
	assert_refused("not zstd");
	assert_text_refused("PNG\n", "not a vmrace trace");
	assert_text_refused("vmrace-trace 1 \nend 0\n", "not a vmrace trace");
	store_packed("vmrace-trace 1\n\0\nend 0\n", 23);
	assert_refused("not text");
}

static void
a_directory_is_said(void **state)
{
	char *trace = path;

	(void)state;
	path = directory;
	assert_refused("Is a directory");
	path = trace;
}

static void
another_version_is_said(void **state)
{
	(void)state;
	assert_text_refused("vmrace-trace 2\nend 0\n", "version");
}

/* Wherever the file is cut, and wherever its text is. */
static void
a_cut_off_trace_is_said(void **state)
{
	size_t size;
	char *packed, *text;

	(void)state;
	store_text(everything);
	packed = load(path, &size);
	for (size_t cut = 0; cut < size; cut++) {
		store(packed, cut);
		assert_refused("cut off");
	}
	free(packed);
	for (size_t cut = 16; cut < sizeof(everything) - 1; cut++) {
		text = need_printf("%.*s", (int)cut, everything);
		store_text(text);
		assert_refused("line");
		free(text);
	}
}

static void
what_cannot_be_is_said(void **state)
{
	static const char *const bad[] = {
		"q 0",                        /* no such letter */
		"r",                          /* of nobody */
		"r 0",                        /* nowhere */
		"r 1 1000",                   /* not made */
		"r 0 800000000000",           /* beyond 2^47 */
		"m 0 1001 1000 1 p",          /* not a page */
		"m 0 1000 0 1 p",             /* empty */
		"m 0 7ffffffff000 2000 1 p",  /* over the end */
		"m 0 1000 1000 8 p",          /* no such right */
		"m 0 1000 1000 1 z",          /* neither shared nor private */
		"m 0 1000 1000 1 p 0",        /* no offset */
		"m 0 1000 1000 1 p 1 0",      /* no such file */
		"m 0 1000 1000 1 p 0 10",     /* offset not a page */
		"u 0 1000 fffffffffffff000",  /* wraps */
		"R 0 1000 1000 2000 0",       /* to nothing */
		"b 0 1000",                   /* no new end */
		"F 0 0",                      /* born twice */
		"F 0 7",                      /* not the next */
		"file 3 10 x",                /* not the next */
		"file 01 10 x",               /* no number */
		"file 1 10 /absolute",        /* tells of the machine */
		"file 1 10 ",                 /* no name */
		"file 1 10",                  /* not even a blank */
		"file 1 -10 x",               /* no size */
		"file 1 fffffffffffffff 0 x", /* too large */
		"skip 1",                     /* no reason */
		"skip -1 reason",             /* no number */
		"program ",                   /* no name */
		"program another",            /* two */
		"end 1",                      /* a wrong count */
		"end 0 ",                     /* more than a count */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = need_printf("vmrace-trace 1\nprogram one\n"
					 "file 0 10 x\n%s\nend 0\n",
		    bad[i]);

		assert_text_refused(text, "line 4:");
		free(text);
	}
	assert_text_refused(
	    "vmrace-trace 1\nend 0\nx 0\n", "line 3: something follows");
}

/* --- Damage at random ----------------------------------------------------- */

/* Whoever walks what was let through may index by what it says. */
static void
walk(const struct trace *trace)
{
	for (unsigned i = 0; i < trace->event_count; i++) {
		const struct trace_event *e = &trace->events[i];

		assert_true(e->op <= TRACE_EXIT);
		assert_true(e->task < trace->task_count);
		if (e->op == TRACE_MMAP && e->file != TRACE_NONE)
			assert_true(e->file < trace->file_count);
		if (e->op >= TRACE_FORK && e->op <= TRACE_THREAD)
			assert_true(e->child < trace->task_count);
	}
}

static void
mutate(char *text, size_t size)
{
	static const char likely[] = " \n-0123456789abcdefmprwxFTVRu#";

	for (uint64_t n = 1 + random_below(&random_words, 4); n > 0; n--) {
		char *at = &text[random_below(&random_words, size)];

		switch (random_below(&random_words, 4)) {
		case 0:
			*at = (char)random_below(&random_words, 256);
			break;
		case 1:
			*at ^= (char)(1 << random_below(&random_words, 8));
			break;
		default:
			*at = likely[random_below(
			    &random_words, sizeof(likely) - 1)];
		}
	}
}

/* What is under test is a trace that can be planned, or one line.  Was it? */
static boolean_t
harmless(void)
{
	struct trace *trace;
	const char *text;
	int old[2];

	catch (old);
	trace = trace_open(path);
	text = release(old);
	if (trace == NULL) {
		assert_non_null(strstr(text, path));
		assert_one_line(text);
		return FALSE;
	}
	assert_int_equal(*text, '\0');
	walk(trace);
	plan_free(plan_of_trace(trace));
	trace_close(trace);
	return TRUE;
}

static void
mutate_text(const char *text, size_t length, unsigned times, unsigned *good)
{
	char *copy = need_zeroed(1, length + 1);

	for (unsigned i = 0; i < times; i++) {
		memcpy(copy, text, length);
		mutate(copy, length);
		store_packed(copy, length);
		*good += harmless();
	}
	free(copy);
}

static void
mutate_bytes(const char *bytes, size_t size, unsigned times, unsigned *good)
{
	char *copy = need_zeroed(1, size);

	for (unsigned i = 0; i < times; i++) {
		memcpy(copy, bytes, size);
		mutate(copy, size);
		store(copy, size);
		*good += harmless();
	}
	free(copy);
}

static void
damage_to_text_and_bytes_does_no_harm(void **state)
{
	unsigned good = 0;
	size_t size;
	char *bytes;

	(void)state;
	print_message("seed %u\n", SEED);
	mutate_text(everything, sizeof(everything) - 1, MUTATIONS, &good);
	/* The test tests nothing unless some of it is let through. */
	assert_in_range(good, 1, MUTATIONS - 1);
	store_text(everything);
	bytes = load(path, &size);
	mutate_bytes(bytes, size, MUTATIONS, &good);
	free(bytes);
}

static void
damage_to_a_shipped_trace_does_no_harm(void **state)
{
	(void)state;
	print_message("seed %u\n", SEED);
	for (unsigned i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		unsigned times = i == 0 ? MUTATIONS : MUTATIONS_L, good = 0;
		char *name = need_printf(TRACES "/%s.vmt.zst", shipped[i]);
		size_t size, length;
		char *text = load_text(name, &length);
		char *bytes = load(name, &size);

		mutate_text(text, length, times, &good);
		assert_in_range(good, 1, times - 1);
		mutate_bytes(bytes, size, times, &good);
		free(bytes);
		free(text);
		free(name);
	}
}

/* Whatever is taken of a damaged line, all of it is: it prints as it was. */
static void
a_line_is_taken_whole_or_not_at_all(void **state)
{
	char *name = need_printf(TRACES "/%s.vmt.zst", shipped[0]);
	char *text, *rest, *line, *printed = NULL;
	struct trace_event event;
	unsigned taken = 0;
	size_t size;

	(void)state;
	text = rest = load_text(name, &size);
	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
		FILE *out;

		if (*line == '\0')
			continue;
		mutate(line, strlen(line));
		if (!trace_parse(line, &event))
			continue;
		taken++;
		out = open_memstream(&printed, &size);
		trace_print(out, &event);
		fclose(out);
		printed[size - 1] = '\0';
		assert_string_equal(printed, line);
		free(printed);
	}
	assert_true(taken > 10);
	free(text);
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_and_no_trace_are_said),
		cmocka_unit_test(a_directory_is_said),
		cmocka_unit_test(another_version_is_said),
		cmocka_unit_test(a_cut_off_trace_is_said),
		cmocka_unit_test(what_cannot_be_is_said),
		cmocka_unit_test(damage_to_text_and_bytes_does_no_harm),
		cmocka_unit_test(damage_to_a_shipped_trace_does_no_harm),
		cmocka_unit_test(a_line_is_taken_whole_or_not_at_all),
	};

	random_words = random_stream(SEED, 0);
	return cmocka_run_group_tests_name(
	    "trace_damage", tests, directory_up, directory_down);
}
