/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory, the reverse map, and the pools behind the pmap module.
 *
 * A frame's reverse map lists the translations that name it, no more and no
 * less: a translation is made valid and invalid with both the pmap's lock and
 * the frame's, the list changing in the same breath.  So whoever holds the
 * frame's lock alone may read, through the list, each translation of the frame,
 * and none can vanish, nor its table, until the lock is dropped.  What a dead
 * translation knew (R, M) is in frame->attributes before it is off the list.
 *
 * Order: pmap->lock > frame->lock > pool->lock.
 *
 * The first entry of a list is inside the frame: a private page, the common
 * case, needs no other.  Further ones come from the pmap that maps, which keeps
 * a few to spare; any pmap may end up with an entry another has brought.
 *
 * Nothing here is touched before it is used, so a machine of a million frames
 * is made as fast as one of ten: a zeroed frame is a free one, its lock open.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pmap_sim/frame.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/pmap_table.h"

#ifdef SYNC_CONTROLLED
#define POOL_CHUNK ((size_t)16 << 10) /* is put back each time */
#else
#define POOL_CHUNK ((size_t)256 << 10)
#endif
#define PV_BATCH  16 /* entries fetched from the pool at once */
#define PV_SPARES 64 /* kept by a pmap; more go back */

struct pool_chunk {
	struct pool_chunk *next;
	_Alignas(64) char bytes[];
};

/* --- Pools --------------------------------------------------------------- */

/* Zeroed memory that costs nothing until it is touched, or NULL. */
static void *
pages_map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* The frames themselves: what is in them is no state, but of those in use. */
static void *
frame_memory_map(size_t bytes)
{
#ifdef SYNC_CONTROLLED
	return arena_outside(bytes);
#else
	return pages_map(bytes);
#endif
}

static void
pool_init(struct pool *pool, size_t size)
{
	*pool = (struct pool){ .size = size, .budget = LONG_MAX };
	sync_spin_init(&pool->lock);
}

static void
pool_fini(struct pool *pool)
{
	struct pool_chunk *next;

	for (struct pool_chunk *c = pool->chunks; c != NULL; c = next) {
		next = c->next;
		munmap(c, POOL_CHUNK);
	}
	sync_spin_fini(&pool->lock);
}

static boolean_t
pool_grow(struct pool *pool)
{
	struct pool_chunk *c;

	if (pool->budget == 0 || (c = pages_map(POOL_CHUNK)) == NULL)
		return FALSE;
	pool->budget--;
	c->next = pool->chunks;
	pool->chunks = c;
	pool->fresh = c->bytes;
	pool->end = (char *)c + POOL_CHUNK;
	return TRUE;
}

static void *
pool_take(struct pool *pool)
{
	void *thing = pool->free;

	if (thing != NULL) {
		pool->free = *(void **)thing;
		return thing;
	}
	if ((size_t)(pool->end - pool->fresh) < pool->size && !pool_grow(pool))
		return NULL;
	thing = pool->fresh;
	pool->fresh += pool->size;
	return thing;
}

unsigned
pool_get(struct pool *pool, void **chain, unsigned n)
{
	unsigned got = 0;
	void *thing;

	*chain = NULL;
	sync_spin_take(&pool->lock);
	for (; got < n && (thing = pool_take(pool)) != NULL; got++) {
		*(void **)thing = *chain;
		*chain = thing;
	}
	sync_spin_drop(&pool->lock);
	return got;
}

void
pool_put(struct pool *pool, void *first, void *last)
{
	sync_spin_take(&pool->lock);
	*(void **)last = pool->free;
	pool->free = first;
	sync_spin_drop(&pool->lock);
}

/* --- Memory -------------------------------------------------------------- */

unsigned
frame_count(const struct machine *m)
{
	return m->nframes + m->ndevice;
}

int
frame_init(struct machine *m)
{
	unsigned n = frame_count(m);

	m->frames = machine_fixed(m, n * sizeof(*m->frames));
	m->memory = frame_memory_map((size_t)n << PAGE_SHIFT);
	m->pv_pool = malloc(sizeof(*m->pv_pool));
	if (m->pv_pool != NULL) {
		pool_init(&m->pv_pool->entries, sizeof(struct pv_entry));
		pool_init(&m->pv_pool->nodes, sizeof(struct pmap_node));
	}
	if (m->frames == NULL || m->memory == NULL || m->pv_pool == NULL) {
		frame_fini(m);
		return -1;
	}
	for (unsigned i = m->nframes; i < n; i++)
		frame_alloc(m, ptoa(i));
	return 0;
}

void
frame_fini(struct machine *m)
{
	if (m->pv_pool != NULL) {
		pool_fini(&m->pv_pool->entries);
		pool_fini(&m->pv_pool->nodes);
	}
	free(m->pv_pool);
	m->pv_pool = NULL;
	if (m->memory != NULL)
		munmap(m->memory, (size_t)frame_count(m) << PAGE_SHIFT);
	m->memory = NULL;
}

