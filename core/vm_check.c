/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invariants of docs/substrate.md section 13, where they can be seen with
 * no other thread inside the VM.  Reads everything, locks nothing.
 *
 * I12 and I13 are the memory model's (stress/model.c); I11 is checked as each
 * frame is freed (pmap_sim/frame.c) and by pmap_check; I14 is the compiler's
 * and the machine's.
 */
#include "core/vm_map.h"
#include "core/vm_page_batch.h"

struct vm_checker {
	struct vm *vm;
	unsigned found;
	unsigned frames; /* resident, of the VM's */
	unsigned wired;  /* of those */
};

#define vm_wrong(c, ...)                                                       \
	((c)->found++, violation((c)->vm->machine, __VA_ARGS__))

/* References to object that can be seen: maps' entries and shadow pointers. */
long
vm_check_references(struct vm *vm, vm_object_t object)
{
	vm_object_t o;
	long n = 0;

	for (vm_map_t map = vm->map_list; map != NULL; map = map->list_next)
		for (vm_map_entry_t e = map->header.next; e != &map->header;
		     e = e->next)
			n += e->object == object;
	for (o = NULL; (o = vm_object_after(vm, o)) != NULL;)
		n += o->shadow == object;
	if (object == vm->kernel_object || object == vm->kmem_object)
		n++;
	return n;
}

unsigned vm_check_magazines(struct vm_checker *c);

boolean_t
vm_check_cached(struct vm *vm, vm_object_t object)
{
	vm_object_t o;

	QUEUE_FOREACH (o, &vm->vm_object_cached_list, vm_object_t, cached_list)
		if (o == object)
			return TRUE;
	return FALSE;
}

/* I1 of share maps: as many references as entries. */
void
vm_check_share_map(struct vm_checker *c, vm_map_t share)
{
	struct vm *vm = c->vm;
	int n = 0;

	for (vm_map_t map = vm->map_list; map != NULL; map = map->list_next)
		for (vm_map_entry_t e = map->header.next; e != &map->header;
		     e = e->next)
			n += e->share_map == share;
	if (share->ref_count != n)
		vm_wrong(c,
		    "I1: share map of [%#lx, %#lx): ref_count %d, but %d "
		    "references",
		    (unsigned long)share->header.start,
		    (unsigned long)share->header.end, share->ref_count, n);
}

/* I1, I2, I4, I10 of one object. */
void
vm_check_counts(struct vm_checker *c, vm_object_t o)
{
	struct vm *vm = c->vm;
	long refs = vm_check_references(vm, o);
	int count = lk_ref_read(&o->ref);

	if (count != refs)
		vm_wrong(c, "I1: object %u: ref_count %d, but %ld references",
		    o->serial, count, refs);
	if ((count == 0) != vm_check_cached(vm, o))
		vm_wrong(c, "I2: object %u: ref_count %d and %s the cache",
		    o->serial, count, count == 0 ? "not in" : "in");
	if (o->flags & OBJ_DYING)
		vm_wrong(c, "I2: object %u is dying at rest", o->serial);
	if (o->paging_in_progress != 0)
		vm_wrong(c, "I10: object %u: %u pagings in progress at rest",
		    o->serial, o->paging_in_progress);
}

/* I5, I6 of one object. */
void
vm_check_chain(struct vm_checker *c, vm_object_t o)
{
	vm_object_t slow = o, fast = o;

	if (o->copy != NULL &&
	    (o->copy->shadow != o || o->copy->shadow_offset != 0 ||
		(o->copy->flags & OBJ_INTERNAL) == 0))
		vm_wrong(c,
		    "I5: object %u: its copy object %u does not shadow it",
		    o->serial, o->copy->serial);
	while (fast != NULL && fast->shadow != NULL) {
		slow = slow->shadow;
		fast = fast->shadow->shadow;
		if (slow == fast && slow != NULL) {
			vm_wrong(c, "I6: the chain below object %u is a ring",
			    o->serial);
			return;
		}
	}
}

