/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W4: an object is made and entered, looked up, and the one held longest is let
 * go: into the cache, out of which the oldest is trimmed and terminated.  With
 * cache:0 it is terminated at once.  Nothing is ever found again that was let
 * go: that is W5.
 */
static const struct variant churn_variants[] = {
	{ "objects:64/cache:100", TIER_NAMED },
	{ "objects:64/cache:0", TIER_NAMED },
	{ "objects:64/cache:10000", TIER_FULL },
	{ 0 },
};

static uint64_t
churn_turn(void *mine, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		filer_churn(mine);
	return n;
}

static const struct loop churn = {
	.workload = "W4",
	.operation = "churn",
	.sentence = "an object: made, entered, looked up, let go, terminated",
	.variants = churn_variants,
	FILES_LOOP(files_open, churn_turn),
};
