/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libc's own allocator, by the names that it has beside malloc and free: those
 * are jemalloc's in a program that is linked with that.  Undone by who includes
 * it: what others have allocated is not libc's to free.
 *
 * It is begun before main: a process that forks before its first allocation has
 * children whose threads find, when they end, that nobody uses the main arena.
 */
#ifndef BENCH_LIBC_MALLOC_H
#define BENCH_LIBC_MALLOC_H

#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void __libc_free(void *memory);

__attribute__((constructor)) static void
libc_malloc_begin(void)
{
	__libc_free(__libc_malloc(1));
}

#define malloc(size)        __libc_malloc(size)
#define calloc(count, size) __libc_calloc((count), (size))
#define free(memory)        __libc_free(memory)

#endif /* BENCH_LIBC_MALLOC_H */
