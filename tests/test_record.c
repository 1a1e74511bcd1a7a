/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace record`: what it makes of a program, and how it ends when something
 * is wrong.  Most of it needs the right to trace: without it the rest is
 * tested, and the status is 77.
 */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "stress/commands.h"
#include "stress/plan.h"
#include "stress/verdict.h"
#include "tests/trace_fixture.h"

#define NOBODY 65534

static boolean_t barred; /* no right to trace */

/* --- Tools ---------------------------------------------------------------- */

/* record_main(), in a process of its own, with what it says to a file. */
static pid_t
record_begin(char *const command[])
{
	char *argv[16] = { "vmrace record", "-o", path, "--" };
	pid_t pid;
	int argc = 4, old[2];

	while (*command != NULL)
		argv[argc++] = *command++;
	catch (old);
	pid = fork();
	if (pid == 0)
		exit(record_main(argc, argv));
	assert_true(pid > 0);
	(void)release(old);
	return pid;
}

/* Its exit status; *text is static. */
static int
record_end(pid_t pid, const char **text)
{
	static char *all;
	size_t size;
	int status;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	assert_true(WIFEXITED(status));
	free(all);
	*text = all = load(said, &size);
	return WEXITSTATUS(status);
}

static int
recorded(char *const command[], const char **text)
{
	return record_end(record_begin(command), text);
}

static void
needs_the_right_to_trace(void)
{
	if (barred)
		skip();
}

/* The trace under test is of a program of that name, whose end is its last
 * event if it was waited for, with its children. */
static void
assert_trace(const char *program, boolean_t waited)
{
	struct trace *trace = trace_open(path);

	assert_non_null(trace);
	assert_string_equal(trace->program, program);
	assert_int_equal(trace->events[0].op, TRACE_EXEC);
	if (waited)
		assert_int_equal(
		    trace->events[trace->event_count - 1].op, TRACE_EXIT);
	trace_close(trace);
}

/* --- Programs ------------------------------------------------------------- */

/* First of all: may we?  What it says if not is one line all the same. */
static void
a_recorded_program_can_be_read(void **state)
{
	const char *text;
	int status = recorded((char *[]){ "true", NULL }, &text);

	(void)state;
	if (status == STATUS_NOT_STARTED) {
		assert_one_line(text);
		print_message("skipped: %s", text);
		barred = TRUE;
		skip();
	}
	assert_int_equal(status, STATUS_SOUND);
	assert_non_null(strstr(text, "unreplayed  0 (0.000 % of events)\n"));
	assert_null(strstr(text, "unrecorded"));
	assert_trace("true", TRUE);
}

static void
a_program_s_failure_is_said_and_its_trace_kept(void **state)
{
	const char *text;

	(void)state;
	needs_the_right_to_trace();
	assert_int_equal(
	    recorded((char *[]){ "sh", "-c", "exit 3", NULL }, &text),
	    STATUS_SOUND);
	assert_non_null(strstr(text, "sh ended with status 3\n"));
	assert_trace("sh", TRUE);
	assert_int_equal(
	    recorded((char *[]){ "sh", "-c", "kill -SEGV $$", NULL }, &text),
	    STATUS_SOUND);
	assert_non_null(
	    strstr(text, "sh was killed by signal 11 (Segmentation fault)\n"));
	assert_trace("sh", TRUE);
}

/* No shell comes between: in the program's words, TMPDIR and the output. */
static void
words_arrive_as_they_are(void **state)
{
	char *odd, *usual = path, *output;
	const char *text;

	(void)state;
	needs_the_right_to_trace();
	odd = need_printf("%s/it's a $(false) \"dir\";*", directory);
	output = need_printf("%s/o 'u t.zst", odd);
	assert_int_equal(mkdir(odd, 0700), 0);
	setenv("TMPDIR", odd, 1);
	path = output;
	assert_int_equal(
	    recorded(
		(char *[]){ "printf", "%s|", "it's", "$x `y`", NULL }, &text),
	    STATUS_SOUND);
	assert_non_null(strstr(text, "it's|$x `y`|"));
	assert_trace("printf", TRUE);
	unsetenv("TMPDIR");
	unlink(output);
	path = usual;
	assert_int_equal(rmdir(odd), 0); /* nothing else is left there */
	free(output);
	free(odd);
}

/* And there is nothing that does not find its mapping. */
static void
children_are_recorded_too(void **state)
{
	struct trace *trace;
	struct plan *plan;
	const char *text;

	(void)state;
	needs_the_right_to_trace();
	assert_int_equal(
	    recorded((char *[]){ "sh", "-c", "(: & wait); true | cat", NULL },
		&text),
	    STATUS_SOUND);
	trace = trace_open(path);
	assert_non_null(trace);
	assert_in_range(trace->task_count, 3, 9);
	plan = plan_of_trace(trace);
	for (unsigned i = 0; i < UNREPLAYED_REASONS; i++)
		assert_int_equal(plan->foreseen[i] + plan->unreplayed[i], 0);
	plan_free(plan);
	trace_close(trace);
}

/* --- What goes wrong ------------------------------------------------------ */

static void
assert_not_started(char *const command[], const char *why)
{
	const char *text;

	unlink(path);
	assert_int_equal(recorded(command, &text), STATUS_NOT_STARTED);
	assert_non_null(strstr(text, why));
	assert_one_line(text);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
a_program_that_is_none_is_said(void **state)
{
	(void)state;
	needs_the_right_to_trace();
	assert_not_started(
	    (char *[]){ "./no such", NULL }, "./no such: No such file");
	assert_not_started((char *[]){ "/", NULL }, "/: Permission denied");
}

static void
an_output_that_cannot_be_is_said_before_anything_runs(void **state)
{
	char *usual = path;
	const char *text;

	(void)state;
	path = need_printf("%s/no/such/place", directory);
	assert_int_equal(recorded((char *[]){ "echo", "run", NULL }, &text),
	    STATUS_NOT_STARTED);
	assert_non_null(strstr(text, "No such file"));
	assert_one_line(text);
	free(path);
	path = usual;
}

/* The trace is not lost: it is where there is room. */
static void
a_full_disk_keeps_the_trace_elsewhere(void **state)
{
	static const char kept[] = "the trace is kept as ";
	char *usual = path, *spare;
	const char *text, *at;

	(void)state;
	needs_the_right_to_trace();
	setenv("TMPDIR", directory, 1);
	path = "/dev/full";
	assert_int_equal(
	    recorded((char *[]){ "true", NULL }, &text), STATUS_NOT_STARTED);
	unsetenv("TMPDIR");
	path = usual;
	assert_non_null(strstr(text, "/dev/full: No space left"));
	at = strstr(text, kept);
	assert_non_null(at);
	spare = need_printf("%s", at + strlen(kept));
	spare[strcspn(spare, "\n")] = '\0';
	assert_int_equal(rename(spare, path), 0);
	assert_trace("true", TRUE);
	*strrchr(spare, '/') = '\0';
	assert_int_equal(rmdir(spare), 0);
	free(spare);
}

static void
no_perf_is_said(void **state)
{
	char *search = need_printf("%s", getenv("PATH"));

	(void)state;
	setenv("PATH", directory, 1);
	assert_not_started(
	    (char *[]){ "/bin/true", NULL }, "install linux-perf");
	setenv("PATH", search, 1);
	free(search);
}

/* Nobody, who may do nothing, is told what root can do about it. */
extern void __llvm_profile_set_filename(const char *name) __attribute__((weak));

static void
a_missing_right_is_said(void **state)
{
	char *argv[] = { "vmrace record", "-o", path, "--", "true", NULL };
	const char *text;
	int old[2], status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip(); /* said by the first test, if it is missing */
	assert_int_equal(chmod(directory, 0777), 0);
	unlink(path);
	catch (old);
	pid = fork();
	if (pid == 0) {
		if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
			_exit(1);
		/* Nor may he write the counts of a coverage build. */
		if (__llvm_profile_set_filename != NULL)
			__llvm_profile_set_filename("/dev/null");
		exit(record_main(5, argv));
	}
	(void)release(old);
	status = record_end(pid, &text);
	if (status == STATUS_SOUND)
		skip(); /* nobody may do all */
	assert_int_equal(status, STATUS_NOT_STARTED);
	assert_non_null(strstr(text, "have root say: "));
	assert_one_line(text);
}

static void
misuse_is_64(void **state)
{
	static char *const words[][4] = { { "-o", "x" }, { "--", "true" },
		{ "-o", "x", "--" }, { "--nothing" } };
	int old[2], status;

	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *argv[8] = { "vmrace record" };
		int argc = 1;
		pid_t pid;

		while (argc <= 4 && words[i][argc - 1] != NULL) {
			argv[argc] = words[i][argc - 1];
			argc++;
		}
		catch (old);
		pid = fork();
		if (pid == 0)
			exit(record_main(argc, argv));
		waitpid(pid, &status, 0);
		(void)release(old);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), STATUS_MISUSE);
	}
}

/* --- ^C ------------------------------------------------------------------- */

/* Wait until the program says that it is up, on the file of that name. */
static void
await(const char *name)
{
	while (access(name, F_OK) != 0)
		usleep(10000);
	unlink(name);
}

static boolean_t
has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	assert_int_equal(
	    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == pid;
}

/* A program that starts with `first` and goes on until it is made to end: by
 * one ^C, or by as many as it takes. */
static void
interrupt_recording(const char *first, boolean_t once)
{
	char *up = need_printf("%s/up", directory);
	char *script =
	    need_printf("%s; : >'%s'; while :; do sleep 0.1; done", first, up);
	const char *text;
	pid_t pid;

	unlink(path);
	pid = record_begin((char *[]){ "sh", "-c", script, NULL });
	await(up);
	do {
		assert_int_equal(kill(pid, SIGINT), 0);
		usleep(100000);
	} while (!once && !has_ended(pid));
	assert_int_equal(record_end(pid, &text), STATUS_INTERRUPTED);
	assert_non_null(strstr(text, "so far, interrupted: "));
	assert_trace("sh", FALSE); /* it may have left a sleep behind */
	free(script);
	free(up);
}

static void
an_interrupt_keeps_the_trace_so_far(void **state)
{
	(void)state;
	needs_the_right_to_trace();
	interrupt_recording("true", TRUE);
}

static void
a_program_that_heeds_no_interrupt_ends_all_the_same(void **state)
{
	(void)state;
	needs_the_right_to_trace();
	interrupt_recording("trap '' INT", FALSE);
	interrupt_recording("trap '' INT TERM", FALSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_program_can_be_read),
		cmocka_unit_test(
		    a_program_s_failure_is_said_and_its_trace_kept),
		cmocka_unit_test(words_arrive_as_they_are),
		cmocka_unit_test(children_are_recorded_too),
		cmocka_unit_test(a_program_that_is_none_is_said),
		cmocka_unit_test(
		    an_output_that_cannot_be_is_said_before_anything_runs),
		cmocka_unit_test(a_full_disk_keeps_the_trace_elsewhere),
		cmocka_unit_test(no_perf_is_said),
		cmocka_unit_test(a_missing_right_is_said),
		cmocka_unit_test(misuse_is_64),
		cmocka_unit_test(an_interrupt_keeps_the_trace_so_far),
		cmocka_unit_test(
		    a_program_that_heeds_no_interrupt_ends_all_the_same),
	};
	int failed = cmocka_run_group_tests_name(
	    "record", tests, directory_up, directory_down);

	return failed == 0 && barred ? STATUS_SKIPPED : failed;
}
