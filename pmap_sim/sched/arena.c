/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arena's own words lie at its beginning, so they are put back with it.
 *
 * Blocks come in classes of 16 bytes, each with a queue of free ones, first in
 * first out; before each block stands its class.  Large blocks, and all that is
 * made while a scene is built and never freed, cost their size.
 *
 * Behind the arena, a bit for each place at which a block may begin, so that a
 * block is found by what lies in it.  Bits are not put back: a block that is
 * taken anew says so anew, and of what lies behind the end nobody asks.
 */
#define _GNU_SOURCE
#include "pmap_sim/sched/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pmap_sim/sanitizer.h"

/* Both sanitizers of clang 19 leave this to the program, as does the kernel. */
#define ARENA_AT      ((char *)0x20000000)
#define ARENA_SIZE    ((size_t)16 << 20)
#define ARENA_OUTSIDE ((size_t)64 << 20)
#define STARTS        (ARENA_AT + ARENA_SIZE + ARENA_OUTSIDE)
#define STARTS_SIZE   (ARENA_SIZE / START_BYTES)
#define ARENA_WHOLE   (ARENA_SIZE + ARENA_OUTSIDE + STARTS_SIZE)
#define START_BYTES   (8 * CLASS_BYTES) /* of the arena, in a byte of those */
#define CLASSES       256
#define CLASS_BYTES   16
#define PAGE          4096

struct block {
	struct block *next; /* while free */
	uint32_t class;
	uint32_t turn; /* odd: free */
	char bytes[];
};

struct arena {
	char pad[64]; /* no object has the number 0 */
	char *end;    /* of what is used */
	char *outside;
	void *root;
	char *kept; /* a copy, elsewhere, in which it is itself */
	size_t kept_size;
	struct {
		struct block *first, *last;
	} free[CLASSES];
};

#define THE ((struct arena *)ARENA_AT)

#ifdef SANITIZER_TSAN
void __tsan_write_range(void *address, unsigned long size);
void __tsan_func_entry(void *from);
void __tsan_func_exit(void);
#endif

static void
poison(void *p, size_t size)
{
	(void)p, (void)size;
#ifdef SANITIZER_ASAN
	__asan_poison_memory_region(p, size);
#endif
}

static void
unpoison(void *p, size_t size)
{
	(void)p, (void)size;
#ifdef SANITIZER_ASAN
	__asan_unpoison_memory_region(p, size);
#endif
}

/* No call that a sanitizer looks into. */
static void
fill(void *to, int byte, size_t size)
{
	__asm__ volatile("rep stosb"
			 : "+D"(to), "+c"(size)
			 : "a"(byte)
			 : "memory");
}

static void
copy(void *to, const void *from, size_t size)
{
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(size)
			 :
			 : "memory");
}

int
arena_open(void)
{
	void *at = mmap(ARENA_AT, ARENA_WHOLE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
	    -1, 0);

	if (at != ARENA_AT) {
		if (at != MAP_FAILED)
			munmap(at, ARENA_WHOLE);
		return -1;
	}
	THE->end = ARENA_AT + ((sizeof(struct arena) + 63) & ~(size_t)63);
	THE->outside = ARENA_AT + ARENA_SIZE;
	return 0;
}

void
arena_close(void)
{
	free(THE->kept);
	unpoison(ARENA_AT, ARENA_SIZE);
	munmap(ARENA_AT, ARENA_WHOLE);
}

const void *
arena_base(void)
{
	return ARENA_AT;
}

size_t
arena_used(void)
{
	return (size_t)(THE->end - ARENA_AT);
}

static size_t
place_of(const void *at)
{
	return (size_t)((const char *)at - ARENA_AT) / CLASS_BYTES;
}

/* Of what was never used. */
static void *
take(size_t alignment, size_t size)
{
	uintptr_t at = (uintptr_t)THE->end;

	at = (at + alignment - 1) & ~(uintptr_t)(alignment - 1);
	if (at + size > (uintptr_t)ARENA_AT + ARENA_SIZE)
		return NULL;
	THE->end = (char *)at + size;
	return (void *)at;
}

