/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/expect.h"

/* A word: what it belongs to, whose it is, and which of his.
 *	63..56 kind, 55..48 actor, 47..40 file, 39..32 page, 31..0 sequence */
#define WORD_FILE   0xf1u
#define WORD_MEMORY 0xa5u
#define WORD_PLACE(kind, file, page)                                           \
	((uint64_t)(kind) << 56 | (uint64_t)(file) << 40 |                     \
	    (uint64_t)(page) << 32)
#define WORD_PLACE_MASK 0xff00ffff00000000u

static uint64_t
word_signed(uint64_t place, unsigned actor, uint64_t sequence)
{
	return place | (uint64_t)actor << 48 | (sequence & 0xffffffff);
}

static unsigned
word_actor(uint64_t word)
{
	return (unsigned)(word >> 48) & 0xff;
}

uint64_t
expect_word_of_file(
    unsigned file, unsigned page, unsigned actor, uint64_t sequence)
{
	return word_signed(WORD_PLACE(WORD_FILE, file, page), actor, sequence);
}

uint64_t
expect_word_of_memory(unsigned page, unsigned actor, uint64_t sequence)
{
	return word_signed(WORD_PLACE(WORD_MEMORY, 0, page), actor, sequence);
}

boolean_t
expect_is_file_word(uint64_t word, unsigned file, unsigned page)
{
	return word == STRESS_FILE_WORD(file, page) ||
	       (word & WORD_PLACE_MASK) == WORD_PLACE(WORD_FILE, file, page) ||
	       (word == 0 && page >= EXPECT_STABLE);
}

boolean_t
expect_is_memory_word(uint64_t word, unsigned page, unsigned actor)
{
	return (word & WORD_PLACE_MASK) == WORD_PLACE(WORD_MEMORY, 0, page) &&
	       (actor == ~0u || word_actor(word) == actor);
}

uint64_t
expect_sequence(uint64_t word, unsigned actor)
{
	return word >> 56 == WORD_FILE && word_actor(word) == actor
		   ? word & 0xffffffff
		   : 0;
}

/* Can the file be cut where it lies? */
static boolean_t
page_is_volatile(const struct expect_page *page)
{
	return page->kind >= EXPECT_SHARED && !page->known &&
	       page->file_page >= EXPECT_STABLE;
}

boolean_t
expect_granted(const struct expect_page *page, vm_prot_t prot)
{
	return page->kind != EXPECT_HOLE && (prot & ~page->prot) == 0 &&
	       !page->unsure && !page_is_volatile(page);
}

boolean_t
expect_refused(const struct expect_page *page, vm_prot_t prot)
{
	return !page->unsure &&
	       (page->kind == EXPECT_HOLE || (prot & ~page->prot) != 0);
}

boolean_t
expect_read(
    struct expect_page *page, unsigned index, unsigned actor, uint64_t word)
{
	boolean_t own = expect_is_memory_word(word, index, actor);

	if (page->known)
		return word == page->value;
	switch (page->kind) {
	case EXPECT_ANON:
		if (!own && word != 0)
			return FALSE;
		break;
	case EXPECT_SHARED:
		return expect_is_file_word(word, page->file, page->file_page);
	default:
		if (!expect_is_file_word(word, page->file, page->file_page) &&
		    !own)
			return FALSE;
		/* Others' writes to the file show, and so do cuts. */
		if (page->kind == EXPECT_PRIVATE ||
		    page->file_page >= EXPECT_STABLE)
			return TRUE;
	}
	page->known = !page->family;
	page->value = word;
	return TRUE;
}

void
expect_written(struct expect_page *page, uint64_t word)
{
	page->known = page->kind != EXPECT_SHARED && !page->family;
	page->value = word;
}

void
expect_fresh(struct expect_page *page)
{
	*page = (struct expect_page){
		.kind = EXPECT_ANON,
		.prot = STRESS_RW,
		.inherit = VM_INHERIT_COPY,
		.known = TRUE,
	};
}

/* One page of the child's, if there is a child, and of its parent's. */
static void
expect_fork_page(struct expect_page *parent, struct expect_page *child)
{
	if (parent->inherit == VM_INHERIT_SHARE &&
	    parent->kind != EXPECT_HOLE) {
		parent->family = TRUE;
		parent->known = FALSE;
	}
	if (child == NULL)
		return;
	*child = *parent;
	child->wired = 0;
	if (parent->inherit == VM_INHERIT_NONE)
		*child = (struct expect_page){ .unsure = parent->unsure };
	if (parent->inherit != VM_INHERIT_COPY)
		return;
	child->family = FALSE;
	if (parent->kind == EXPECT_SHARED)
		child->kind = EXPECT_COPY;
}

void
expect_fork(struct expect *parent, struct expect *child)
{
	for (unsigned slot = 0; slot < EXPECT_SLOTS; slot++)
		for (unsigned i = 0; i < EXPECT_PAGES; i++)
			expect_fork_page(&parent->pages[slot][i],
			    child != NULL ? &child->pages[slot][i] : NULL);
	if (child != NULL)
		child->heap = parent->heap;
}
