/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of `perf script -F tid,time,event,trace`:
 *
 *	TID SECONDS: SUBSYSTEM:EVENT: what its print format says
 *	TID SECONDS: PERF_RECORD_KIND what perf makes of it
 *
 * Programs choose some of the words on them, their names and their files', so
 * nothing is looked for but where it must stand.
 */
#include "stress/record_parse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/trace_scan.h"

static const char *const call_names[CALLS] = {
	[CALL_MMAP] = "mmap:",
	[CALL_MUNMAP] = "munmap:",
	[CALL_BRK] = "brk:",
	[CALL_MPROTECT] = "mprotect:",
	[CALL_MREMAP] = "mremap:",
	[CALL_MADVISE] = "madvise:",
};

/* Behind the last such word, or NULL. */
static const char *
after_last(const char *s, const char *word)
{
	const char *found = NULL;

	for (; (s = strstr(s, word)) != NULL; s++)
		found = s + strlen(word);
	return found;
}

/* pid/tid: [start(size) @ offset device inode generation]: rights path */
static void
parse_map(struct recorder *r, struct recorded_task *task, const char *s)
{
	struct recorded_map map = { 0 };
	char device[32], rights[8], *key;
	unsigned long inode;
	int at = 0;

	if (sscanf(s,
		"%*d/%*d: [%" SCNxPTR "(%" SCNxPTR ") @ %" SCNxPTR
		" %31s %lu %*u]: %7s %n",
		&map.start, &map.size, &map.offset, device, &inode, rights,
		&at) != 6 ||
	    at == 0) {
		recorder_skip(r, 1, "a mapping record that cannot be read");
		return;
	}
	key = inode != 0 ? need_printf("%s:%lu", device, inode) : NULL;
	map.prot = (rights[0] == 'r' ? VM_PROT_READ : 0u) |
		   (rights[1] == 'w' ? VM_PROT_WRITE : 0u) |
		   (rights[2] == 'x' ? VM_PROT_EXECUTE : 0u);
	map.shared = rights[3] == 's';
	map.key = key;
	map.path = s + at;
	recorder_map(r, task, &map);
	free(key);
}

static enum recorded_call
parse_call(const char **s)
{
	for (enum recorded_call call = CALL_MMAP; call < CALLS; call++)
		if (scan_word(s, call_names[call]))
			return call;
	return CALL_NONE;
}

/* name: 0x..., name: 0x... */
static void
parse_enter(struct recorder *r, struct recorded_task *task, const char *s)
{
	enum recorded_call call = parse_call(&s);
	unsigned long arg[6] = { 0 };

	for (unsigned i = 0; i < 6 && (s = strstr(s, ": ")) != NULL; i++) {
		s += 2;
		arg[i] = strtoul(s, NULL, 16);
	}
	if (call != CALL_NONE)
		recorder_enter(r, task, call, arg);
}

static void
parse_leave(struct recorder *r, struct recorded_task *task, const char *s)
{
	enum recorded_call call = parse_call(&s);

	if (call != CALL_NONE)
		recorder_leave(r, task, call, strtoul(s, NULL, 16));
}

static void
parse_fault(struct recorder *r, struct recorded_task *task, const char *s)
{
	unsigned long address, ip, code;

	if (sscanf(s, " address=%lx ip=%lx error_code=%lx", &address, &ip,
		&code) == 3)
		recorder_fault(r, task, address, code);
	else
		recorder_skip(r, 1, "a fault that cannot be read");
}

/* pid=8 comm=any thing clone_flags=1200000 oom_score_adj=0 */
static void
parse_newtask(struct recorder *r, struct recorded_task *task, const char *s)
{
	const char *pid = strstr(s, "pid="),
		   *flags = after_last(s, " clone_flags=");

	if (pid != NULL && flags != NULL)
		recorder_newtask(
		    r, task, atoi(pid + 4), strtoul(flags, NULL, 16));
	else
		recorder_skip(r, 1, "a new task that cannot be read");
}

/* (child's process:child):(parent's process:parent) */
static void
parse_fork(struct recorder *r, struct recorded_task *task, const char *s)
{
	int tid;

	(void)r;
	if (sscanf(s, "(%*d:%d)", &tid) == 1)
		recorder_fork(task, tid);
}

static void
parse_exit(struct recorder *r, struct recorded_task *task, const char *s)
{
	(void)s;
	recorder_exit(r, task);
}

/* filename=any thing pid=7 old_pid=8, where 8 is the thread that did it. */
static void
parse_exec(struct recorder *r, int tid, const char *s)
{
	const char *old = after_last(s, " old_pid=");
	struct recorded_task *task =
	    recorder_task(r, old != NULL ? atoi(old) : tid);

	if (task == NULL)
		task = recorder_task(r, tid);
	if (task != NULL)
		recorder_exec(r, task, tid);
	else
		recorder_skip(r, 1, "an exec of nobody that was recorded");
}

static const struct {
	const char *event;
	void (*parse)(struct recorder *, struct recorded_task *, const char *);
} lines[] = {
	{ "exceptions:page_fault_user:", parse_fault },
	{ "syscalls:sys_enter_", parse_enter },
	{ "syscalls:sys_exit_", parse_leave },
	{ "PERF_RECORD_FORK", parse_fork },
	{ "task:task_newtask:", parse_newtask },
	{ "sched:sched_process_exit:", parse_exit },
};

/* Of one task, that must live. */
static void
parse_event(struct recorder *r, int tid, const char *s)
{
	struct recorded_task *task = recorder_task(r, tid);

	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!scan_word(&s, lines[i].event))
			continue;
		if (task != NULL)
			lines[i].parse(r, task, s);
		else if (recorder_past_task(r, tid) == NULL)
			recorder_skip(r, 1,
			    "an event of a task whose birth was not recorded");
	}
}

/* An image is mapped under the number of a process that has none yet, or whose
 * first thread has ended. */
static void
parse_image(struct recorder *r, int tid, const char *s)
{
	struct recorded_task *task = recorder_past_task(r, tid);

	if (task == NULL && !recorder_begun(r))
		task = recorder_root(r, tid);
	if (task != NULL)
		parse_map(r, task, s);
}

/* " lost N" */
static void
parse_lost(struct recorder *r, const char *s)
{
	uint64_t number = 1;

	if (scan_word(&s, " lost "))
		(void)scan_number(&s, 10, UINT32_MAX, &number);
	recorder_skip(r, number, "an event that perf lost");
}

/* TID SECONDS: FALSE: no such line. */
static boolean_t
parse_head(const char **s, long *tid)
{
	char *rest;

	*tid = strtol(*s, &rest, 10);
	if (rest == *s || *rest != ' ')
		return FALSE;
	rest += strspn(rest, " ");
	rest += strspn(rest, "0123456789.");
	if (*rest != ':')
		return FALSE;
	rest++;
	*s = rest + strspn(rest, " ");
	return TRUE;
}

void
recorder_line(struct recorder *r, const char *s)
{
	long tid;

	if (!parse_head(&s, &tid))
		return; /* a heading, or the rest of a name with a newline */
	if (scan_word(&s, "PERF_RECORD_LOST")) {
		parse_lost(r, s);
		return;
	}
	if (tid <= 0 || tid >= TID_LIMIT)
		return; /* the kernel's own */
	if (scan_word(&s, "PERF_RECORD_MMAP2 "))
		parse_image(r, (int)tid, s);
	else if (scan_word(&s, "sched:sched_process_exec:"))
		parse_exec(r, (int)tid, s);
	else if (recorder_begun(r))
		parse_event(r, (int)tid, s);
}