/* I8: wired and on no queue, or the daemon's to find. */
void
vm_check_queued(struct vm_checker *c, vm_object_t o, vm_page_t p)
{
	boolean_t queued = p->queue_flags != 0 ||
			   (LK_BATCH && VM_PAGE_WHERE(p) != VM_PAGE_NOWHERE);

	if (p->flags & PG_FICTITIOUS)
		return;
	if (queued == (p->wire_count != 0))
		vm_wrong(c, "I8: page %#lx of object %u is %s",
		    (unsigned long)p->offset, o->serial,
		    queued ? "wired and queued" : "neither wired nor queued");
}

/* I7, I9, I15 of one object's pages. */
void
vm_check_pages(struct vm_checker *c, vm_object_t o)
{
	struct vm *vm = c->vm;
	vm_page_t p;
	int n = 0;

	QUEUE_FOREACH (p, &o->memq, vm_page_t, listq) {
		n++;
		if ((p->flags & PG_FICTITIOUS) == 0) {
			c->frames++;
			c->wired += p->wire_count != 0;
		}
		if (p->object != o || (p->flags & PG_TABLED) == 0)
			vm_wrong(c,
			    "I7: page %#lx of object %u says it is object %u's",
			    (unsigned long)p->offset, o->serial,
			    p->object->serial);
		else if (vm_page_lookup(vm, o, p->offset) != p)
			vm_wrong(c,
			    "I7: page %#lx of object %u is not what the hash "
			    "finds there",
			    (unsigned long)p->offset, o->serial);
		if (p->flags & (PG_BUSY | PG_WANTED | PG_FAKE))
			vm_wrong(c,
			    "I9: page %#lx of object %u: flags %#x at rest",
			    (unsigned long)p->offset, o->serial, p->flags);
		vm_check_queued(c, o, p);
	}
	if (n != o->resident_page_count)
		vm_wrong(c, "I7: object %u has %d pages and counts %d",
		    o->serial, n, o->resident_page_count);
}

/* I8: a paging queue, or a batch; its flag, its count, and what its pages say
 * of where they are. */
void
vm_check_queue(struct vm_checker *c, const char *name, queue_head_t *queue,
    unsigned short flag, unsigned where, unsigned count)
{
	vm_page_t p;
	unsigned n = 0;

	QUEUE_FOREACH (p, queue, vm_page_t, pageq) {
		n++;
		if ((p->queue_flags & (PG_ACTIVE | PG_INACTIVE)) != flag)
			vm_wrong(c,
			    "I8: a page of frame %lu on the %s queue has "
			    "queue flags %#x",
			    (unsigned long)atop(p->phys_addr), name,
			    p->queue_flags);
		if ((p->flags & PG_TABLED) == 0)
			vm_wrong(c, "I8: frame %lu on the %s queue is nobody's",
			    (unsigned long)atop(p->phys_addr), name);
		if (VM_PAGE_WHERE(p) != where)
			vm_wrong(c,
			    "I8: frame %lu on the %s queue says %u, not %u",
			    (unsigned long)atop(p->phys_addr), name,
			    VM_PAGE_WHERE(p), where);
	}
	if (n != count)
		vm_wrong(c, "I8: %u pages on the %s queue, counted %u", n, name,
		    count);
}

void
vm_check_free(struct vm_checker *c, vm_page_t p)
{
	struct vm *vm = c->vm;

	if (pmap_mappings(vm->machine, p->phys_addr) != 0)
		vm_wrong(c, "I11: free frame %lu is mapped",
		    (unsigned long)atop(p->phys_addr));
	if (p->flags != 0 || p->queue_flags != 0)
		vm_wrong(c, "I8: free frame %lu has flags %#x, %#x",
		    (unsigned long)atop(p->phys_addr), p->flags,
		    p->queue_flags);
}

#if LK_BATCH
/* I8 of what each CPU keeps: its batch; and the frames of its magazine, which
 * are returned. */
