/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operations of direct.def: core/direct.h.
 *
 * Each gives back what it was given, so that the last to end also ends the
 * object, and every transition between 0 and 1 can meet every other.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/direct.h"
#include "core/vm_fault.h"
#include "core/vm_map.h"
#include "core/vm_pageout.h"
#include "pmap_sim/pmap.h"
#include "pmap_sim/pmap_table.h"
#include "pmap_sim/unseen.h"

#ifdef SYNC_CONTROLLED

struct vm_direct_scene {
	struct vnode *file;
	vm_object_t object;             /* S */
	vm_object_t front[DIRECT_CPUS]; /* of who wants one */
	struct vmspace *space[DIRECT_CPUS];
};

/* A resident, dirty page at 0. */
void
vm_direct_page(struct vm *vm, vm_object_t object, uint64_t word)
{
	vm_page_t m;

	vm_object_lock(object);
	m = vm_page_alloc(vm, object, 0);
	if (m == NULL)
		panic(vm->machine, "vm_direct_page: no page");
	vm_page_zero_fill(vm, m);
	memcpy(
	    frame_bytes(vm->machine, VM_PAGE_TO_PHYS(m)), &word, sizeof(word));
	m->flags &= ~(PG_FAKE | PG_CLEAN);
	vm_page_lock_queues();
	vm_page_activate(vm, m);
	vm_page_unlock_queues();
	PAGE_WAKEUP(m);
	vm_object_unlock(object);
}

vm_object_t
vm_direct_find(struct vm *vm, struct vnode *file)
{
	vm_object_t object;

	if (vm_pager_allocate(vm, file, &object) == NULL)
		panic(vm->machine, "vm_direct_find: no memory");
	return object;
}

/* Front, empty, over one with a page, over S. */
vm_object_t
vm_direct_front(struct vm *vm, vm_object_t object)
{
	vm_offset_t offset = 0;
	vm_object_t front = object;

	vm_object_reference(vm, object);
	if (vm_object_shadow(vm, &front, &offset, PAGE_SIZE) != KERN_SUCCESS)
		panic(vm->machine, "vm_direct_front: no memory");
	vm_direct_page(vm, front, DIRECT_WORD + 1);
	if (vm_object_shadow(vm, &front, &offset, PAGE_SIZE) != KERN_SUCCESS)
		panic(vm->machine, "vm_direct_front: no memory");
	return front;
}

unsigned
vm_direct_wants(enum direct_op op)
{
	static const unsigned char wants[] = {
#define DIRECT(name, want, did, sentence) want,
#include "core/direct.def"
#undef DIRECT
	};

	return wants[op];
}

void
vm_direct_make(struct vm *vm, void *memory, struct vnode *file,
    struct vmspace *const *spaces, const enum direct_op *ops, unsigned cpus)
{
	struct vm_direct_scene *scene = memory;
	vm_object_t object = vm_direct_find(vm, file);

	scene->file = file;
	scene->object = object;
	vm_direct_page(vm, object, DIRECT_WORD);
	for (unsigned i = 0; i < cpus; i++) {
		unsigned wants = vm_direct_wants(ops[i]);
		vm_offset_t at = DIRECT_VA;

		scene->space[i] = spaces[i];
		if (wants & DIRECT_REF)
			vm_object_reference(vm, object);
		if (wants & DIRECT_FRONT)
			scene->front[i] = vm_direct_front(vm, object);
		if ((wants & DIRECT_MAP) &&
		    vm_mmap(vm, spaces[i], &at, PAGE_SIZE,
			VM_PROT_READ | VM_PROT_WRITE, MAP_SHARED_ | MAP_FIXED_,
			file, 0) != KERN_SUCCESS)
			panic(vm->machine, "vm_direct_make: mmap");
	}
	/* Gives up the reference that it was found with. */
	pager_cache(vm, object, TRUE);
}

void
vm_direct_copy(struct vm *vm, vm_object_t object)
{
	vm_object_t copy = NULL;
	vm_offset_t offset;
	boolean_t needs_copy;

	if (vm_object_copy(vm, object, 0, PAGE_SIZE, &copy, &offset,
		&needs_copy) == KERN_SUCCESS)
		vm_object_deallocate(vm, copy);
	vm_object_deallocate(vm, object);
}

