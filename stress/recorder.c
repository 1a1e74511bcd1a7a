/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of the kernel's events:
 *
 *	a call		an event when it is left, if it succeeded; a munmap when
 *			it is entered, for before it is left another thread may
 *			be given the same addresses
 *	a mapping	inside an mmap: says what file the descriptor was;
 *			inside another call: repeats what the call has told;
 *			outside of any: the kernel maps a program, kept until
 *			its exec is told, which comes after them
 *	a new task	fork, vfork or thread, by its clone_flags
 *
 * An anonymous mapping takes its range from the call, not from the record: the
 * record names the kernel's mapping, which may be larger, having grown together
 * with its neighbour.
 *
 * The heap's end belongs to an address space: whichever thread moves it, the
 * next to do so starts from there.
 *
 * The stack is recorded as large as it may grow.  vdso and vvar become private
 * memory.
 */
#include "stress/recorder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "stress/need.h"

#define STACK_ROOM       ((vm_size_t)8 << 20)
#define CLONE_VM_        0x100ul
#define CLONE_VFORK_     0x4000ul
#define MAP_SHARED_BIT   0x1ul
#define MAP_ANON_BIT     0x20ul
#define MREMAP_KEEP_BIT  0x4ul /* MREMAP_DONTUNMAP */
#define ADVICE_DONTNEED  4ul
#define FAULT_WRITE      0x2ul
#define NO_EVENT         (~0u)
#define TRACE_OP_REVOKED 0xff /* a munmap that failed after all */

/* What threads have in common. */
struct recorded_space {
	vm_offset_t brk; /* 0: not known */
	unsigned tasks;
};

/* A task of the recorded program. */
struct recorded_task {
	unsigned number; /* in the trace */
	boolean_t alive;
	struct recorded_space *space;
	enum recorded_call call; /* entered, not left */
	unsigned long arg[6];
	unsigned file;             /* of the mapping inside an mmap */
	unsigned event;            /* of the munmap, or NO_EVENT */
	int child;                 /* said to be born, or 0 */
	struct trace_event *image; /* mappings made outside of calls */
	unsigned image_count;
	size_t image_room;
};

struct recorder {
	struct trace *trace;
	size_t event_room, file_room, skip_room;
	struct recorded_task **tasks; /* by number */
	size_t task_room;
	unsigned *by_tid; /* the latest task's number + 1 */
	int tid_room;
	char **keys; /* device and inode, by file */
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

void
recorder_skip(struct recorder *r, unsigned long count, const char *reason)
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
	t->skips[i].count += count;
}

/* Its index, or NO_EVENT if no reader would take it. */
static unsigned
recorder_event(struct recorder *r, struct trace_event event)
{
	struct trace *t = r->trace;

	if (!trace_possible(&event)) {
		recorder_skip(r, 1, "an event of impossible shape");
		return NO_EVENT;
	}
	t->events =
	    grow(t->events, t->event_count, &r->event_room, sizeof(event));
	t->events[t->event_count] = event;
	return t->event_count++;
}

/* --- Tasks ---------------------------------------------------------------- */

struct recorded_task *
recorder_past_task(struct recorder *r, int tid)
{
	if (tid >= r->tid_room || r->by_tid[tid] == 0)
		return NULL;
	return r->tasks[r->by_tid[tid] - 1];
}

struct recorded_task *
recorder_task(struct recorder *r, int tid)
{
	struct recorded_task *task = recorder_past_task(r, tid);

	return task != NULL && task->alive ? task : NULL;
}

/* From now on `task` goes by that number. */
static void
recorder_name(struct recorder *r, const struct recorded_task *task, int tid)
{
	if (tid >= r->tid_room) {
		int room = 2 * tid < 4096 ? 4096 : 2 * tid;

		r->by_tid =
		    need_resized(r->by_tid, (size_t)room, sizeof(*r->by_tid));
		memset(r->by_tid + r->tid_room, 0,
		    (size_t)(room - r->tid_room) * sizeof(*r->by_tid));
		r->tid_room = room;
	}
	r->by_tid[tid] = task->number + 1;
}

