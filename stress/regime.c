/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtual machine's CPUs do not stay where they are.  Two of them share a
 * cache at one moment and a few seconds later they do not, so that a line
 * costs several times as much to hand over; or the host, or another program,
 * takes half of one away.  That alone changes what a lock costs by a factor of
 * four, and which of two locks is the better one.
 *
 * THE DISTANCE is what a cache line needs to go to the other CPU and back.
 * On Zen 4 and Zen 5 hosts that was 50 to 125 ns where the two share a cache,
 * and 300 to 430 where they do not.  The bounds stand in the gap; what falls
 * between them moved while it was looked at.
 *
 * ADMISSION.  Two CPUs that are ours alone do twice the work of one if the work
 * has nothing in common.  Who does less than 1.9 times shares a core with its
 * neighbour or its time with a stranger, and measures that.  More than 2.1
 * times is impossible: then it was the one that was disturbed.
 *
 * Both are looked at before and after; what was true at both ends is taken for
 * what was true between.  So this is blind to a machine that goes away and
 * comes back meanwhile: keep what is measured as short as a second or two.
 */
#include "stress/regime.h"

static enum regime
distance(const struct regime_sample *sample)
{
	if (sample->pingpong_ns < REGIME_NEAR_NS)
		return REGIME_NEAR;
	if (sample->pingpong_ns > REGIME_FAR_NS)
		return REGIME_FAR;
	return REGIME_MIXED;
}

static bool
admitted(const struct regime_sample *sample)
{
	return sample->pingpong_ns > 0 &&
	       sample->disjoint_ratio >= REGIME_DISJOINT &&
	       sample->disjoint_ratio <= REGIME_DISJOINT_MOST;
}

enum regime
regime_of(const struct regime_sample *before, const struct regime_sample *after)
{
	if (before->cpus == 1 && after->cpus == 1)
		return REGIME_SINGLE;
	if (!admitted(before) || !admitted(after))
		return REGIME_NOT_ADMITTED;
	return distance(before) == distance(after) ? distance(before)
						   : REGIME_MIXED;
}

double
regime_disjoint_ratio(
    const struct regime_sample *before, const struct regime_sample *after)
{
	return before->disjoint_ratio < after->disjoint_ratio
		   ? before->disjoint_ratio
		   : after->disjoint_ratio;
}

const char *
regime_name(enum regime regime)
{
	static const char *const names[] = {
		[REGIME_SINGLE] = "single",
		[REGIME_NEAR] = "near",
		[REGIME_FAR] = "far",
		[REGIME_MIXED] = "mixed",
		[REGIME_NOT_ADMITTED] = "not admitted",
	};

	return names[regime];
}
