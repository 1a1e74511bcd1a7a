/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of the driver `mixed`: each with what it makes of what the space
 * must read.  What fails has changed nothing, but where core/ops.h does not
 * promise that.
 */
#include "stress/mixed.h"

#define WIRED_MOST 2 /* pages, of one actor at a time */

/* --- Chance ------------------------------------------------------------- */

unsigned
mixed_draw(struct step *s, unsigned bound)
{
	return (unsigned)actor_random(s->actor, bound);
}

struct expect_range
mixed_range(struct step *s, unsigned slots)
{
	struct expect_range range = { .slot = mixed_draw(s, slots) };

	range.first = mixed_draw(s, EXPECT_PAGES);
	range.count = 1 + mixed_draw(s, EXPECT_PAGES - range.first);
	return range;
}

/* A range without a hole; count 0: there was none. */
struct expect_range
mixed_mapped(struct step *s)
{
	struct expect_range range = mixed_range(s, EXPECT_SLOTS);
	unsigned most = range.count;

	range.count = 0;
	while (range.count < most &&
	       expect_at(&s->life->expect, &range, range.count)->kind !=
		   EXPECT_HOLE)
		range.count++;
	return range;
}

/* --- What is refused ----------------------------------------------------- */

/* A legal call or access was refused. */
void
mixed_refused(
    struct step *s, const char *what, const struct expect_range *range)
{
	if (s->troubled)
		sync_count_own(&s->actor->refused);
	else
		actor_wrong(s->actor,
		    "%s of %u pages at slot %u page %u is refused", what,
		    range->count, range->slot, range->first);
}

/* A call failed that may have been half done. */
static void
unsettle(struct step *s, const struct expect_range *range)
{
	for (unsigned i = 0; i < range->count; i++)
		expect_at(&s->life->expect, range, i)->unsure = TRUE;
}

/* --- Mappings ----------------------------------------------------------- */

/* The range is not wired any more. */
void
mixed_unwired(
    struct step *s, struct expect *expect, const struct expect_range *range)
{
	for (unsigned i = 0; i < range->count; i++) {
		s->mine->wired -= expect_at(expect, range, i)->wired;
		expect_at(expect, range, i)->wired = 0;
	}
}

/* A hole. */
void
mixed_vanish(struct step *s, const struct expect_range *range)
{
	mixed_unwired(s, &s->life->expect, range);
	for (unsigned i = 0; i < range->count; i++)
		*expect_at(&s->life->expect, range, i) =
		    (struct expect_page){ .kind = EXPECT_HOLE };
}

static int
map_flags(enum expect_kind kind, boolean_t shared)
{
	switch (kind) {
	case EXPECT_ANON:
		return MAP_ANON_ | (shared ? MAP_SHARED_ : MAP_PRIVATE_);
	case EXPECT_SHARED:
		return MAP_SHARED_;
	case EXPECT_PRIVATE:
		return MAP_PRIVATE_;
	default:
		return MAP_COPY_;
	}
}

void
mixed_map(struct step *s)
{
	static const enum expect_kind kinds[] = { EXPECT_ANON, EXPECT_SHARED,
		EXPECT_PRIVATE, EXPECT_COPY };
	struct expect_range range = mixed_range(s, EXPECT_HEAP);
	unsigned file = mixed_draw(s, MIXED_FILES);
	unsigned offset = mixed_draw(s, EXPECT_PAGES + 1 - range.count);
	enum expect_kind kind = kinds[mixed_draw(s, 4)];
	boolean_t shared = mixed_draw(s, 4) == 0;
	vm_offset_t at = mixed_start(&range);

	if (s->run->ops->mmap(s->run->vm, s->life->space, &at,
		ptoa(range.count), STRESS_RW,
		MAP_FIXED_ | map_flags(kind, shared),
		kind != EXPECT_ANON ? &s->run->files[file] : NULL,
		kind != EXPECT_ANON ? ptoa(offset) : 0) != KERN_SUCCESS) {
		mixed_refused(s, "mmap", &range);
		return;
	}
	mixed_vanish(s, &range);
	for (unsigned i = 0; i < range.count; i++) {
		struct expect_page *page =
		    expect_at(&s->life->expect, &range, i);

		expect_fresh(page);
		page->kind = kind;
		if (kind == EXPECT_SHARED || (kind == EXPECT_ANON && shared))
			page->inherit = VM_INHERIT_SHARE;
		if (kind == EXPECT_ANON)
			continue;
		page->file = file;
		page->file_page = offset + i;
		page->known = FALSE;
	}
}