void *
arena_alloc(size_t size)
{
	size_t class = (size + CLASS_BYTES - 1) / CLASS_BYTES;
	struct block *b;

	if (class < CLASSES && (b = THE->free[class].first) != NULL) {
		THE->free[class].first = b->next;
		if (b->next == NULL)
			THE->free[class].last = NULL;
		b->turn++;
		unpoison(b->bytes, class * CLASS_BYTES);
		SANITIZER_TSAN_(__tsan_acquire(b));
		return b->bytes;
	}
	b = take(CLASS_BYTES, sizeof(*b) + class * CLASS_BYTES);
	if (b == NULL)
		return NULL;
	b->class = (uint32_t) class;
	STARTS[place_of(b->bytes) / 8] |= (char)(1 << place_of(b->bytes) % 8);
	return b->bytes;
}

void *
arena_zeroed(size_t count, size_t size)
{
	void *block = arena_alloc(count * size);

	if (block != NULL)
		fill(block, 0, count * size);
	return block;
}

/* While a scene is built: never freed. */
void *
arena_aligned(size_t alignment, size_t size)
{
	struct block *b =
	    take(alignment, size + alignment + sizeof(struct block));

	if (b == NULL)
		return NULL;
	b = (struct block *)((char *)b + alignment - sizeof(*b));
	b->class = CLASSES;
	return b->bytes;
}

void
arena_free(void *block)
{
	struct block *b;
	size_t size;

	if (block == NULL)
		return;
	b = (struct block *)((char *)block - sizeof(*b));
	if (b->class >= CLASSES)
		return;
	size = b->class * CLASS_BYTES;
	/* Written by who frees it: this unit is in no stack of its own. */
	SANITIZER_TSAN_(__tsan_func_entry(__builtin_return_address(0)));
	SANITIZER_TSAN_(__tsan_write_range(block, size));
	SANITIZER_TSAN_(__tsan_func_exit());
	SANITIZER_TSAN_(__tsan_release(b));
	fill(block, ARENA_FREED, size);
	poison(block, size);
	b->next = NULL;
	b->turn++;
	if (THE->free[b->class].last != NULL)
		THE->free[b->class].last->next = b;
	else
		THE->free[b->class].first = b;
	THE->free[b->class].last = b;
}

void *
arena_block(const void *inside, size_t *size)
{
	const char *at = inside;
	const struct block *b;
	size_t i;

	if (at < ARENA_AT || at >= THE->end)
		return NULL;
	for (i = place_of(at); (STARTS[i / 8] >> i % 8 & 1) == 0; i--)
		if (i == 0)
			return NULL;
	b = (const struct block *)(ARENA_AT + i * CLASS_BYTES) - 1;
	*size = (size_t)b->class * CLASS_BYTES;
	return at < b->bytes + *size ? (void *)(uintptr_t)b->bytes : NULL;
}

unsigned
arena_turn(const void *block)
{
	return ((const struct block *)block - 1)->turn;
}

void *
arena_pages(size_t size)
{
	return take(64, size);
}

void *
arena_outside(size_t size)
{
	char *at = THE->outside;

	size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (at + size > ARENA_AT + ARENA_SIZE + ARENA_OUTSIDE)
		return NULL;
	THE->outside = at + size;
	return at;
}

void
arena_set_root(void *root)
{
	THE->root = root;
}

void *
arena_root(void)
{
	return THE->root;
}

int
arena_keep(void)
{
	size_t size;

	THE->end += -(uintptr_t)THE->end & (START_BYTES - 1);
	size = arena_used();
	free(THE->kept);
	THE->kept = malloc(size);
	THE->kept_size = size;
	if (THE->kept == NULL)
		return -1;
	copy(THE->kept, ARENA_AT, size);
	return 0;
}

/* What was taken since it was kept begins nowhere any more. */
static void
forget_starts(size_t used, size_t kept)
{
	if (used > kept)
		fill(STARTS + kept / START_BYTES, 0,
		    (used - kept) / START_BYTES + 1);
}

/* What has been taken since is zero again when it is taken again: it may be
 * pages, or aligned. */
void
arena_restore(void)
{
	size_t used = arena_used(), size = THE->kept_size;

	unpoison(ARENA_AT, used);
	copy(ARENA_AT, THE->kept, size);
	if (used > size)
		fill(ARENA_AT + size, 0, used - size);
	forget_starts(used, size);
	SANITIZER_TSAN_(sanitizer_forget(ARENA_AT, (used + 7) & ~7ul));
}
