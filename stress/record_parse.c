/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What perf sees, and what we make of it:
 *
 *	page_fault_user			a load or store
 *	sys_enter_X ... sys_exit_X	a call, if it succeeded; between the two
 *of an mmap stands an MMAP2 record, which says what file the descriptor was
 *	MMAP2 outside of any call	the kernel maps a program: kept until
 *					sched_process_exec, which comes after
 *them task_newtask			fork, vfork or thread, by its
 *clone_flags sched_process_exit		exit
 *
 * MMAP2 records inside other calls repeat what the call has told.  An anonymous
 * mapping takes its range from the call, not from the record: the record names
 * the kernel's mapping, which may be larger, having grown together with its
 * neighbour.
 *
 * The stack is recorded as large as it may grow.  vdso and vvar become private
 * memory.
 */
#include "stress/record_parse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "stress/need.h"

#define STACK_ROOM     ((vm_size_t)8 << 20)
#define CLONE_VM_      0x100ul
#define CLONE_VFORK_   0x4000ul
#define MAP_SHARED_BIT 0x1ul
#define MAP_ANON_BIT   0x20ul
#define FAULT_WRITE    0x2ul

enum call {
	CALL_NONE,
	CALL_MMAP,
	CALL_MUNMAP,
	CALL_BRK,
	CALL_MPROTECT,
	CALL_MREMAP,
	CALL_MADVISE
};

static const char *const calls[] = { "", "mmap", "munmap", "brk", "mprotect",
	"mremap", "madvise" };

struct image_map {
	vm_offset_t start;
	vm_size_t size;
	vm_offset_t offset;
	unsigned file, prot;
	boolean_t shared;
};

/* A task of the recorded program. */
struct recorded_task {
	int tid;
	unsigned number;
	boolean_t alive;
	enum call call; /* entered, not left */
	unsigned long arg[6];
	unsigned file; /* of the MMAP2 record inside an mmap */
	vm_offset_t brk;
	struct image_map *image; /* maps made outside of calls */
	unsigned image_count;
	size_t image_room;
};

struct recorder {
	struct trace *trace;
	size_t event_room, file_room, skip_room;
	struct recorded_task *tasks;
	unsigned task_count;
	size_t task_room;
	char **keys; /* dev:inode, by file */
	size_t key_room;
};

static void *
grow(void *array, unsigned count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 64 : 2 * *room;
	return need_resized(array, *room, size);
}

struct recorder *
recorder_create(void)
{
	struct recorder *r = need_zeroed(1, sizeof(*r));

	r->trace = need_zeroed(1, sizeof(*r->trace));
	return r;
}

static void
recorder_skip(struct recorder *r, const char *reason)
{
	struct trace *t = r->trace;
	unsigned i;

	for (i = 0; i < t->skip_count; i++)
		if (strcmp(t->skips[i].reason, reason) == 0)
			break;
	if (i == t->skip_count) {
		t->skips = grow(
		    t->skips, t->skip_count, &r->skip_room, sizeof(*t->skips));
		t->skips[t->skip_count++] =
		    (struct trace_skip){ 0, need_printf("%s", reason) };
	}
	t->skips[i].count++;
}

static void
recorder_event(struct recorder *r, struct trace_event event)
{
	struct trace *t = r->trace;

	t->events =
	    grow(t->events, t->event_count, &r->event_room, sizeof(event));
	t->events[t->event_count++] = event;
}

static struct recorded_task *
recorder_find(struct recorder *r, int tid)
{
	for (unsigned i = r->task_count; i-- > 0;)
		if (r->tasks[i].tid == tid && r->tasks[i].alive)
			return &r->tasks[i];
	return NULL;
}

static struct recorded_task *
recorder_task(struct recorder *r, int tid)
{
	r->tasks =
	    grow(r->tasks, r->task_count, &r->task_room, sizeof(*r->tasks));
	r->tasks[r->task_count] = (struct recorded_task){
		.tid = tid,
		.number = r->trace->task_count++,
		.alive = TRUE,
		.file = TRACE_NONE,
	};
	return &r->tasks[r->task_count++];
}

/* The file of that identity, made known if it is new. */
static unsigned
recorder_file(
    struct recorder *r, const char *key, const char *path, vm_size_t end)
{
	struct trace *t = r->trace;
	const char *name = strrchr(path, '/');
	struct stat st;
	unsigned i;

