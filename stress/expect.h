/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one actor's address space must read, page by page.
 *
 * Memory that nobody else can write reads what was stored there last.  Of a
 * page of a file, or of one that relatives share, only this is known: its words
 * were put there by somebody who meant that place.  So every word that is
 * stored says whose it is and where it belongs.
 */
#ifndef STRESS_EXPECT_H
#define STRESS_EXPECT_H

#include "stress/stress.h"

#define EXPECT_SLOTS  5 /* ranges of addresses; the last is the heap */
#define EXPECT_HEAP   (EXPECT_SLOTS - 1)
#define EXPECT_PAGES  8 /* of a slot, and of a file */
#define EXPECT_STABLE 4 /* pages of a file that are never cut off */

enum expect_kind {
	EXPECT_HOLE,
	EXPECT_ANON,
	EXPECT_SHARED,  /* a file, and what is stored is the file's */
	EXPECT_PRIVATE, /* a file, until it is written */
	EXPECT_COPY,    /* a file as it once was */
};

struct expect_page {
	enum expect_kind kind;
	unsigned file, file_page;
	vm_prot_t prot;
	enum vm_inheritance inherit;
	unsigned wired;
	boolean_t family; /* relatives may write it */
	boolean_t known;  /* it reads value */
	boolean_t unsure; /* a call failed half-way: it may be refused */
	uint64_t value;
};

struct expect {
	struct expect_page pages[EXPECT_SLOTS][EXPECT_PAGES];
	unsigned heap; /* pages */
};

/* A place: pages [first, first + count) of a slot. */
struct expect_range {
	unsigned slot, first, count;
};

static inline vm_offset_t
expect_va(unsigned slot, unsigned page)
{
	return STRESS_HERE + ptoa(slot * 64 + page);
}

static inline struct expect_page *
expect_at(struct expect *space, const struct expect_range *range, unsigned i)
{
	return &space->pages[range->slot][range->first + i];
}

/* What actor stores there; not twice the same. */
uint64_t expect_word_of_file(
    unsigned file, unsigned page, unsigned actor, uint64_t sequence);
uint64_t
expect_word_of_memory(unsigned page, unsigned actor, uint64_t sequence);
/* May the word be there?  actor: whose, or ~0: anybody's. */
boolean_t expect_is_file_word(uint64_t word, unsigned file, unsigned page);
boolean_t expect_is_memory_word(uint64_t word, unsigned page, unsigned actor);
/* The sequence in a word of that actor's in a file, or 0. */
uint64_t expect_sequence(uint64_t word, unsigned actor);

/* Must an access that wants prot be granted, or refused? */
boolean_t expect_granted(const struct expect_page *page, vm_prot_t prot);
boolean_t expect_refused(const struct expect_page *page, vm_prot_t prot);
/* It reads so: may it?  If so, that is known from now on. */
boolean_t expect_read(
    struct expect_page *page, unsigned index, unsigned actor, uint64_t word);
/* The word is stored there from now on. */
void expect_written(struct expect_page *page, uint64_t word);

/* It is mapped anew, anonymous and zero; the caller says the rest. */
void expect_fresh(struct expect_page *page);
/* The child of a fork, and what that makes of its parent; no child (NULL): the
 * fork failed. */
void expect_fork(struct expect *parent, struct expect *child);

#endif /* STRESS_EXPECT_H */