void
vm_direct_clean(struct vm *vm, vm_object_t object)
{
	vm_object_lock(object);
	(void)vm_object_page_clean(vm, object, 0, 0, FALSE);
	vm_object_unlock(object);
	vm_object_deallocate(vm, object);
}

void
vm_direct_collapse(struct vm *vm, vm_object_t front)
{
	vm_object_lock(front);
	vm_object_collapse(vm, front);
	vm_object_unlock(front);
	vm_object_deallocate(vm, front);
}

void
vm_direct_fault(struct vm *vm, struct vmspace *space, unsigned cpu)
{
	if (cpu_store(DIRECT_VA, cpu + 1) != KERN_SUCCESS)
		panic(vm->machine, "vm_direct_fault: a store fails");
	if (vm_munmap(vm, space, DIRECT_VA, PAGE_SIZE) != KERN_SUCCESS)
		panic(vm->machine, "vm_direct_fault: munmap");
}

void
vm_direct_act(struct vm *vm, struct vm_direct_scene *scene, enum direct_op op,
    unsigned cpu)
{
	switch (op) {
	case DIRECT_lookup:
		vm_object_deallocate(vm, vm_direct_find(vm, scene->file));
		break;
	case DIRECT_reference:
		vm_object_reference(vm, scene->object);
		vm_object_deallocate(vm, scene->object);
		vm_object_deallocate(vm, scene->object);
		break;
	case DIRECT_deallocate:
		vm_object_deallocate(vm, scene->object);
		break;
	case DIRECT_collapse:
		vm_direct_collapse(vm, scene->front[cpu]);
		break;
	case DIRECT_copy:
		vm_direct_copy(vm, scene->object);
		break;
	case DIRECT_fault:
		vm_direct_fault(vm, scene->space[cpu], cpu);
		break;
	case DIRECT_page_clean:
		vm_direct_clean(vm, scene->object);
		break;
	case DIRECT_cache_trim:
		vm_object_cache_limit(vm, 0);
		break;
	case DIRECT_OPS:
		break;
	}
}

boolean_t
vm_direct_run(struct vm *vm, void *scene, enum direct_op op, unsigned cpu)
{
	const struct vm_percpu *now = vm_percpu(vm), was = *now;

	vm_direct_act(vm, scene, op, cpu);
	switch (op) {
#define GREW(counter) (now->counter != was.counter)
#define DIRECT(name, wants, did, sentence)                                     \
	case DIRECT_##name:                                                    \
		return did;
#include "core/direct.def"
#undef DIRECT
#undef GREW
	case DIRECT_OPS:
		break;
	}
	return FALSE;
}

void
vm_direct_pageout(struct vm *vm, boolean_t urgent)
{
	struct vm_pageout_pass pass = { .urgent = urgent };

	/* Once, while the scene is built. */
	if (vm->cnt.v_free_target != vm->machine->nframes)
		vm->cnt.v_free_target = vm->machine->nframes;
	vm_pageout_scan(vm, &pass);
	vm_pager_sync(vm);
}

/* --- Looked at between two steps ------------------------------------------ */

#define DIRECT_OBJECTS 8 /* told of; a list that is torn may have no end */

UNSEEN_BEGIN

struct direct_teller {
	tell_t *tell;
	void *arg;
	vm_object_t object;
};

__attribute__((format(printf, 5, 6))) void
vm_direct_tell(const struct direct_teller *t, const char *what,
    const volatile void *at, size_t size, const char *format, ...)
{
	char name[32], value[32];
	va_list ap;

	snprintf(name, sizeof(name), "object %u%s", t->object->serial, what);
	va_start(ap, format);
	vsnprintf(value, sizeof(value), format, ap);
	va_end(ap);
	t->tell(t->arg, name, at, size, value[0] != '\0' ? value : NULL);
}

/* Allocated and not yet freed: a hazard's pointers may be to anything. */
static boolean_t
is_there(const void *thing)
{
	size_t size;
	const void *block = arena_block(thing, &size);

	return block != NULL && arena_turn(block) % 2 == 0;
}