unsigned
vm_check_magazines(struct vm_checker *c)
{
	struct vm *vm = c->vm;
	unsigned frames = 0;

	for (unsigned i = 0; i <= vm->machine->ncpus; i++) {
		struct vm_page_cpu *of = &vm->vm_page_cpus[i];

		if (of->frames > vm->vm_page_kept ||
		    of->pages > vm->vm_page_kept)
			vm_wrong(c,
			    "I8: CPU %u keeps %u frames and %u pages at rest, "
			    "by %u",
			    i, of->frames, of->pages, vm->vm_page_kept);
		for (unsigned n = 0; n < of->frames; n++)
			vm_check_free(c, of->magazine[n]);
		frames += of->frames;
		vm_check_queue(
		    c, "batch", &of->batch, 0, VM_PAGE_IN_BATCH + i, of->pages);
	}
	return frames;
}
#endif

/* I3 and the free queue: every frame is free or some object's. */
void
vm_check_totals(struct vm_checker *c)
{
	struct vm *vm = c->vm;
	unsigned frames = vm->machine->nframes;
	unsigned free_count = frames - vm->vm_page_fresh;
	unsigned cached = 0;
	vm_object_t o;
	vm_page_t p;

	QUEUE_FOREACH (p, &vm->vm_page_queue_free, vm_page_t, pageq) {
		free_count++;
		vm_check_free(c, p);
	}
	if (free_count != vm->cnt.v_free_count)
		vm_wrong(c, "I8: %u frames free, counted %u", free_count,
		    vm->cnt.v_free_count);
	if (LK_BATCH)
		free_count += vm_check_magazines(c);
	if (free_count + c->frames != frames)
		vm_wrong(c, "I7: %u frames free and %u resident of %u",
		    free_count, c->frames, frames);
	if (c->wired != vm->cnt.v_wire_count)
		vm_wrong(c, "I8: %u frames wired, counted %u", c->wired,
		    vm->cnt.v_wire_count);
	QUEUE_FOREACH (o, &vm->vm_object_cached_list, vm_object_t, cached_list)
		cached++;
	if (cached != (unsigned)vm->vm_object_cached)
		vm_wrong(c, "I3: %u objects cached, counted %d", cached,
		    vm->vm_object_cached);
}

/* I4: entries name live objects that have that pager, once each. */
void
vm_check_hash(struct vm_checker *c)
{
	struct vm *vm = c->vm;
	vm_object_hash_entry_t e, other;

	for (unsigned i = 0; i < VM_OBJECT_HASH_COUNT; i++)
		for (e = vm->vm_object_hashtable[i]; e != NULL; e = e->next) {
			if (e->object->pager != e->pager)
				vm_wrong(c,
				    "I4: the hash knows object %u by a pager "
				    "it has not",
				    e->object->serial);
			for (other = e->next; other != NULL;
			     other = other->next)
				if (other->pager == e->pager)
					vm_wrong(c,
					    "I4: objects %u and %u are hashed "
					    "by one pager",
					    e->object->serial,
					    other->object->serial);
		}
}

unsigned
vm_check(struct vm *vm)
{
	struct vm_checker c = { .vm = vm };
	vm_object_t o;
	long n = 0, counted = 0;

	for (o = NULL; (o = vm_object_after(vm, o)) != NULL;) {
		n++;
		vm_check_counts(&c, o);
		vm_check_chain(&c, o);
		vm_check_pages(&c, o);
	}
	for (vm_map_t map = vm->map_list; map != NULL; map = map->list_next)
		if (map->pmap == NULL)
			vm_check_share_map(&c, map);
	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++)
		counted += vm->vm_object_lists[i].count;
	if (n != counted)
		vm_wrong(&c, "I3: %ld objects, counted %ld", n, counted);
	vm_check_queue(&c, "active", &vm->vm_page_queue_active, PG_ACTIVE,
	    VM_PAGE_QUEUED, vm->cnt.v_active_count);
	vm_check_queue(&c, "inactive", &vm->vm_page_queue_inactive, PG_INACTIVE,
	    VM_PAGE_QUEUED, vm->cnt.v_inactive_count);
	vm_check_totals(&c);
	vm_check_hash(&c);
	return c.found;
}
