/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pager of anonymous memory: slots of a real file, a page each.
 *
 * A page gets its slot when it is first written and keeps it as long as the
 * pager lives.  The table of slots comes in chunks, made when first needed: a
 * mapping may be far larger than what is ever used of it.  A slot in the table
 * belongs to whoever has the page there busy; free slots, and the records of
 * writes under way, to the device's lock, a leaf.
 *
 * ASYNCHRONOUS WRITES.  One of a few "clean" records describes each:
 *
 *	FREE -> TAKEN -> DONE -> REAPING -> FREE
 *	        pager    disk    anybody
 *
 * The disk only marks it DONE and wakes the daemon, always (hazard B4: if
 * nobody reaps, whoever waits for the object's paging waits for ever).  To
 * reap is to make the page clean and give it back, under its object's lock,
 * which is only tried: the reaper came for something else.  If that fails the
 * record is DONE again.  Either way the daemon is told again: it never sleeps
 * beside a record that is done, nor beside a page that has just become clean.
 *
 * A record in flight holds a busy page and one paging_in_progress, so the
 * object cannot go, nor the pager leave it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/vm.h"
#include "core/vm_pageout.h"

#ifdef SYNC_CONTROLLED
#define SWAP_CLEAN 2 /* a look at each is a point or two */
#define SWAP_CHUNK 8 /* is put back each time */
#else
#define SWAP_CLEAN 64   /* writes under way at most */
#define SWAP_CHUNK 1024 /* slots to a chunk of the table */
#endif

enum swap_clean_state { CLEAN_FREE, CLEAN_TAKEN, CLEAN_DONE, CLEAN_REAPING };

struct swap_clean {
	struct disk_request request;
	struct vm *vm;               /* (i) */
	enum swap_clean_state state; /* under the device's lock */
	vm_object_t object;          /* what follows: whoever took it */
	vm_page_t page;
	struct swap_map *map;
	unsigned *slot;
};

/* Slot numbers begin at 1; 0 is none. */
struct swap_map {
	vm_offset_t npages; /* (i) */
	unsigned in_flight; /* under the device's lock */
	unsigned *chunk[];  /* (a) the pointers; (b) what they point to */
};

struct swap_device {
	int fd;         /* (i) */
	unsigned pages; /* (i) how many slots there are */
	struct sync_spin lock;
	unsigned fresh;     /* under lock: slots up to here were used once */
	unsigned nfree;     /* under lock: of those, free again */
	unsigned *free;     /* under lock: [pages], a stack */
	unsigned in_flight; /* (a) written under lock: records not free */
	boolean_t failed;   /* (a) an asynchronous write has, and none since
			       has succeeded: they are waited for */
	struct swap_clean clean[SWAP_CLEAN];
};

/* --- the device ---------------------------------------------------------- */

kern_return_t
swap_pager_init(struct vm *vm)
{
	struct swap_device *dev;
	unsigned pages = vm->config.swap_pages;

	vm->swap_device = NULL;
	if (vm->config.swap_path == NULL)
		return KERN_SUCCESS;
	if (pages == 0)
		pages = 4 * vm->machine->nframes;
	dev = calloc(1, sizeof(*dev));
	if (dev == NULL ||
	    (dev->free = malloc(pages * sizeof(*dev->free))) == NULL) {
		fprintf(
		    stderr, "vmrace: no memory for %u pages of swap\n", pages);
		free(dev);
		return KERN_RESOURCE_SHORTAGE;
	}
	dev->fd =
	    disk_open(vm->machine, vm->config.swap_path, (off_t)ptoa(pages));
	if (dev->fd < 0) {
		fprintf(stderr, "vmrace: cannot make the swap file %s: %s\n",
		    vm->config.swap_path, strerror(errno));
		free(dev->free);
		free(dev);
		return KERN_FAILURE;
	}
	dev->pages = pages;
	sync_spin_init(&dev->lock);
	for (unsigned i = 0; i < SWAP_CLEAN; i++)
		dev->clean[i].vm = vm;
	vm->swap_device = dev;
	return KERN_SUCCESS;
}

void
swap_pager_fini(struct vm *vm)
{
	struct swap_device *dev = vm->swap_device;
	unsigned spins = 0;

	if (dev == NULL)
		return;
	/* The last completion may still be on its way out. */
	while (disk_pending(vm->machine) != 0)
		cpu_relax_after(spins++);
	if (queue_empty(&vm->pager_list) && dev->nfree != dev->fresh)
		violation(vm->machine,
		    "swap: no pager is left, but %u pages of swap are in use",
		    dev->fresh - dev->nfree);
	vm->swap_device = NULL;
	sync_spin_fini(&dev->lock);
	disk_close(vm->machine, dev->fd);
	free(dev->free);
	free(dev);
}

/* A free slot, or 0. */
unsigned
swap_slot_take(struct swap_device *dev)
{
	unsigned slot = 0;

	sync_spin_take(&dev->lock);
	if (dev->nfree > 0)
		slot = dev->free[--dev->nfree];
	else if (dev->fresh < dev->pages)
		slot = ++dev->fresh;
	sync_spin_drop(&dev->lock);
	return slot;
}

/* It holds nothing any more; 0 ok. */
void
swap_slot_drop(struct swap_device *dev, unsigned *slot)
{
	if (*slot == 0)
		return;
	sync_spin_take(&dev->lock);
	dev->free[dev->nfree++] = *slot;
	sync_spin_drop(&dev->lock);
	*slot = 0;
}

/* --- the table of slots -------------------------------------------------- */

/* Where the table says which slot has the page; NULL: no such place, or
 * nothing near it was ever written. */
unsigned *
swap_map_find(struct swap_map *map, vm_offset_t offset)
{
	vm_offset_t i = atop(offset);
	unsigned *chunk;

	if (i >= map->npages)
		return NULL;
	chunk = sync_load(&map->chunk[i / SWAP_CHUNK]);
	return chunk != NULL ? &chunk[i % SWAP_CHUNK] : NULL;
}

/* The same, and the chunk is made if need be; NULL: no such place, no memory.
 * Two pages of one chunk may be first at once. */
unsigned *
swap_map_enter(struct vm *vm, struct swap_map *map, vm_offset_t offset)
{
	vm_offset_t i = atop(offset);
	unsigned *chunk, *none = NULL;

	if (i >= map->npages)
		return NULL;
	if (sync_load(&map->chunk[i / SWAP_CHUNK]) == NULL) {
		chunk = vm_malloc(vm, SWAP_CHUNK * sizeof(*chunk), M_VMPAGER);
		if (chunk == NULL)
			return NULL;
		memset(chunk, 0, SWAP_CHUNK * sizeof(*chunk));
		if (!sync_cas(&map->chunk[i / SWAP_CHUNK], &none, chunk))
			vm_mfree(vm, chunk, M_VMPAGER);
	}
	return swap_map_find(map, offset);
}

/* Free all slots, and the table. */
void
swap_map_clear(struct vm *vm, struct swap_map *map)
{
	for (vm_offset_t i = 0; i * SWAP_CHUNK < map->npages; i++) {
		unsigned *chunk = map->chunk[i];

		if (chunk == NULL)
			continue;
		for (unsigned j = 0; j < SWAP_CHUNK; j++)
			swap_slot_drop(vm->swap_device, &chunk[j]);
		vm_mfree(vm, chunk, M_VMPAGER);
		map->chunk[i] = NULL;
	}
}

/* --- records of writes under way ----------------------------------------- */

/* A free record, or NULL. */
struct swap_clean *
swap_clean_take(struct swap_device *dev, struct swap_map *map)
{
	struct swap_clean *c = NULL;

	sync_spin_take(&dev->lock);
	for (unsigned i = 0; i < SWAP_CLEAN && c == NULL; i++)
		if (dev->clean[i].state == CLEAN_FREE)
			c = &dev->clean[i];
	if (c != NULL) {
		c->state = CLEAN_TAKEN;
		c->map = map;
		map->in_flight++;
		sync_store(&dev->in_flight, dev->in_flight + 1);
	}
	sync_spin_drop(&dev->lock);
	return c;
}

/* Free it; if its pager waits for that, wake it. */
void
swap_clean_drop(struct vm *vm, struct swap_clean *c)
{
	struct swap_device *dev = vm->swap_device;

	sync_spin_take(&dev->lock);
	c->state = CLEAN_FREE;
	sync_store(&dev->in_flight, dev->in_flight - 1);
	if (--c->map->in_flight == 0)
		thread_wakeup(vm->machine, c->map);
	sync_spin_drop(&dev->lock);
}

/* From one state to another, if it is in the first. */
boolean_t
swap_clean_move(struct swap_device *dev, struct swap_clean *c,
    enum swap_clean_state from, enum swap_clean_state to)
{
	boolean_t moved;

	sync_spin_take(&dev->lock);
	moved = c->state == from;
	if (moved)
		c->state = to;
	sync_spin_drop(&dev->lock);
	return moved;
}

/* On the disk.  The record may be another write's as soon as it is DONE. */
void
swap_pager_iodone(struct disk_request *request)
{
	struct swap_clean *c = request->arg;
	struct vm *vm = c->vm;

	swap_clean_move(vm->swap_device, c, CLEAN_TAKEN, CLEAN_DONE);
	vm_pageout_wanted(vm);
}

/* The write did not happen: what the slot holds is nobody's, and the daemon
 * shall hear of the next failure itself. */
void
swap_pager_lost(struct vm *vm, struct swap_clean *c)
{
	sync_store_relaxed(&vm->swap_device->failed, TRUE);
	vm_count(failed_pageouts);
	swap_slot_drop(vm->swap_device, c->slot);
	vm_page_lock_queues();
	if (c->page->queue_flags & PG_INACTIVE)
		c->page->queue_flags |= PG_LAUNDRY;
	vm_page_unlock_queues();
}

/* Give back the page of a write that is done.  FALSE: not now. */
boolean_t
swap_pager_finish(struct vm *vm, struct swap_clean *c)
{
	vm_object_t object = c->object;
	vm_page_t m = c->page;

	if (!vm_object_lock_try(object))
		return FALSE;
	if (c->request.error == 0 && c->request.moved == PAGE_SIZE) {
		m->flags |= PG_CLEAN;
		pmap_clear_modify(vm->machine, VM_PAGE_TO_PHYS(m));
	} else
		swap_pager_lost(vm, c);
	swap_clean_drop(vm, c);
	PAGE_WAKEUP(m);
	vm_object_paging_over(vm, object);
	vm_object_unlock(object);
	return TRUE;
}

void
swap_pager_clean(struct vm *vm)
{
	struct swap_device *dev = vm->swap_device;

	if (swap_pager_pending(vm) == 0)
		return;
	for (unsigned i = 0; i < SWAP_CLEAN; i++) {
		struct swap_clean *c = &dev->clean[i];

		if (!swap_clean_move(dev, c, CLEAN_DONE, CLEAN_REAPING))
			continue;
		VM_POINT(reap);
		if (!swap_pager_finish(vm, c))
			swap_clean_move(dev, c, CLEAN_REAPING, CLEAN_DONE);
		vm_pageout_wanted(vm);
	}
}

unsigned
swap_pager_pending(struct vm *vm)
{
	struct swap_device *dev = vm->swap_device;

	return dev != NULL ? sync_load(&dev->in_flight) : 0;
}

/* --- the pager ----------------------------------------------------------- */

/* Where in the swap file. */
off_t
swap_slot_offset(unsigned slot)
{
	return (off_t)ptoa(slot - 1);
}

int
swap_pager_getpage(struct vm *vm, vm_pager_t pager, vm_page_t m)
{
	unsigned *slot =
	    swap_map_find(pager->swap, m->offset + m->object->paging_offset);
	struct disk_request request = {
		.fd = vm->swap_device->fd,
		.pa = VM_PAGE_TO_PHYS(m),
		.length = PAGE_SIZE,
	};

	swap_pager_clean(vm);
	if (slot == NULL || *slot == 0)
		return VM_PAGER_FAIL;
	request.offset = swap_slot_offset(*slot);
	if (disk_transfer(vm->machine, &request) != 0 ||
	    request.moved != PAGE_SIZE)
		return VM_PAGER_ERROR;
	return VM_PAGER_OK;
}

int
swap_pager_write(struct vm *vm, vm_page_t m, unsigned *slot)
{
	struct disk_request request = {
		.fd = vm->swap_device->fd,
		.write = TRUE,
		.pa = VM_PAGE_TO_PHYS(m),
		.offset = swap_slot_offset(*slot),
		.length = PAGE_SIZE,
	};

	if (disk_transfer(vm->machine, &request) == 0 &&
	    request.moved == PAGE_SIZE) {
		sync_store_relaxed(&vm->swap_device->failed, FALSE);
		return VM_PAGER_OK;
	}
	swap_slot_drop(vm->swap_device, slot);
	return VM_PAGER_ERROR;
}

int
swap_pager_start(struct vm *vm, vm_pager_t pager, vm_page_t m, unsigned *slot)
{
	struct swap_device *dev = vm->swap_device;
	struct swap_clean *c = swap_clean_take(dev, pager->swap);

	if (c == NULL) {
		/* What an older write left there is out of date anyway. */
		swap_slot_drop(dev, slot);
		return VM_PAGER_FAIL;
	}
	c->object = m->object;
	c->page = m;
	c->slot = slot;
	c->request = (struct disk_request){
		.fd = dev->fd,
		.write = TRUE,
		.pa = VM_PAGE_TO_PHYS(m),
		.offset = swap_slot_offset(*slot),
		.length = PAGE_SIZE,
		.done = swap_pager_iodone,
		.arg = c,
	};
	disk_start(vm->machine, &c->request);
	return VM_PAGER_PEND;
}

int
swap_pager_putpage(struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync)
{
	struct swap_device *dev = vm->swap_device;
	unsigned *slot = swap_map_enter(
	    vm, pager->swap, m->offset + m->object->paging_offset);

	if (sync)
		swap_pager_clean(vm);
	if (slot == NULL)
		return VM_PAGER_FAIL;
	if (*slot == 0 && (*slot = swap_slot_take(dev)) == 0)
		return VM_PAGER_FAIL;
	if (sync || sync_load_relaxed(&dev->failed))
		return swap_pager_write(vm, m, slot);
	return swap_pager_start(vm, pager, m, slot);
}

boolean_t
swap_pager_haspage(struct vm *vm, vm_pager_t pager, vm_offset_t offset)
{
	unsigned *slot = swap_map_find(pager->swap, offset);

	(void)vm;
	return slot != NULL && *slot != 0;
}

void
swap_pager_detach(struct vm *vm, vm_pager_t pager)
{
	struct swap_device *dev = vm->swap_device;
	struct swap_map *map = pager->swap;

	for (;;) {
		swap_pager_clean(vm);
		sync_spin_take(&dev->lock);
		if (map->in_flight == 0)
			break;
		assert_wait(map, FALSE);
		sync_spin_drop(&dev->lock);
		thread_block();
	}
	sync_spin_drop(&dev->lock);
	swap_map_clear(vm, map);
}

static const struct vm_pager_ops swap_pager_ops = {
	.type = PG_SWAP,
	.getpage = swap_pager_getpage,
	.putpage = swap_pager_putpage,
	.haspage = swap_pager_haspage,
	.detach = swap_pager_detach,
};

vm_pager_t
swap_pager_alloc(struct vm *vm, vm_size_t size)
{
	vm_offset_t npages = atop(round_page(size));
	vm_offset_t chunks = (npages + SWAP_CHUNK - 1) / SWAP_CHUNK;
	struct swap_map *map;
	vm_pager_t pager;

	if (vm->swap_device == NULL)
		return NULL;
	pager = vm_pager_make(
	    vm, &swap_pager_ops, sizeof(*map) + chunks * sizeof(map->chunk[0]));
	if (pager == NULL)
		return NULL;
	map = (struct swap_map *)(pager + 1);
	map->npages = npages;
	pager->swap = map;
	return pager;
}