void
mixed_unmap(struct step *s)
{
	struct expect_range range = mixed_range(s, EXPECT_HEAP);

	if (s->run->ops->munmap(s->run->vm, s->life->space, mixed_start(&range),
		ptoa(range.count)) == KERN_SUCCESS)
		mixed_vanish(s, &range);
	else
		mixed_refused(s, "munmap", &range);
}

void
mixed_protect(struct step *s)
{
	static const vm_prot_t prots[] = { STRESS_RW, STRESS_RW, VM_PROT_READ,
		VM_PROT_NONE };
	struct expect_range range = mixed_mapped(s);
	vm_prot_t prot = prots[mixed_draw(s, 4)];

	if (range.count == 0)
		return;
	if (s->run->ops->mprotect(s->run->vm, s->life->space,
		mixed_start(&range), ptoa(range.count), prot) != KERN_SUCCESS) {
		mixed_refused(s, "mprotect", &range);
		unsettle(s, &range);
		return;
	}
	if (prot == VM_PROT_NONE)
		mixed_unwired(s, &s->life->expect, &range);
	for (unsigned i = 0; i < range.count; i++)
		expect_at(&s->life->expect, &range, i)->prot = prot;
}

void
mixed_inherit(struct step *s)
{
	static const enum vm_inheritance ways[] = { VM_INHERIT_SHARE,
		VM_INHERIT_COPY, VM_INHERIT_COPY, VM_INHERIT_NONE };
	struct expect_range range = mixed_mapped(s);
	enum vm_inheritance way = ways[mixed_draw(s, 4)];

	if (range.count == 0)
		return;
	if (s->run->ops->inherit(s->run->vm, s->life->space,
		mixed_start(&range), ptoa(range.count), way) != KERN_SUCCESS) {
		mixed_refused(s, "minherit", &range);
		return;
	}
	for (unsigned i = 0; i < range.count; i++)
		expect_at(&s->life->expect, &range, i)->inherit = way;
}

void
mixed_sync(struct step *s)
{
	struct expect_range range = mixed_mapped(s);
	boolean_t cut = FALSE;

	if (range.count == 0)
		return;
	for (unsigned i = 0; i < range.count; i++) {
		const struct expect_page *page =
		    expect_at(&s->life->expect, &range, i);

		cut |= page->kind == EXPECT_SHARED &&
		       page->file_page >= EXPECT_STABLE;
	}
	if (s->run->ops->msync(s->run->vm, s->life->space, mixed_start(&range),
		ptoa(range.count)) != KERN_SUCCESS &&
	    !cut)
		mixed_refused(s, "msync", &range);
}

/* Private memory only: see core/ops.h. */
void
mixed_forget(struct step *s)
{
	struct expect_range range = mixed_mapped(s);
	boolean_t wired = FALSE, done;

	for (unsigned i = 0; i < range.count; i++) {
		wired |= expect_at(&s->life->expect, &range, i)->wired != 0;
		if (expect_at(&s->life->expect, &range, i)->kind != EXPECT_ANON)
			range.count = i;
	}
	if (range.count == 0)
		return;
	done = s->run->ops->forget(s->run->vm, s->life->space,
		   mixed_start(&range), ptoa(range.count)) == KERN_SUCCESS;
	if (!done && !wired)
		mixed_refused(s, "madvise", &range);
	for (unsigned i = 0; i < range.count; i++) {
		struct expect_page *page =
		    expect_at(&s->life->expect, &range, i);

		if (page->family || page->inherit == VM_INHERIT_SHARE)
			continue;
		page->known = done;
		page->value = 0;
	}
}

