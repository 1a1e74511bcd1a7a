/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/draw.h"

#include <math.h>
#include <stdlib.h>

#include "stress/need.h"
#include "stress/random.h"

#define DRAWN_LEAST 16384u
#define DRAWN_MOST  (1u << 20)
#define ZIPF        0.99

/* sum[k]: the weight of the first k + 1. */
static double *
zipf_sums(unsigned count)
{
	double *sum = need_zeroed(count, sizeof(*sum)), total = 0;

	for (unsigned k = 0; k < count; k++)
		sum[k] = total += pow(k + 1, -ZIPF);
	return sum;
}

static unsigned
zipf_draw(const double *sum, unsigned count, struct random_stream *stream)
{
	double at = (double)(random_next(stream) >> 11) * 0x1p-53;
	unsigned low = 0, high = count - 1;

	at *= sum[count - 1];
	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (sum[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const void **
draw_keys(const void *const *keys, unsigned count,
    const struct request *request, unsigned thread, unsigned *mask)
{
	struct random_stream stream = random_stream(request->seed, thread + 1);
	bool zipf = args_have(request->args, "dist", "zipf");
	double *sum = zipf ? zipf_sums(count) : NULL;
	unsigned drawn = 1;
	const void **next;

	while (count > 1 && drawn < DRAWN_MOST &&
	       (drawn < DRAWN_LEAST || drawn / 4 < count))
		drawn *= 2;
	next = need_zeroed(drawn, sizeof(*next));
	for (unsigned i = 0; i < drawn; i++)
		next[i] = keys[zipf ? zipf_draw(sum, count, &stream)
				    : (unsigned)random_below(&stream, count)];
	free(sum);
	*mask = drawn - 1;
	return next;
}
