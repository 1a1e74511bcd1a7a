/* SPDX-License-Identifier: BSD-2-Clause */
/* Seeded numbers: splitmix64.  The same seed gives the same numbers on every
 * machine; a stream of each process's own makes them independent of who runs
 * when. */
#ifndef STRESS_RANDOM_H
#define STRESS_RANDOM_H

#include <stdint.h>

struct random_stream {
	uint64_t state;
};

static inline uint64_t
random_next(struct random_stream *stream)
{
	uint64_t z = stream->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* In [0, bound); bound > 0. */
static inline uint64_t
random_below(struct random_stream *stream, uint64_t bound)
{
	return (
	    uint64_t)(((unsigned __int128)random_next(stream) * bound) >> 64);
}

/* The stream of member `number` of a family. */
static inline struct random_stream
random_stream(uint64_t seed, uint64_t number)
{
	struct random_stream stream = { seed ^ (number * 0xd1342543de82ef95u) };

	(void)random_next(&stream);
	return stream;
}

#endif /* STRESS_RANDOM_H */