	for (i = 0; i < t->file_count; i++)
		if (strcmp(r->keys[i], key) == 0)
			break;
	if (i == t->file_count) {
		t->files = grow(
		    t->files, t->file_count, &r->file_room, sizeof(*t->files));
		r->keys = grow(
		    r->keys, t->file_count, &r->key_room, sizeof(*r->keys));
		r->keys[i] = need_printf("%s", key);
		t->files[i] = (struct trace_file){
			.size =
			    stat(path, &st) == 0 ? (vm_size_t)st.st_size : 0,
			.name = need_printf(
			    "%s", name != NULL && name[1] ? name + 1 : path),
		};
		t->file_count++;
	}
	/* A file is at least as long as what is mapped of it, but for the
	 * last page, so that every fault finds its page. */
	if (t->files[i].size < end)
		t->files[i].size = end;
	return i;
}

static void
recorder_image(struct recorder *r, struct recorded_task *task,
    struct image_map map, const char *path)
{
	(void)r;
	if (strcmp(path, "[stack]") == 0) {
		vm_offset_t end = map.start + map.size;

		/* An exec begins with it; so does the old stack's growth,
		 * which is of no interest. */
		task->image_count = 0;

		if (map.size < STACK_ROOM) {
			map.start = end - STACK_ROOM;
			map.size = STACK_ROOM;
		}
	}
	task->image = grow(task->image, task->image_count, &task->image_room,
	    sizeof(*task->image));
	task->image[task->image_count++] = map;
}

/* pid/tid: [start(size) @ offset dev inode gen]: perms path */
static void
recorder_mmap2(struct recorder *r, struct recorded_task *task, char *s)
{
	struct image_map map = { .file = TRACE_NONE };
	char device[32], perms[8];
	unsigned long inode;
	int at = 0;

	if (sscanf(s,
		"%*d/%*d: [%" SCNxPTR "(%" SCNxPTR ") @ %" SCNxPTR
		" %31s %lu %*u]: %7s %n",
		&map.start, &map.size, &map.offset, device, &inode, perms,
		&at) != 6 ||
	    at == 0) {
		recorder_skip(r, "a mapping record that cannot be read");
		return;
	}
	map.prot = (perms[0] == 'r' ? VM_PROT_READ : 0u) |
		   (perms[1] == 'w' ? VM_PROT_WRITE : 0u) |
		   (perms[2] == 'x' ? VM_PROT_EXECUTE : 0u);
	map.shared = perms[3] == 's';
	if (inode != 0) {
		char *key = need_printf("%s:%lu", device, inode);

		map.file = recorder_file(
		    r, key, s + at, map.offset + map.size - PAGE_MASK);
		free(key);
	}
	if (task->call == CALL_NONE)
		recorder_image(r, task, map, s + at);
	else if (task->call == CALL_MMAP)
		task->file = map.file;
}

static struct trace_event
range_event(enum trace_op op, const struct recorded_task *task,
    vm_offset_t address, vm_size_t size)
{
	return (struct trace_event){
		.op = (unsigned char)op,
		.task = task->number,
		.address = trunc_page(address),
		.size = round_page(address + size) - trunc_page(address),
		.file = TRACE_NONE,
	};
}

static void
recorder_exec(struct recorder *r, struct recorded_task *task)
{
	recorder_event(
	    r, (struct trace_event){ .op = TRACE_EXEC, .task = task->number });
	for (unsigned i = 0; i < task->image_count; i++) {
		const struct image_map *map = &task->image[i];
		struct trace_event e =
		    range_event(TRACE_MMAP, task, map->start, map->size);

		e.prot = (unsigned char)map->prot;
		e.shared = map->shared;
		e.file = map->file;
		e.other = map->file == TRACE_NONE ? 0 : map->offset;
		recorder_event(r, e);
	}
	task->image_count = 0;
	task->brk = 0;
	task->call = CALL_NONE;
}

/* --- Calls ---------------------------------------------------------------- */

