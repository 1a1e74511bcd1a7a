/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each of our programs asks of the sanitizer it is built with; the user's
 * TSAN_OPTIONS, ASAN_OPTIONS and UBSAN_OPTIONS come after it, and win.
 *
 * An object file of every program, not a member of a library: the run time has
 * functions of these names, too, so that nothing would look for ours.
 */
#include "stress/verdict.h"

#define STRING(x)  STRING_(x)
#define STRING_(x) #x

#define EVERYWHERE "exitcode=" STRING(STATUS_SANITIZER) VMRACE_SYMBOLIZER_OPTION

/* Under the scheduler: an execution that failed leaves what it had, and
 * deadlocks are seen exactly. */
#ifdef SYNC_CONTROLLED
#define ASAN_HERE " detect_leaks=0"
#define TSAN_HERE " detect_deadlocks=0 report_thread_leaks=0"
#else
#define ASAN_HERE ""
#define TSAN_HERE " history_size=7 second_deadlock_stack=1"
#endif

const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__ubsan_default_options(void);

const char *
__asan_default_options(void)
{
	return EVERYWHERE ASAN_HERE;
}

const char *
__ubsan_default_options(void)
{
	return EVERYWHERE " print_stacktrace=1";
}

/*
 * A race that was reported once is reported again: counts and pairs are ours to
 * make (races.h), and trials would lose theirs.  The history is as long as can
 * be, for both stacks.  Its handler of a crash inside its own checks waits for
 * itself.
 */
const char *
__tsan_default_options(void)
{
	return EVERYWHERE TSAN_HERE " suppress_equal_stacks=0 atexit_sleep_ms=0"
				    " handle_segv=0 handle_sigbus=0";
}