/* On that space, or on one of its own. */
static struct recorded_task *
recorder_birth(struct recorder *r, int tid, struct recorded_space *space)
{
	struct trace *t = r->trace;
	struct recorded_task *task = need_zeroed(1, sizeof(*task));

	r->tasks =
	    grow(r->tasks, t->task_count, &r->task_room, sizeof(*r->tasks));
	r->tasks[t->task_count] = task;
	task->number = t->task_count++;
	task->alive = TRUE;
	task->file = TRACE_NONE;
	task->event = NO_EVENT;
	task->space = space != NULL ? space : need_zeroed(1, sizeof(*space));
	task->space->tasks++;
	recorder_name(r, task, tid);
	return task;
}

static void
recorder_leave_space(struct recorded_task *task)
{
	if (task->space != NULL && --task->space->tasks == 0)
		free(task->space);
	task->space = NULL;
}

struct recorded_task *
recorder_root(struct recorder *r, int tid)
{
	return recorder_birth(r, tid, NULL);
}

boolean_t
recorder_begun(const struct recorder *r)
{
	return r->trace->event_count != 0;
}

void
recorder_fork(struct recorded_task *parent, int tid)
{
	parent->child = tid;
}

void
recorder_newtask(struct recorder *r, struct recorded_task *parent, int tid,
    unsigned long clone_flags)
{
	boolean_t forked = (clone_flags & CLONE_VM_) == 0;
	struct recorded_task *child;

	if (parent->child != 0)
		tid = parent->child;
	parent->child = 0;
	if (tid <= 0 || tid >= TID_LIMIT) {
		recorder_skip(r, 1, "a new task that cannot be read");
		return;
	}
	child = recorder_birth(r, tid, forked ? NULL : parent->space);
	child->space->brk = parent->space->brk;
	(void)recorder_event(
	    r, (struct trace_event){
		   .op = forked                       ? TRACE_FORK
			 : clone_flags & CLONE_VFORK_ ? TRACE_VFORK
						      : TRACE_THREAD,
		   .task = parent->number,
		   .child = child->number,
	       });
}

/* --- Files and mappings --------------------------------------------------- */

/* The last part of a path, as the name of a file for people: a line's worth. */
static char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = need_printf("%s", slash != NULL ? slash + 1 : path);

	for (char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (*name != '\0')
		return name;
	free(name);
	return need_printf("unnamed");
}

static unsigned
recorder_new_file(struct recorder *r, const struct recorded_map *map)
{
	struct trace *t = r->trace;
	struct stat st;
	unsigned i = t->file_count;

	t->files = grow(t->files, i, &r->file_room, sizeof(*t->files));
	r->keys = grow(r->keys, i, &r->key_room, sizeof(*r->keys));
	r->keys[i] = need_printf("%s", map->key);
	t->files[i] = (struct trace_file){
		.size = stat(map->path, &st) == 0 && S_ISREG(st.st_mode)
			    ? (vm_size_t)st.st_size
			    : 0,
		.name = file_name(map->path),
	};
	t->file_count++;
	return i;
}

/* The file of that identity, made known if it is new. */
static unsigned
recorder_file(struct recorder *r, const struct recorded_map *map)
{
	struct trace *t = r->trace;
	vm_size_t end = map->offset + map->size - PAGE_MASK;
	unsigned i;

	for (i = 0; i < t->file_count; i++)
		if (strcmp(r->keys[i], map->key) == 0)
			break;
	if (i == t->file_count)
		i = recorder_new_file(r, map);
	/* A file is at least as long as what is mapped of it, but for the
	 * last page, so that every fault finds its page. */
	if (t->files[i].size < end && map->offset < end)
		t->files[i].size = end;
	return i;
}

/* Mappings that no exec came after: made by a call that is not looked at. */
static void
recorder_drop_image(struct recorder *r, struct recorded_task *task)
{
	if (task->image_count != 0 && recorder_begun(r))
		recorder_skip(r, task->image_count,
		    "a mapping by other calls than those recorded (shmat, "
		    "32-bit programs)");
	task->image_count = 0;
}