static void
left_mmap(struct recorder *r, struct recorded_task *task, unsigned long result)
{
	struct trace_event e =
	    range_event(TRACE_MMAP, task, result, task->arg[1]);
	boolean_t anonymous = (task->arg[3] & MAP_ANON_BIT) != 0;

	if (!anonymous && task->file == TRACE_NONE) {
		recorder_skip(r, "mmap of a file that no record names");
		anonymous = TRUE;
	}
	e.prot = task->arg[2] & VM_PROT_ALL;
	e.shared = (task->arg[3] & MAP_SHARED_BIT) != 0;
	if (!anonymous) {
		e.file = task->file;
		e.other = task->arg[5];
	}
	recorder_event(r, e);
}

static void
left_brk(struct recorder *r, struct recorded_task *task, unsigned long result)
{
	struct trace_event e = { .op = TRACE_BRK, .task = task->number };

	if (task->brk != 0 && result != task->brk) {
		e.address = task->brk;
		e.other = result;
		recorder_event(r, e);
	}
	task->brk = result;
}

static void
left_mremap(
    struct recorder *r, struct recorded_task *task, unsigned long result)
{
	struct trace_event e =
	    range_event(TRACE_REMAP, task, task->arg[0], task->arg[1]);

	if (task->arg[1] == 0) {
		recorder_skip(r, "mremap that duplicates");
		return;
	}
	e.other = result;
	e.other_size = round_page(task->arg[2]);
	recorder_event(r, e);
}

static void
recorder_left(
    struct recorder *r, struct recorded_task *task, unsigned long result)
{
	struct trace_event e;

	if (result > -4096ul)
		return; /* it failed */
	switch (task->call) {
	case CALL_NONE:
		break;
	case CALL_MMAP:
		left_mmap(r, task, result);
		break;
	case CALL_MUNMAP:
		recorder_event(r, range_event(TRACE_MUNMAP, task, task->arg[0],
				      task->arg[1]));
		break;
	case CALL_BRK:
		left_brk(r, task, result);
		break;
	case CALL_MPROTECT:
		e = range_event(
		    TRACE_PROTECT, task, task->arg[0], task->arg[1]);
		e.prot = task->arg[2] & VM_PROT_ALL;
		if (e.size != 0)
			recorder_event(r, e);
		break;
	case CALL_MREMAP:
		left_mremap(r, task, result);
		break;
	case CALL_MADVISE:
		if (task->arg[2] == 4 /* MADV_DONTNEED */ && task->arg[1] != 0)
			recorder_event(r, range_event(TRACE_ADVISE, task,
					      task->arg[0], task->arg[1]));
		break;
	}
}

/* "name: 0x..., name: 0x..." */
static void
recorder_entered(struct recorded_task *task, enum call call, char *s)
{
	task->call = call;
	task->file = TRACE_NONE;
	memset(task->arg, 0, sizeof(task->arg));
	for (unsigned i = 0; i < 6 && (s = strstr(s, ": ")) != NULL; i++) {
		task->arg[i] = strtoul(s + 2, NULL, 16);
		s += 2;
	}
}

static void
recorder_syscall(struct recorder *r, struct recorded_task *task, char *s)
{
	boolean_t enter = strncmp(s, "sys_enter_", 10) == 0;
	char *name = s + (enter ? 10 : 9);

	for (unsigned call = CALL_MMAP; call <= CALL_MADVISE; call++) {
		size_t length = strlen(calls[call]);

		if (strncmp(name, calls[call], length) != 0 ||
		    name[length] != ':')
			continue;
		if (enter)
			recorder_entered(task, call, name + length + 1);
		else if (task->call == call) {
			recorder_left(
			    r, task, strtoul(name + length + 1, NULL, 16));
			task->call = CALL_NONE;
		}
		return;
	}
}

/* --- Faults and tasks ----------------------------------------------------- */

static void
recorder_fault(struct recorder *r, struct recorded_task *task, const char *s)
{
	unsigned long address, ip, code;

	if (sscanf(s, " address=%lx ip=%lx error_code=%lx", &address, &ip,
		&code) != 3) {
		recorder_skip(r, "a fault that cannot be read");
		return;
	}
	if (address >> 47 != 0) {
		recorder_skip(r, "a fault outside the user's addresses");
		return;
	}
	recorder_event(
	    r, (struct trace_event){
		   .op = code & FAULT_WRITE ? TRACE_STORE : TRACE_LOAD,
		   .task = task->number,
		   .address = address,
	       });
}

