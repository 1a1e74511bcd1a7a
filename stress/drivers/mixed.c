/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that a program can ask for, in any order.
 *
 * Each actor has a life or two: address spaces of its own, parent and child,
 * that it maps, protects, wires, moves, forks and ends at random, and of which
 * it knows what they must read (stress/expect.h).  They meet in files, which
 * all map and one of them cuts, and in one common space, where anything may be
 * refused and only whose words they are can be told.
 */
#include <unistd.h>

#include "stress/mixed.h"

#define BATCH       64
#define CACHE_MOST  8
#define ACTORS_MOST 64

struct mixed {
	struct mixed_actor actors[ACTORS_MOST];
	struct vmspace *common;
};

/* --- Loads and stores --------------------------------------------------- */

static void
judge_access(struct step *s, const struct expect_range *at, const char *what,
    vm_prot_t prot, boolean_t granted)
{
	const struct expect_page *page = expect_at(&s->life->expect, at, 0);

	if (granted && expect_refused(page, prot))
		actor_wrong(s->actor,
		    "a %s at slot %u page %u is granted: kind %d, prot %d",
		    what, at->slot, at->first, (int)page->kind, page->prot);
	if (!granted && expect_granted(page, prot))
		mixed_refused(s, what, at);
}

/* A word of mine in a file can only be the newest there, or have been lost. */
static void
judge_newest(struct step *s, const struct expect_page *page, uint64_t word)
{
	uint64_t sequence = expect_sequence(word, s->actor->number);
	uint64_t newest = s->mine->newest[page->file][page->file_page];

	if (page->kind == EXPECT_SHARED && sequence != 0 &&
	    sequence != newest && !s->troubled)
		actor_wrong(s->actor,
		    "file %u page %u: my newest word is %lu, found %lu",
		    page->file, page->file_page, (unsigned long)newest,
		    (unsigned long)sequence);
}

static void
mixed_load(struct step *s)
{
	struct expect_range at = mixed_range(s, EXPECT_SLOTS);
	struct expect_page *page = expect_at(&s->life->expect, &at, 0);
	struct expect_page before = *page;
	uint64_t word = 0;
	boolean_t granted;

	at.count = 1;
	granted = actor_load(s->actor, mixed_start(&at), &word);
	judge_access(s, &at, "load", VM_PROT_READ, granted);
	if (!granted)
		return;
	if (page->kind != EXPECT_HOLE &&
	    !expect_read(page, at.first, s->actor->number, word))
		actor_wrong(s->actor,
		    "slot %u page %u (kind %d, file %u page %u): expected "
		    "%s %#lx, found %#lx",
		    at.slot, at.first, (int)before.kind, before.file,
		    before.file_page,
		    before.known ? "exactly" : "somebody's word, not",
		    (unsigned long)before.value, (unsigned long)word);
	else
		judge_newest(s, page, word);
}

static void
mixed_store(struct step *s)
{
	struct expect_range at = mixed_range(s, EXPECT_SLOTS);
	struct expect_page *page = expect_at(&s->life->expect, &at, 0);
	uint64_t sequence = ++s->actor->sequence, word;
	boolean_t granted;

	at.count = 1;
	word =
	    page->kind == EXPECT_SHARED
		? expect_word_of_file(
		      page->file, page->file_page, s->actor->number, sequence)
		: expect_word_of_memory(at.first, s->actor->number, sequence);
	granted = actor_store(s->actor, mixed_start(&at), word);
	judge_access(s, &at, "store", STRESS_RW, granted);
	if (!granted || page->kind == EXPECT_HOLE)
		return;
	expect_written(page, word);
	if (page->kind == EXPECT_SHARED)
		s->mine->newest[page->file][page->file_page] = sequence;
}

/* --- Lives -------------------------------------------------------------- */

static void
life_end(struct step *s, struct life *life)
{
	for (unsigned slot = 0; slot < EXPECT_SLOTS; slot++)
		mixed_unwired(s, &life->expect,
		    &(struct expect_range){ slot, 0, EXPECT_PAGES });
	actor_exit(s->actor, life->space);
	*life = (struct life){ 0 };
}

/* Go on in a life; FALSE: there is none and none to be had. */
static boolean_t
life_enter(struct step *s, unsigned which)
{
	s->mine->now = which;
	s->life = &s->mine->lives[which];
	if (s->life->space == NULL) {
		*s->life = (struct life){ 0 };
		s->life->space = s->run->ops->vmspace_alloc(s->run->vm);
	}
	if (s->life->space == NULL)
		return FALSE;
	actor_on(s->actor, s->life->space);
	return TRUE;
}

