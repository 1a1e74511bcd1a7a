/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of many is next, drawn before anything is measured.
 *
 *	dist:uniform	each as likely as any other; so without a word
 *	dist:zipf	the k-th as likely as k to the power of -0.99
 */
#ifndef BENCH_DRAW_H
#define BENCH_DRAW_H

#include "bench/subject.h"

/* A power of two of the keys, *mask one less; the caller's. */
const void **draw_keys(const void *const *keys, unsigned count,
    const struct request *request, unsigned thread, unsigned *mask);

#endif /* BENCH_DRAW_H */