static void
recorder_image(struct recorder *r, struct recorded_task *task,
    const struct recorded_map *map)
{
	struct trace_event e = {
		.op = TRACE_MMAP,
		.prot = (unsigned char)map->prot,
		.shared = map->shared,
		.file = TRACE_NONE,
		.address = map->start,
		.size = map->size,
	};

	if (strcmp(map->path, "[stack]") == 0) {
		/* An exec begins with it; the old stack's growth is of no
		 * interest. */
		recorder_drop_image(r, task);
		if (e.size < STACK_ROOM) {
			e.address += e.size - STACK_ROOM;
			e.size = STACK_ROOM;
		}
	}
	if (map->key != NULL) {
		e.file = recorder_file(r, map);
		e.other = map->offset;
	}
	task->image = grow(task->image, task->image_count, &task->image_room,
	    sizeof(*task->image));
	task->image[task->image_count++] = e;
}

void
recorder_map(struct recorder *r, struct recorded_task *task,
    const struct recorded_map *map)
{
	if (task->call == CALL_NONE)
		recorder_image(r, task, map);
	else if (task->call == CALL_MMAP && map->key != NULL &&
		 (task->arg[3] & MAP_ANON_BIT) == 0)
		task->file = recorder_file(r, map);
}

/* A thread that execs goes on under the tid of its process's first, which has
 * ended by then and under which the new image was collected. */
static void
recorder_take_over(struct recorder *r, struct recorded_task *task, int tid)
{
	struct recorded_task *first = recorder_past_task(r, tid);

	if (first == NULL || first == task)
		return;
	free(task->image);
	task->image = first->image;
	task->image_count = first->image_count;
	task->image_room = first->image_room;
	first->image = NULL;
	first->image_count = 0;
	first->image_room = 0;
	recorder_name(r, task, tid);
}

void
recorder_exec(struct recorder *r, struct recorded_task *task, int tid)
{
	recorder_take_over(r, task, tid);
	(void)recorder_event(
	    r, (struct trace_event){ .op = TRACE_EXEC, .task = task->number });
	for (unsigned i = 0; i < task->image_count; i++) {
		task->image[i].task = task->number;
		(void)recorder_event(r, task->image[i]);
	}
	task->image_count = 0;
	recorder_leave_space(task);
	task->space = need_zeroed(1, sizeof(*task->space));
	task->space->tasks = 1;
	task->call = CALL_NONE;
}

void
recorder_exit(struct recorder *r, struct recorded_task *task)
{
	(void)recorder_event(
	    r, (struct trace_event){ .op = TRACE_EXIT, .task = task->number });
	task->alive = FALSE;
	task->call = CALL_NONE;
	recorder_drop_image(r, task);
	free(task->image);
	task->image = NULL;
	task->image_room = 0;
	recorder_leave_space(task);
}

/* --- Calls ---------------------------------------------------------------- */

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
left_mmap(struct recorder *r, struct recorded_task *task, unsigned long result)
{
	struct trace_event e =
	    range_event(TRACE_MMAP, task, result, task->arg[1]);
	boolean_t anonymous = (task->arg[3] & MAP_ANON_BIT) != 0;

	if (!anonymous && task->file == TRACE_NONE) {
		recorder_skip(r, 1, "mmap of a file that no record names");
		anonymous = TRUE;
	}
	e.prot = task->arg[2] & VM_PROT_ALL;
	e.shared = (task->arg[3] & MAP_SHARED_BIT) != 0;
	if (!anonymous) {
		e.file = task->file;
		e.other = task->arg[5];
	}
	(void)recorder_event(r, e);
}

static void
left_brk(struct recorder *r, struct recorded_task *task, unsigned long result)
{
	struct trace_event e = { .op = TRACE_BRK, .task = task->number };
	struct recorded_space *space = task->space;

	if (space->brk == 0 && task->arg[0] != 0 && result == task->arg[0])
		recorder_skip(r, 1, "brk of a heap whose end is not known");
	if (space->brk != 0 && result != space->brk) {
		e.address = space->brk;
		e.other = result;
		(void)recorder_event(r, e);
	}
	space->brk = result;
}