static void
mixed_fork(struct step *s)
{
	struct life *child = &s->mine->lives[!s->mine->now];
	struct expect_range all = { 0, 0, 0 };

	if (child->space != NULL)
		life_end(s, child);
	child->space = actor_fork(s->actor, s->life->space);
	if (child->space == NULL)
		mixed_refused(s, "fork", &all);
	expect_fork(
	    &s->life->expect, child->space != NULL ? &child->expect : NULL);
}

static void
mixed_switch(struct step *s)
{
	if (s->mine->lives[!s->mine->now].space != NULL)
		(void)life_enter(s, !s->mine->now);
}

static void
mixed_exec(struct step *s)
{
	struct expect_range all = { 0, 0, 0 };

	if (s->run->ops->exec(s->run->vm, &s->life->space) != KERN_SUCCESS) {
		mixed_refused(s, "exec", &all);
		return;
	}
	s->actor->on = s->life->space;
	for (unsigned slot = 0; slot < EXPECT_SLOTS; slot++)
		mixed_vanish(
		    s, &(struct expect_range){ slot, 0, EXPECT_PAGES });
	s->life->expect.heap = 0;
}

static void
mixed_exit(struct step *s)
{
	life_end(s, s->life);
	if (s->mine->lives[!s->mine->now].space != NULL)
		s->mine->now = !s->mine->now;
}

/* --- Files and the cache ------------------------------------------------ */

/* Each file is one actor's to cut. */
static void
mixed_truncate(struct step *s)
{
	struct vnode *file = &s->run->files[s->actor->number % MIXED_FILES];
	off_t cut = (off_t)ptoa(EXPECT_STABLE) +
		    (off_t)mixed_draw(s, (unsigned)ptoa(2)) / 64 * 64;

	if (s->actor->number >= MIXED_FILES)
		return;
	s->run->ops->file_setsize(s->run->vm, file, (vm_size_t)cut);
	(void)!ftruncate(file->fd, cut);
	(void)!ftruncate(file->fd, (off_t)ptoa(EXPECT_PAGES));
	s->run->ops->file_setsize(s->run->vm, file, ptoa(EXPECT_PAGES));
}

static void
mixed_uncache(struct step *s)
{
	s->run->ops->file_uncache(
	    s->run->vm, &s->run->files[mixed_draw(s, MIXED_FILES)]);
}

static void
mixed_limit(struct step *s)
{
	s->run->ops->cache_limit(s->run->vm, mixed_draw(s, CACHE_MOST + 1));
}

/* --- The common space --------------------------------------------------- */

/* A slot of it is always the same: file 0 shared, file 1 private or as it was,
 * and memory. */
static boolean_t
common_may_read(uint64_t word, unsigned slot, unsigned page)
{
	if (slot < 2 && expect_is_file_word(word, slot, page))
		return TRUE;
	return slot != 0 && (expect_is_memory_word(word, page, ~0u) ||
				(slot >= 2 && word == 0));
}

static void
common_load(struct step *s)
{
	struct expect_range at = mixed_range(s, EXPECT_HEAP);
	uint64_t word;

	if (actor_load(s->actor, mixed_start(&at), &word) &&
	    !common_may_read(word, at.slot, at.first))
		actor_wrong(s->actor,
		    "common slot %u page %u: %#lx is nobody's word there",
		    at.slot, at.first, (unsigned long)word);
}

/* In the space itself, or in a child that may have copies. */
static void
common_store(struct step *s, boolean_t child)
{
	struct expect_range at = mixed_range(s, EXPECT_HEAP);
	uint64_t sequence = ++s->actor->sequence;
	unsigned number = s->actor->number;

	if (at.slot != 0)
		(void)actor_store(s->actor, mixed_start(&at),
		    expect_word_of_memory(at.first, number, sequence));
	else if (!child &&
		 actor_store(s->actor, mixed_start(&at),
		     expect_word_of_file(0, at.first, number, sequence)))
		s->mine->newest[0][at.first] = sequence;
}

static void
common_map(struct step *s)
{
	struct expect_range range = mixed_range(s, EXPECT_HEAP);
	vm_offset_t at = mixed_start(&range);
	int flags = MAP_PRIVATE_;

	if (range.slot == 0)
		flags = MAP_SHARED_;
	else if (mixed_draw(s, 2) == 0)
		flags = range.slot == 1 ? MAP_COPY_ : MAP_SHARED_;
	(void)s->run->ops->mmap(s->run->vm, s->actor->on, &at,
	    ptoa(range.count), STRESS_RW,
	    flags | MAP_FIXED_ | (range.slot >= 2 ? MAP_ANON_ : 0),
	    range.slot < 2 ? &s->run->files[range.slot] : NULL,
	    range.slot < 2 ? ptoa(range.first) : 0);
}