void
vm_direct_tell_link(
    const struct direct_teller *t, const char *what, const vm_object_t *link)
{
	if (*link == NULL)
		vm_direct_tell(t, what, link, sizeof(*link), "none");
	else if (is_there(*link))
		vm_direct_tell(
		    t, what, link, sizeof(*link), "object %u", (*link)->serial);
	else
		vm_direct_tell(t, what, link, sizeof(*link), "what was freed");
}

void
vm_direct_tell_object(const struct direct_teller *t)
{
	vm_object_t o = t->object;
	const struct vm_pager *pager = sync_peek(&o->pager);
	unsigned flags = o->flags;

	vm_direct_tell(t, ".lock", &o->lk, sizeof(o->lk), "%s", "");
	vm_direct_tell(t, ".ref_count", &o->ref.count, sizeof(o->ref.count),
	    "%d", o->ref.count);
	vm_direct_tell(t, ".flags", &o->flags, sizeof(o->flags), "%s%s%s%s",
	    flags & OBJ_INTERNAL ? "internal" : "external",
	    flags & OBJ_CANPERSIST ? " persists" : "",
	    flags & OBJ_DYING ? " dying" : "",
	    flags & OBJ_HASHED ? " hashed" : "");
	vm_direct_tell(t, ".paging", &o->paging_in_progress,
	    sizeof(o->paging_in_progress), "%u", o->paging_in_progress);
	vm_direct_tell(t, ".pages", &o->resident_page_count,
	    sizeof(o->resident_page_count), "%d", o->resident_page_count);
	vm_direct_tell(t, ".pager", &o->pager, sizeof(o->pager), "%s", "");
	vm_direct_tell_link(t, ".shadow", &o->shadow);
	vm_direct_tell_link(t, ".copy", &o->copy);
	vm_direct_tell(t, "", o, sizeof(*o), "there");
	if (!is_there(pager))
		return;
	vm_direct_tell(t, "'s pager", pager, sizeof(*pager), "%s", "");
	if (pager->swap != NULL)
		vm_direct_tell(t, "'s swap map", pager->swap->chunk,
		    (pager->swap->npages / SWAP_CHUNK + 1) *
			sizeof(pager->swap->chunk[0]),
		    "%s", "");
}

/* An array, or a part of each in it (pmap_sim/tell.h). */
static void
tell_each(const struct direct_teller *t, const char *what, const char *part,
    const volatile void *at, size_t size, unsigned count)
{
	char name[48];

	snprintf(name, sizeof(name), "%s[0..%u]%s", what, count - 1, part);
	t->tell(t->arg, name, at, size, NULL);
}

#define TELL(name, member)                                                     \
	t->tell(t->arg, name, &(member), sizeof(member), NULL)

static void
tell_swap(const struct direct_teller *t, const struct swap_device *swap)
{
	TELL("swap lock", swap->lock);
	TELL("swap.in_flight", swap->in_flight);
	TELL("swap.failed", swap->failed);
	TELL("swap", *swap);
}

/* By the roles that they play. */
static void
tell_locks(const struct direct_teller *t, struct vm *vm)
{
#ifdef LK_LOCKS
#define ONE(role, member) TELL(role " lock", vm->lk.member);
#define EACH(role, member)                                                     \
	tell_each(t, role " lock", "", vm->lk.member, sizeof(vm->lk.member),   \
	    sizeof(vm->lk.member) / sizeof(vm->lk.member[0]));
	LK_LOCKS(ONE, EACH)
#undef ONE
#undef EACH
#endif
	TELL("map list's lock", vm->map_list_lock);
	TELL("pager list's lock", vm->pager_list_lock);
	TELL("vm.lk", vm->lk);
	TELL("vm_pages_needed lock", vm->vm_pages_needed_lock);
	TELL("vm_pages_needed", vm->vm_pages_needed);
	TELL("vm_cache_max", vm->vm_cache_max);
	TELL("v_free_count", vm->cnt.v_free_count);
	TELL("v_active_count", vm->cnt.v_active_count);
	TELL("v_inactive_count", vm->cnt.v_inactive_count);
	TELL("v_wire_count", vm->cnt.v_wire_count);
	TELL("v_inactive_target", vm->cnt.v_inactive_target);
	TELL("the daemon's thread", vm->daemon);
	if (vm->swap_device != NULL)
		tell_swap(t, vm->swap_device);
	TELL("vm", *vm);
}

