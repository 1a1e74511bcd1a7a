/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sanitizers' run time calls in here, with its own locks held, in whatever
 * thread made the access: nothing here may be instrumented, allocate or lock.
 */
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/ops.h"
#include "pmap_sim/unseen.h"
#include "stress/build.h"
#include "stress/races.h"

#define FRAMES 32

/* The interface of the run time, which is there only in its builds. */
extern int __tsan_get_report_data(void *report, const char **description,
    int *count, int *stack_count, int *mop_count, int *loc_count,
    int *mutex_count, int *thread_count, int *unique_tid_count,
    void **sleep_trace, unsigned long trace_size) __attribute__((weak));
extern int __tsan_get_report_mop(void *report, unsigned long index, int *tid,
    void **addr, int *size, int *write, int *atomic, void **trace,
    unsigned long trace_size) __attribute__((weak));
extern void __sanitizer_symbolize_pc(
    void *pc, const char *format, char *out, size_t size) __attribute__((weak));
extern void __sanitizer_set_report_fd(void *fd) __attribute__((weak));
extern const char *__asan_get_report_description(void) __attribute__((weak));
extern int __asan_get_report_access_type(void) __attribute__((weak));
extern size_t __asan_get_report_access_size(void) __attribute__((weak));
extern void *__asan_get_report_address(void) __attribute__((weak));
extern size_t __asan_get_free_stack(
    void *addr, void **trace, size_t size, int *tid) __attribute__((weak));
extern void __ubsan_get_current_report_data(const char **kind,
    const char **message, const char **file, unsigned *line, unsigned *column,
    char **address) __attribute__((weak));

void __tsan_on_report(void *report);
void __asan_on_error(void);
void __ubsan_on_report(void);

/* Which functions are a half. */
static const struct {
	const char *function;
	enum vm_half half;
} half_functions[] = {
#define HALF_OF(function, half) { #function, HALF_##half },
#include "stress/half_functions.def"
#undef HALF_OF
};

static struct {
	unsigned long *count; /* or NULL */
	struct races *races;
	void *seen[RACES_MAX][2]; /* the accesses of each row */
} collector;

UNSEEN_BEGIN

/* The function's name without the strategy's. */
static const char *
plain_name(const char *name)
{
	for (unsigned i = 0; vm_strategies[i] != NULL; i++) {
		const char *s = vm_strategies[i]->name, *at = name;

		while (*s != '\0' && *at == *s) {
			at++;
			s++;
		}
		if (*s == '\0' && *at == '_')
			return at + 1;
	}
	return name;
}

/* As much of it as there is room for. */
static void
name_copy(char *to, size_t size, const char *name)
{
	size_t length = strlen(name);

	if (length >= size)
		length = size - 1;
	memcpy(to, name, length);
	to[length] = '\0';
}

/* A place as "path:line": in a .c file of this tree that is not the harness's,
 * nor the scheduler's?  Others have folders of these names, too. */
static boolean_t
place_is_ours(const char *path)
{
	static const char *const folders[] = { "core/", "pmap_sim/",
		"stress/drivers/", "stress/scenarios/" };
	static const char scheduler[] = "pmap_sim/sched/";
	size_t root = sizeof(__FILE__) - sizeof("stress/races.c");

	if (strncmp(path, __FILE__, root) != 0 || strstr(path, ".c:") == NULL ||
	    strncmp(path + root, scheduler, sizeof(scheduler) - 1) == 0)
		return FALSE;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (strncmp(path + root, folders[i], strlen(folders[i])) == 0)
			return TRUE;
	return FALSE;
}

/* "file:line" of it; the compiler gives code that it has moved line 0, which is
 * none. */
static const char *
place_shorten(char *path)
{
	char *slash = strrchr(path, '/'), *colon = strrchr(path, ':');

	if (colon != NULL && strcmp(colon, ":0") == 0)
		*colon = '\0';
	return slash != NULL ? slash + 1 : path;
}

/* A frame as "function\tpath:line". */
static void
side_add_frame(struct race_side *side, char *frame)
{
	char *tab = strchr(frame, '\t');
	const char *name = plain_name(frame), *file;
	size_t used = strlen(side->stack);
	boolean_t ours;

	if (tab == NULL)
		return;
	*tab = '\0';
	ours = place_is_ours(tab + 1);
	file = place_shorten(tab + 1);
	if (side->function[0] == '\0' && ours) {
		name_copy(side->function, sizeof(side->function), name);
		name_copy(side->where, sizeof(side->where), file);
	}
	for (size_t i = 0; i < sizeof(half_functions) / sizeof(*half_functions);
	     i++)
		if (strcmp(half_functions[i].function, name) == 0)
			side->halves |= 1ul << half_functions[i].half;
	snprintf(side->stack + used, sizeof(side->stack) - used, "%s %s\n",
	    name, file);
}

/* With what the compiler inlined, innermost first.  ThreadSanitizer's trace has
 * such a place once for each function there. */
static void
side_symbolize(struct race_side *side, void *const *trace)
{
	char frames[2048];

	for (unsigned i = 0; i < FRAMES && trace[i] != NULL; i++) {
		if (i > 0 && trace[i] == trace[i - 1])
			continue;
		memset(frames, 0, sizeof(frames));
		__sanitizer_symbolize_pc(
		    trace[i], "%f\t%s:%l", frames, sizeof(frames) - 1);
		for (char *frame = frames; *frame != '\0';) {
			char *next = frame + strlen(frame) + 1;

			side_add_frame(side, frame);
			frame = next;
		}
	}
}