static void
common_change(struct step *s)
{
	const struct vm_ops *ops = s->run->ops;
	struct expect_range range = mixed_range(s, EXPECT_HEAP);
	vm_offset_t at = mixed_start(&range);
	vm_size_t size = ptoa(range.count);
	struct vmspace *child;

	switch (mixed_draw(s, 5)) {
	case 0:
		(void)ops->munmap(s->run->vm, s->actor->on, at, size);
		break;
	case 1:
		(void)ops->mprotect(s->run->vm, s->actor->on, at, size,
		    mixed_draw(s, 2) ? STRESS_RW : VM_PROT_READ);
		break;
	case 2:
		(void)ops->inherit(s->run->vm, s->actor->on, at, size,
		    mixed_draw(s, 2) ? VM_INHERIT_SHARE : VM_INHERIT_COPY);
		break;
	case 3:
		(void)ops->msync(s->run->vm, s->actor->on, at, size);
		break;
	default:
		child = actor_fork(s->actor, s->actor->on);
		if (child == NULL)
			break;
		actor_on(s->actor, child);
		common_load(s);
		common_store(s, TRUE);
		actor_exit(s->actor, child);
	}
}

/* A few steps there, among others. */
static void
mixed_visit(struct step *s)
{
	struct mixed *state = s->run->state;

	if (state->common == NULL)
		return;
	for (unsigned i = 0; i < 8; i++) {
		actor_on(s->actor, state->common);
		switch (mixed_draw(s, 8)) {
		case 0:
			common_map(s);
			break;
		case 1:
			common_change(s);
			break;
		case 2:
		case 3:
		case 4:
			common_store(s, FALSE);
			break;
		default:
			common_load(s);
		}
	}
}

/* --- The driver --------------------------------------------------------- */

typedef void call_t(struct step *s);

/* In the order of the weights. */
static call_t *const calls[] = {
	mixed_load,
	mixed_store,
	mixed_map,
	mixed_unmap,
	mixed_protect,
	mixed_inherit,
	mixed_sync,
	mixed_forget,
	mixed_move,
	mixed_brk,
	mixed_wire,
	mixed_unwire,
	mixed_fork,
	mixed_switch,
	mixed_exec,
	mixed_exit,
	mixed_visit,
	mixed_truncate,
	mixed_uncache,
	mixed_limit,
};

static const struct weight weights[] = {
	{ "load", 300 },
	{ "store", 300 },
	{ "map", 60 },
	{ "unmap", 20 },
	{ "protect", 30 },
	{ "inherit", 30 },
	{ "msync", 30 },
	{ "forget", 15 },
	{ "move", 15 },
	{ "brk", 20 },
	{ "wire", 15 },
	{ "unwire", 15 },
	{ "fork", 30 },
	{ "switch", 30 },
	{ "exec", 3 },
	{ "exit", 10 },
	{ "visit", 30 },
	{ "truncate", 5 },
	{ "uncache", 5 },
	{ "limit", 3 },
	{ NULL, 0 },
};

static void
mixed_begin(struct stress_run *run, struct actor *first)
{
	struct mixed *state = run->state;

	(void)first;
	if (state->common == NULL)
		state->common = run->ops->vmspace_alloc(run->vm);
}

static void
mixed_act(struct stress_run *run, struct actor *actor)
{
	struct mixed *state = run->state;
	struct step s = {
		.run = run,
		.actor = actor,
		.mine = &state->actors[actor->number],
		.troubled = trouble_can_fail(&run->config->trouble),
	};

	for (unsigned i = 0; i < BATCH; i++) {
		if (life_enter(&s, s.mine->now))
			calls[weights_draw(
			    weights, run->config->weights, &actor->random)](&s);
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

static void
mixed_down(struct stress_run *run, struct actor *first)
{
	struct mixed *state = run->state;

	for (unsigned i = 0; i < run->count; i++)
		for (unsigned life = 0; life < 2; life++)
			actor_exit(first, state->actors[i].lives[life].space);
	actor_exit(first, state->common);
}

const struct stress stress_mixed = {
	.name = "mixed",
	.hunts = "whatever any legal calls, in any order, do to each other",
	.oracle = "each page reads what was stored, by its owner's account or "
		  "by somebody who meant that place; counts at rest",
	.blind = "to which of several writers of a file was the last",
	.hazards = "",
	.pairs = {
		{ HALF_fault, HALF_fault },
		{ HALF_fault, HALF_deallocate },
		{ HALF_fault, HALF_launder },
		{ HALF_fault, HALF_copy },
		{ HALF_fault, HALF_page_clean },
		{ HALF_unmap, HALF_touch },
		{ HALF_fork, HALF_fault },
	},
	.frames = 112,
	.cache_max = 4,
	.swap_async = TRUE,
	.files = MIXED_FILES,
	.file_pages = EXPECT_PAGES,
	.state_size = sizeof(struct mixed),
	.repeats = TRUE,
	.bears_errors = TRUE,
	.weights = weights,
	.begin = mixed_begin,
	.act = mixed_act,
	.down = mixed_down,
};