static void
left_protect(struct recorder *r, struct recorded_task *task)
{
	struct trace_event e =
	    range_event(TRACE_PROTECT, task, task->arg[0], task->arg[1]);

	e.prot = task->arg[2] & VM_PROT_ALL;
	if (e.size != 0)
		(void)recorder_event(r, e);
}

static void
left_mremap(
    struct recorder *r, struct recorded_task *task, unsigned long result)
{
	struct trace_event e =
	    range_event(TRACE_REMAP, task, task->arg[0], task->arg[1]);

	if (task->arg[1] == 0) {
		recorder_skip(r, 1, "mremap that duplicates");
		return;
	}
	if (task->arg[3] & MREMAP_KEEP_BIT)
		recorder_skip(r, 1, "mremap that leaves the old range mapped");
	e.other = result;
	e.other_size = round_page(task->arg[2]);
	(void)recorder_event(r, e);
}

static void
recorder_left(
    struct recorder *r, struct recorded_task *task, unsigned long result)
{
	switch (task->call) {
	case CALL_MMAP:
		left_mmap(r, task, result);
		break;
	case CALL_BRK:
		left_brk(r, task, result);
		break;
	case CALL_MPROTECT:
		left_protect(r, task);
		break;
	case CALL_MREMAP:
		left_mremap(r, task, result);
		break;
	case CALL_MADVISE:
		if (task->arg[2] == ADVICE_DONTNEED && task->arg[1] != 0)
			(void)recorder_event(
			    r, range_event(TRACE_ADVISE, task, task->arg[0],
				   task->arg[1]));
		break;
	default:
		break;
	}
}

void
recorder_enter(struct recorder *r, struct recorded_task *task,
    enum recorded_call call, const unsigned long arg[6])
{
	struct trace_event e;

	task->call = call;
	task->file = TRACE_NONE;
	task->event = NO_EVENT;
	memcpy(task->arg, arg, sizeof(task->arg));
	if (call != CALL_MUNMAP)
		return;
	e = range_event(TRACE_MUNMAP, task, arg[0], arg[1]);
	if (trace_possible(&e)) /* else it fails */
		task->event = recorder_event(r, e);
}

void
recorder_leave(struct recorder *r, struct recorded_task *task,
    enum recorded_call call, unsigned long result)
{
	if (task->call == call) {
		if (result <= -4096ul)
			recorder_left(r, task, result);
		else if (task->event != NO_EVENT)
			r->trace->events[task->event].op = TRACE_OP_REVOKED;
	}
	task->call = CALL_NONE;
	task->event = NO_EVENT;
}

void
recorder_fault(struct recorder *r, struct recorded_task *task,
    unsigned long address, unsigned long code)
{
	struct trace_event e = {
		.op = code & FAULT_WRITE ? TRACE_STORE : TRACE_LOAD,
		.task = task->number,
		.address = address,
	};

	if (trace_possible(&e))
		(void)recorder_event(r, e);
	else
		recorder_skip(r, 1, "a fault outside the user's addresses");
}

/* --- The end -------------------------------------------------------------- */

static void
recorder_drop_revoked(struct trace *t)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < t->event_count; i++)
		if (t->events[i].op != TRACE_OP_REVOKED)
			t->events[kept++] = t->events[i];
	t->event_count = kept;
}

struct trace *
recorder_finish(struct recorder *r, const char *program)
{
	struct trace *t = r->trace;

	t->program = file_name(program);
	for (unsigned i = 0; i < t->task_count; i++) {
		recorder_drop_image(r, r->tasks[i]);
		recorder_leave_space(r->tasks[i]);
		free(r->tasks[i]->image);
		free(r->tasks[i]);
	}
	for (unsigned i = 0; i < t->file_count; i++)
		free(r->keys[i]);
	recorder_drop_revoked(t);
	free(r->keys);
	free(r->by_tid);
	free(r->tasks);
	free(r);
	return t;
}
