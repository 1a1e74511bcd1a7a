/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory under the controlled back end: the build puts this in front of every
 * unit of core/ and pmap_sim/, so what they allocate is the arena's and is put
 * back with it.
 */
#ifndef PMAP_SIM_MEMORY_CTL_H
#define PMAP_SIM_MEMORY_CTL_H

#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "pmap_sim/sched/arena.h"

#define malloc(size)                            arena_alloc(size)
#define calloc(count, size)                     arena_zeroed((count), (size))
#define aligned_alloc(alignment, size)          arena_aligned((alignment), (size))
#define free(block)                             arena_free(block)
#define mmap(at, size, prot, flags, fd, offset) arena_pages(size)
#define munmap(at, size)                        ((void)(at))

#endif /* PMAP_SIM_MEMORY_CTL_H */