/* One slot in place of another; refused if it is not one mapping. */
void
mixed_move(struct step *s)
{
	struct expect_range from = { mixed_draw(s, EXPECT_HEAP), 0,
		EXPECT_PAGES };
	struct expect_range to = { mixed_draw(s, EXPECT_HEAP), 0,
		EXPECT_PAGES };
	vm_offset_t at = mixed_start(&to);
	struct expect_page moved[EXPECT_PAGES];

	if (from.slot == to.slot)
		return;
	if (s->run->ops->move(s->run->vm, s->life->space, mixed_start(&from),
		ptoa(EXPECT_PAGES), &at, ptoa(EXPECT_PAGES)) != KERN_SUCCESS)
		return;
	mixed_unwired(s, &s->life->expect, &from);
	for (unsigned i = 0; i < EXPECT_PAGES; i++)
		moved[i] = *expect_at(&s->life->expect, &from, i);
	mixed_vanish(s, &to);
	mixed_vanish(s, &from);
	for (unsigned i = 0; i < EXPECT_PAGES; i++)
		*expect_at(&s->life->expect, &to, i) = moved[i];
}

void
mixed_brk(struct step *s)
{
	unsigned was = s->life->expect.heap,
		 is = mixed_draw(s, EXPECT_PAGES + 1);
	struct expect_range range = { EXPECT_HEAP, was < is ? was : is, 0 };

	range.count = was < is ? is - was : was - is;
	if (s->run->ops->brk(s->run->vm, s->life->space,
		expect_va(EXPECT_HEAP, was),
		expect_va(EXPECT_HEAP, is)) != KERN_SUCCESS) {
		mixed_refused(s, "brk", &range);
		return;
	}
	s->life->expect.heap = is;
	if (is < was)
		mixed_vanish(s, &range);
	else
		for (unsigned i = 0; i < range.count; i++)
			expect_fresh(expect_at(&s->life->expect, &range, i));
}

/* Few pages at a time, or there would soon be no memory for anything else. */
void
mixed_wire(struct step *s)
{
	struct expect_range range = mixed_mapped(s);
	boolean_t cut = FALSE;

	if (range.count == 0 || s->mine->wired >= WIRED_MOST)
		return;
	if (range.count > WIRED_MOST - s->mine->wired)
		range.count = WIRED_MOST - s->mine->wired;
	for (unsigned i = 0; i < range.count; i++)
		cut |= !expect_granted(
		    expect_at(&s->life->expect, &range, i), VM_PROT_NONE);
	if (s->run->ops->wire(s->run->vm, s->life->space, mixed_start(&range),
		ptoa(range.count), TRUE) != KERN_SUCCESS) {
		if (!cut)
			mixed_refused(s, "mlock", &range);
		return;
	}
	for (unsigned i = 0; i < range.count; i++)
		expect_at(&s->life->expect, &range, i)->wired++;
	s->mine->wired += range.count;
}

void
mixed_unwire(struct step *s)
{
	struct expect_range range = mixed_mapped(s);

	if (range.count == 0)
		return;
	if (s->run->ops->wire(s->run->vm, s->life->space, mixed_start(&range),
		ptoa(range.count), FALSE) != KERN_SUCCESS) {
		mixed_refused(s, "munlock", &range);
		return;
	}
	for (unsigned i = 0; i < range.count; i++) {
		struct expect_page *page =
		    expect_at(&s->life->expect, &range, i);

		s->mine->wired -= page->wired != 0;
		page->wired -= page->wired != 0;
	}
}