static const char *
map_lock_state(const struct kern_lock *l, char *text, size_t size)
{
	if (l->read_count != 0)
		snprintf(text, size, "%u %s%s", l->read_count,
		    l->read_count == 1 ? "reader" : "readers",
		    l->want_write ? ", a writer waits" : "");
	else
		snprintf(text, size, "%s", l->want_write ? "a writer" : "free");
	return text;
}

/* Spaces are named by their pmaps, for these live on. */
static void
tell_spaces(const struct direct_teller *t, struct vm *vm)
{
	unsigned count = 0;
	char name[48], state[40];

	for (struct vm_map *map = vm->map_list; map != NULL;
	     map = map->list_next) {
		if (map->pmap == NULL || count++ == DIRECT_CPUS)
			continue;
		snprintf(
		    name, sizeof(name), "space %u.map lock", map->pmap->serial);
		t->tell(t->arg, name, &map->lock, sizeof(map->lock),
		    map_lock_state(&map->lock, state, sizeof(state)));
		snprintf(name, sizeof(name), "space %u.map", map->pmap->serial);
		TELL(name, *map);
		snprintf(
		    name, sizeof(name), "space %u.map.hint", map->pmap->serial);
		TELL(name, map->hint);
		snprintf(name, sizeof(name), "space %u.vm_refcnt",
		    map->pmap->serial);
		TELL(name, ((struct vmspace *)map)->vm_refcnt);
	}
}

/* Each has its frame's number. */
static void
tell_pages(const struct direct_teller *t, struct vm *vm)
{
	unsigned count = vm->machine->nframes;
	size_t size = count * sizeof(*vm->vm_page_array);

	tell_each(t, "page", "", vm->vm_page_array, size, count);
	tell_each(
	    t, "page", ".flags", &vm->vm_page_array->all_flags, size, count);
#if LK_BATCH
	tell_each(t, "page", ".where", &vm->vm_page_array->where, size, count);
#endif
}

/* t->object's, if it has one: by that object, which may be gone. */
static void
tell_hash_entry(const struct direct_teller *t, struct vm *vm)
{
	char name[48];

	for (unsigned i = 0; i < VM_OBJECT_HASH_COUNT; i++) {
		unsigned count = 0;

		for (vm_object_hash_entry_t e =
			 sync_peek(&vm->vm_object_hashtable[i]);
		     is_there(e) && count++ < DIRECT_OBJECTS;
		     e = sync_peek(&e->next)) {
			if (e->object != t->object)
				continue;
			snprintf(name, sizeof(name), "object %u's hash entry",
			    t->object->serial);
			TELL(name, *e);
		}
	}
}

static void
tell_objects(struct direct_teller *t, struct vm *vm)
{
	unsigned count = 0;

	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++)
		QUEUE_FOREACH (t->object, &vm->vm_object_lists[i].objects,
		    vm_object_t, object_list) {
			if (count++ == DIRECT_OBJECTS)
				return;
			if (t->object != vm->kernel_object &&
			    t->object != vm->kmem_object) {
				vm_direct_tell_object(t);
				tell_hash_entry(t, vm);
			}
		}
}

void
vm_direct_watch(struct vm *vm, tell_t *tell, void *arg)
{
	struct direct_teller t = { .tell = tell, .arg = arg };

	tell_objects(&t, vm);
	tell_each(&t, "pager hash", "", vm->vm_object_hashtable,
	    sizeof(vm->vm_object_hashtable), VM_OBJECT_HASH_COUNT);
	tell_locks(&t, vm);
	tell_spaces(&t, vm);
	tell_pages(&t, vm);
	machine_tell(vm->machine, tell, arg);
}

UNSEEN_END

const struct vm_direct vm_direct_ops = {
	.watch = vm_direct_watch,
	.scene_size = sizeof(struct vm_direct_scene),
	.reclaims = LK_LOOKUP_LOCKFREE,
	.make = vm_direct_make,
	.run = vm_direct_run,
	.pageout = vm_direct_pageout,
};

#endif /* SYNC_CONTROLLED */
