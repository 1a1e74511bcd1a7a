/* SPDX-License-Identifier: BSD-2-Clause */
/* What the heap holds. */
#ifndef BENCH_HEAP_H
#define BENCH_HEAP_H

/* Bytes that are allocated now; -1: the allocator does not say. */
long heap_allocated(void);

#endif /* BENCH_HEAP_H */
