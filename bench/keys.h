/* SPDX-License-Identifier: BSD-2-Clause */
/* What is the same for every subject: sizes. */
#ifndef BENCH_KEYS_H
#define BENCH_KEYS_H

#define BENCH_KEY_BYTES   40    /* a pager's */
#define BENCH_THING_BYTES 224   /* about an object's */
#define BENCH_WIDE        10007 /* buckets of the wide table */

#endif /* BENCH_KEYS_H */