struct frame *
frame_of(struct machine *m, vm_offset_t pa)
{
	vm_offset_t n = pa >> PAGE_SHIFT;

	return n < frame_count(m) ? &m->frames[n] : NULL;
}

unsigned char *
frame_bytes(struct machine *m, vm_offset_t pa)
{
	return m->memory + pa;
}

void
frame_alloc(struct machine *m, vm_offset_t pa)
{
	struct frame *frame = frame_of(m, pa);
	boolean_t was;

	if (frame == NULL)
		panic(m, "frame_alloc: no frame at 0x%lx", pa);
	frame_enter(frame);
	was = frame->in_use;
	frame->in_use = TRUE;
	frame_exit(frame);
	if (was)
		violation(m, "frame %u: expected free, found allocated twice",
		    frame_number(pa));
}

void
frame_free(struct machine *m, vm_offset_t pa)
{
	struct frame *frame = frame_of(m, pa);
	boolean_t was;
	struct pv_entry left;

	if (frame == NULL)
		panic(m, "frame_free: no frame at 0x%lx", pa);
	frame_enter(frame);
	was = frame->in_use;
	left = frame->pv;
	frame->in_use = FALSE;
	sync_store(&frame->generation, frame->generation + 1);
	frame_exit(frame);
	if (!was)
		violation(m, "frame %u: expected in use, found freed twice",
		    frame_number(pa));
	if (left.pmap != NULL)
		violation(m,
		    "frame %u: freed (I11): expected no mapping, found pmap %u "
		    "va 0x%lx%s",
		    frame_number(pa), left.pmap->serial, left.va,
		    left.next != NULL ? " and more" : "");
}

void
pmap_zero_page(struct machine *m, vm_offset_t pa)
{
	memset(frame_bytes(m, trunc_page(pa)), 0, PAGE_SIZE);
}

void
pmap_copy_page(struct machine *m, vm_offset_t from, vm_offset_t to)
{
	memcpy(frame_bytes(m, trunc_page(to)), frame_bytes(m, trunc_page(from)),
	    PAGE_SIZE);
}

/* --- The reverse map ----------------------------------------------------- */

boolean_t
pv_refill(struct pmap *pmap)
{
	void *chain;

	/* An entry's first word is not its link, so they are linked anew. */
	if (pool_get(&pmap->machine->pv_pool->entries, &chain, PV_BATCH) == 0)
		return FALSE;
	while (chain != NULL) {
		struct pv_entry *pv = chain;

		chain = *(void **)chain;
		pv->next = pmap->pv_spare;
		pmap->pv_spare = pv;
		pmap->pv_spares++;
	}
	return TRUE;
}

/* The newest n spare entries, to the pool. */
static void
pv_return_some(struct pmap *pmap, unsigned n)
{
	struct pv_entry *first = NULL, *last = NULL;

	for (; n > 0; n--) {
		struct pv_entry *pv = pmap->pv_spare;

		pmap->pv_spare = pv->next;
		pmap->pv_spares--;
		*(void **)pv = first;
		first = pv;
		last = last == NULL ? pv : last;
	}
	if (first != NULL)
		pool_put(&pmap->machine->pv_pool->entries, first, last);
}

void
pv_return(struct pmap *pmap)
{
	pv_return_some(pmap, pmap->pv_spares);
}

boolean_t
pv_add(struct frame *frame, struct pmap *pmap, vm_offset_t va)
{
	struct pv_entry *pv = pmap->pv_spare;

	if (frame->pv.pmap == NULL) {
		frame->pv.va = va;
		/* Read without the lock by frame_mapped(). */
		sync_store(&frame->pv.pmap, pmap);
		return TRUE;
	}
	if (pv == NULL)
		return FALSE;
	pmap->pv_spare = pv->next;
	pmap->pv_spares--;
	*pv = (struct pv_entry){ pmap, va, frame->pv.next };
	frame->pv.next = pv;
	return TRUE;
}

static void
pv_spare(struct pmap *pmap, struct pv_entry *pv)
{
	pv->next = pmap->pv_spare;
	pmap->pv_spare = pv;
	if (++pmap->pv_spares > PV_SPARES)
		pv_return_some(pmap, PV_SPARES / 2);
}

void
pv_remove(struct frame *frame, struct pmap *pmap, vm_offset_t va)
{
	struct pv_entry *pv = frame->pv.next;
	struct pv_entry **link = &frame->pv.next;

	if (frame->pv.pmap == pmap && frame->pv.va == va) {
		/* The second becomes the first, if there is one. */
		if (pv != NULL) {
			frame->pv.va = pv->va;
			frame->pv.next = pv->next;
		}
		sync_store(&frame->pv.pmap, pv != NULL ? pv->pmap : NULL);
		if (pv != NULL)
			pv_spare(pmap, pv);
		return;
	}
	for (; pv != NULL; link = &pv->next, pv = *link)
		if (pv->pmap == pmap && pv->va == va) {
			*link = pv->next;
			pv_spare(pmap, pv);
			return;
		}
	panic(pmap->machine, "pv_remove: pmap %u va 0x%lx is not in the list",
	    pmap->serial, va);
}
