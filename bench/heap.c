/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/heap.h"

#include <stddef.h>
#include <stdint.h>

/* jemalloc's, if it is linked. */
extern int mallctl(const char *name, void *old, size_t *old_size, void *new,
    size_t new_size) __attribute__((weak));

long
heap_allocated(void)
{
	uint64_t epoch = 1;
	size_t bytes, size = sizeof(bytes);

	/* Its statistics are of when that was last said. */
	if (mallctl == NULL ||
	    mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch)) != 0 ||
	    mallctl("stats.allocated", &bytes, &size, NULL, 0) != 0)
		return -1;
	return (long)bytes;
}