static void
recorder_newtask(struct recorder *r, struct recorded_task *parent, char *s)
{
	char *flags_at = strstr(s, "clone_flags="), *pid_at = strstr(s, "pid=");
	struct recorded_task *child;
	unsigned number = parent->number;
	vm_offset_t brk = parent->brk;
	unsigned long flags;

	if (flags_at == NULL || pid_at == NULL) {
		recorder_skip(r, "a new task that cannot be read");
		return;
	}
	flags = strtoul(flags_at + 12, NULL, 16);
	child = recorder_task(r, atoi(pid_at + 4)); /* may move parent */
	child->brk = brk;
	recorder_event(r, (struct trace_event){
			      .op = (flags & CLONE_VM_) == 0 ? TRACE_FORK
				    : flags & CLONE_VFORK_   ? TRACE_VFORK
							     : TRACE_THREAD,
			      .task = number,
			      .child = child->number,
			  });
}

static void
recorder_exit(struct recorder *r, struct recorded_task *task)
{
	recorder_event(
	    r, (struct trace_event){ .op = TRACE_EXIT, .task = task->number });
	task->alive = FALSE;
	task->call = CALL_NONE;
	free(task->image);
	task->image = NULL;
	task->image_count = 0;
	task->image_room = 0;
}

/* A thread that execs goes on under the tid of its process's first, which has
 * ended by then and under which the new image was collected. */
static struct recorded_task *
recorder_takes_over(
    struct recorder *r, struct recorded_task *first, const char *s)
{
	const char *old_at = strstr(s, " old_pid=");
	struct recorded_task *task =
	    old_at != NULL ? recorder_find(r, atoi(old_at + 9)) : NULL;

	if (task == NULL || task == first)
		return first;
	free(task->image);
	task->image = first->image;
	task->image_count = first->image_count;
	task->image_room = first->image_room;
	task->tid = first->tid;
	first->image = NULL;
	first->image_count = 0;
	first->image_room = 0;
	first->tid = 0;
	return task;
}

/* The first thread of a process of which others live on. */
static struct recorded_task *
recorder_find_ended(struct recorder *r, int tid)
{
	for (unsigned i = r->task_count; i-- > 0;)
		if (r->tasks[i].tid == tid)
			return &r->tasks[i];
	return NULL;
}

/* After "subsystem:", or PERF_RECORD_. */
static void
recorder_dispatch(struct recorder *r, int tid, char *s)
{
	struct recorded_task *task = recorder_find(r, tid);
	char *at;

	at = strstr(s, "PERF_RECORD_MMAP2 ");
	if (task == NULL && at != NULL && r->trace->task_count == 0)
		task = recorder_task(r, tid); /* the program's first exec */
	if (task == NULL &&
	    (at != NULL || strstr(s, "sched_process_exec:") != NULL))
		task = recorder_find_ended(r, tid);
	if (task == NULL)
		return; /* nobody of the program */
	if (at != NULL)
		recorder_mmap2(r, task, at + 18);
	else if ((at = strstr(s, "page_fault_user:")) != NULL)
		recorder_fault(r, task, at + 16);
	else if ((at = strstr(s, "syscalls:")) != NULL)
		recorder_syscall(r, task, at + 9);
	else if ((at = strstr(s, "task_newtask:")) != NULL)
		recorder_newtask(r, task, at + 13);
	else if ((at = strstr(s, "sched_process_exec:")) != NULL)
		recorder_exec(r, recorder_takes_over(r, task, at));
	else if (strstr(s, "sched_process_exit:") != NULL)
		recorder_exit(r, task);
}

void
recorder_line(struct recorder *r, char *line)
{
	char *rest;
	long tid = strtol(line, &rest, 10);

	if (strstr(line, "PERF_RECORD_LOST") != NULL)
		recorder_skip(r, "records that perf lost, in one go");
	if (rest == line || tid <= 0)
		return; /* the kernel's own, or a heading */
	recorder_dispatch(r, (int)tid, rest);
}

struct trace *
recorder_finish(struct recorder *r, const char *program)
{
	struct trace *t = r->trace;

	t->program = need_printf("%s", program);
	for (unsigned i = 0; i < r->task_count; i++)
		free(r->tasks[i].image);
	for (unsigned i = 0; i < t->file_count; i++)
		free(r->keys[i]);
	free(r->keys);
	free(r->tasks);
	free(r);
	return t;
}
