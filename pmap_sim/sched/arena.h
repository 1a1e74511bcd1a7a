/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All memory that an execution may change, in one piece that can be put back.
 *
 * The arena lies at the same address in every process of every build, so what
 * hashes or orders by address does so alike everywhere.  One in a process.
 *
 * A block that is freed is filled with a pattern and goes to the end of its
 * queue, so it is not soon another's.  ThreadSanitizer is told that freeing
 * writes it, and that who gets it next comes after who freed it;
 * AddressSanitizer, that nobody may touch it meanwhile.
 */
#ifndef PMAP_SIM_SCHED_ARENA_H
#define PMAP_SIM_SCHED_ARENA_H

#include <stddef.h>

/* The pattern. */
#define ARENA_FREED 0xdf

/* Begin anew, empty.  0, or -1: that address is not to be had. */
int arena_open(void);
void arena_close(void);
/* Objects are numbered from here (struct sched_config). */
const void *arena_base(void);
size_t arena_used(void);

/* As malloc, calloc, aligned_alloc and free; NULL: it is full. */
void *arena_alloc(size_t size);
void *arena_zeroed(size_t count, size_t size);
void *arena_aligned(size_t alignment, size_t size);
void arena_free(void *block);
/* The allocated block that something lies in, and its size; NULL: in none, or
 * in one that is never freed. */
void *arena_block(const void *inside, size_t *size);
/* How often a block, by its beginning, was freed and allocated again: odd, it
 * is free. */
unsigned arena_turn(const void *block);
/* Zeroed pages, for good; part of the arena. */
void *arena_pages(size_t size);
/* The same, at a fixed address too, and not put back. */
void *arena_outside(size_t size);

/* A pointer that is found again without any other: the modelled RCU's. */
void arena_set_root(void *root);
void *arena_root(void);

/* Remember it as it is now; 0, or -1: no memory. */
int arena_keep(void);
/* As it was then, and ThreadSanitizer has seen no access to it. */
void arena_restore(void);

#endif /* PMAP_SIM_SCHED_ARENA_H */
