/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module's identity table as a table of bench/table.h: a thing is an
 * object with a vnode pager, its key the pager.  All goes the way it goes in
 * the kernel: vm_pager_allocate makes them, vm_object_lookup finds them,
 * vm_object_deallocate lets them go.
 *
 * CHECKED AT REST: each object has the one reference that keeps it.  Then that
 * is dropped: what fits into the cache is left for vm_check, which looks at
 * every object from every other, and the rest is terminated; at the end nothing
 * may be left.
 */
#ifndef BENCH_VM_TABLE_H
#define BENCH_VM_TABLE_H

#include "bench/keys.h"
#include "bench/vm_world.h"

#define TABLE_FRAMES  64u
#define TABLE_CHECKED 2048u /* objects that vm_check is left with at most */
#define TABLE_CHUNK   64u

_Static_assert(sizeof(struct vm_pager) == BENCH_KEY_BYTES, "as peers' keys");

struct vnode_chunk {
	struct vnode_chunk *next;
	unsigned used;
	vm_object_t object[TABLE_CHUNK];
	struct vnode vnode[TABLE_CHUNK];
};

struct table {
	struct vm_world world;
	struct vnode_chunk **chunks; /* [threads] each thread's own */
};

static inline void
table_enter(struct table *table, unsigned thread)
{
	cpu_attach(table->world.machine, thread);
}

static inline void
table_leave(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
	cpu_detach();
}

static inline void
table_rest(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
	cpu_idle_enter();
}

static inline void
table_wake(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
	cpu_idle_exit();
}

static inline struct table *
table_open(const struct request *request)
{
	bool updates = args_number(request->args, "updates", 0) != 0;
	struct vm_config config = { .cache_max =
					updates ? ~0u : TABLE_CHECKED };
	struct table *table = need_zeroed(1, sizeof(*table));

	if (!vm_world_open(&table->world, request, TABLE_FRAMES, &config)) {
		free(table);
		return NULL;
	}
	table->chunks = need_zeroed(request->threads, sizeof(*table->chunks));
	return table;
}

static inline struct vnode *
table_vnode(struct table *table, unsigned thread, struct vnode_chunk **chunk)
{
	struct vnode_chunk *first = table->chunks[thread];
	struct vnode *vnode;

	if (first == NULL || first->used == TABLE_CHUNK) {
		struct vnode_chunk *more = need_zeroed(1, sizeof(*more));

		more->next = first;
		table->chunks[thread] = first = more;
	}
	vnode = &first->vnode[first->used++];
	vnode_init(vnode, -1, first->used, PAGE_SIZE);
	*chunk = first;
	return vnode;
}

static inline const void *
table_add(struct table *table, unsigned thread)
{
	struct vnode_chunk *chunk;
	struct vnode *vnode = table_vnode(table, thread, &chunk);
	vm_object_t *object = &chunk->object[chunk->used - 1];

	return vm_pager_allocate(table->world.vm, vnode, object);
}

/* Under what lets a lookup read the table, and no more. */
LK_UNCHECKED static inline void *
table_find(struct table *table, const void *key)
{
	struct vm *vm = table->world.vm;
	vm_object_hash_entry_t entry;
	void *thing;

	if (LK_LOOKUP_LOCKFREE)
		lk_lookup_begin(&vm->lk);
	else
		lk_identity_enter(&vm->lk, key);
	entry = vm_object_hash_find(vm, key);
	thing = entry != NULL ? entry->object : NULL;
	if (LK_LOOKUP_LOCKFREE)
		lk_lookup_end(&vm->lk);
	else
		lk_identity_exit(&vm->lk, key);
	return thing;
}

/* With updates there is no cache: who lets go ends it. */
#ifndef BENCH_CEILING
static inline const void *
table_renew(struct table *table, unsigned thread, const void *key)
{
	const struct vm_pager *pager = key;
	struct vnode *vnode = pager->vnode;
	struct vnode_chunk *chunk = table->chunks[thread];
	vm_object_t *object;

	while (vnode < chunk->vnode || vnode >= chunk->vnode + TABLE_CHUNK)
		chunk = chunk->next;
	object = &chunk->object[vnode - chunk->vnode];
	vm_object_deallocate(table->world.vm, *object);
	return vm_pager_allocate(table->world.vm, vnode, object);
}
#endif

#ifdef BENCH_CEILING
/* Without locks only what changes nothing is safe: to get is to find. */
static inline void *
table_get(struct table *table, const void *key)
{
	return table_find(table, key);
}

static inline void
table_put(struct table *table, void *thing)
{
	(void)table;
	(void)thing;
}
#else
static inline void *
table_get(struct table *table, const void *key)
{
	return vm_object_lookup(table->world.vm, key);
}

static inline void
table_put(struct table *table, void *thing)
{
	vm_object_deallocate(table->world.vm, thing);
}
#endif

/* --- At rest ------------------------------------------------------------ */

static inline void
table_let_go(
    struct table *table, struct vnode_chunk *chunk, struct aftermath *after)
{
	for (unsigned i = 0; i < chunk->used; i++) {
		vm_object_t object = chunk->object[i];

		if (object == NULL)
			continue;
		vm_world_wrong(after, lk_ref_read(&object->ref) != 1,
		    "an object has not the one reference that keeps it");
		after->live_objects++;
		vm_object_deallocate(table->world.vm, object);
	}
}

static inline void
table_check(struct table *table, struct aftermath *after)
{
	cpu_attach(table->world.machine, table->world.threads);
	after->live_objects = 0;
	for (unsigned t = 0; t < table->world.threads; t++)
		for (struct vnode_chunk *chunk = table->chunks[t];
		     chunk != NULL; chunk = chunk->next)
			table_let_go(table, chunk, after);
	vm_world_check(&table->world, after);
	vm_world_close(&table->world, after);
}

static inline void
table_close(struct table *table)
{
	for (unsigned t = 0; t < table->world.threads; t++)
		for (struct vnode_chunk *chunk = table->chunks[t], *next;
		     chunk != NULL; chunk = next) {
			next = chunk->next;
			free(chunk);
		}
	free(table->chunks);
	free(table);
}

#endif /* BENCH_VM_TABLE_H */