/* A row for these two accesses; NULL: counted, nothing more to do. */
static struct race *
race_row(const char *kind, void *a, void *b)
{
	struct races *races = collector.races;
	struct race *race;

	for (unsigned i = 0; i < races->count; i++)
		if (collector.seen[i][0] == a && collector.seen[i][1] == b) {
			races->race[i].count++;
			return NULL;
		}
	if (races->count == RACES_MAX) {
		races->lost++;
		return NULL;
	}
	collector.seen[races->count][0] = a;
	collector.seen[races->count][1] = b;
	race = &races->race[races->count];
	memset(race, 0, sizeof(*race));
	snprintf(race->kind, sizeof(race->kind), "%s", kind);
	race->count = 1;
	return race;
}

static boolean_t
side_same(const struct race_side *a, const struct race_side *b)
{
	return strcmp(a->function, b->function) == 0 && a->write == b->write;
}

/* Other instructions of the same pair of functions are the same row. */
static void
race_keep(struct race *race)
{
	struct races *races = collector.races;

	for (unsigned i = 0; i < races->count; i++) {
		struct race *old = &races->race[i];

		if (strcmp(old->kind, race->kind) != 0 ||
		    !((side_same(&old->side[0], &race->side[0]) &&
			  side_same(&old->side[1], &race->side[1])) ||
			(side_same(&old->side[0], &race->side[1]) &&
			    side_same(&old->side[1], &race->side[0]))))
			continue;
		old->count++;
		return;
	}
	races->count++;
}

void
__tsan_on_report(void *report)
{
	const char *kind = "";
	void *trace[2][FRAMES] = { { NULL } }, *addr;
	struct race_side side[2];
	struct race *race;
	int count, stacks, mops = 0, locs, mutexes, threads, tids, tid;

	if (collector.count != NULL)
		++*collector.count;
	if (collector.races == NULL)
		return;
	__tsan_get_report_data(report, &kind, &count, &stacks, &mops, &locs,
	    &mutexes, &threads, &tids, (void *[1]){ NULL }, 1);
	memset(side, 0, sizeof(side));
	for (int i = 0; i < mops && i < 2; i++) {
		int size = 0, write = 0, atomic = 0;

		__tsan_get_report_mop(report, (unsigned long)i, &tid, &addr,
		    &size, &write, &atomic, trace[i], FRAMES - 1);
		side[i].size = (unsigned)size;
		side[i].write = write != 0;
		side[i].atomic = atomic != 0;
	}
	race = race_row(kind, trace[0][0], trace[1][0]);
	if (race == NULL)
		return;
	memcpy(race->side, side, sizeof(side));
	for (unsigned i = 0; i < 2; i++)
		side_symbolize(&race->side[i], trace[i]);
	race_keep(race);
}

/* The process ends after this. */
void
__asan_on_error(void)
{
	void *trace[2][FRAMES] = { { NULL } };
	struct race *race;
	int tid;

	if (collector.races == NULL)
		return;
	backtrace(trace[0], FRAMES - 1);
	(void)__asan_get_free_stack(
	    __asan_get_report_address(), trace[1], FRAMES - 1, &tid);
	race =
	    race_row(__asan_get_report_description(), trace[0][0], trace[1][0]);
	if (race == NULL)
		return;
	race->side[0].write = __asan_get_report_access_type() != 0;
	race->side[0].size = (unsigned)__asan_get_report_access_size();
	race->side[1].write = TRUE; /* it was freed */
	for (unsigned i = 0; i < 2; i++)
		side_symbolize(&race->side[i], trace[i]);
	race_keep(race);
}

/* Likewise. */
void
__ubsan_on_report(void)
{
	void *trace[FRAMES] = { NULL };
	const char *kind = "", *message, *file;
	unsigned line, column;
	struct race *race;
	char *address;

	if (collector.races == NULL)
		return;
	__ubsan_get_current_report_data(
	    &kind, &message, &file, &line, &column, &address);
	backtrace(trace, FRAMES - 1);
	race = race_row(kind, trace[0], NULL);
	if (race == NULL)
		return;
	side_symbolize(&race->side[0], trace);
	race_keep(race);
}

UNSEEN_END

/* While they are collected, reports are rows and no text. */
static int silence = -1;

static void
report_to(int fd)
{
	if (__sanitizer_set_report_fd != NULL && build_is_slow() && fd >= 0)
		__sanitizer_set_report_fd((void *)(intptr_t)fd);
}

/* The sanitizer takes a file that another process has opened for a name, and in
 * a child would open one of its own: ".PID", here. */
static void
races_forked(void)
{
	report_to(silence);
}

void
races_collect(struct races *races)
{
	static bool handled;

	memset(races, 0, sizeof(*races));
	collector.races = races;
	silence = open("/dev/null", O_WRONLY | O_CLOEXEC);
	report_to(silence);
	if (!handled)
		handled = pthread_atfork(NULL, NULL, races_forked) == 0;
}

void
races_collected(void)
{
	collector.races = NULL;
	report_to(STDERR_FILENO);
	close(silence);
	silence = -1;
}

void
races_count(unsigned long *count)
{
	collector.count = count;
}
