/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/unreplayed.h"

static const char *const sentences[] = {
#define UNREPLAYED(name, sentence) sentence,
#include "stress/unreplayed.def"
#undef UNREPLAYED
};

unsigned long
unreplayed_sum(const unsigned long counts[UNREPLAYED_REASONS])
{
	unsigned long sum = 0;

	for (unsigned i = 0; i < UNREPLAYED_REASONS; i++)
		sum += counts[i];
	return sum;
}

void
unreplayed_print(FILE *out, const unsigned long counts[UNREPLAYED_REASONS],
    unsigned long events)
{
	unsigned long sum = unreplayed_sum(counts);

	fprintf(out, "  unreplayed  %lu", sum);
	if (events != 0)
		fprintf(out, " (%.3f %% of events)",
		    100.0 * (double)sum / (double)events);
	for (unsigned i = 0; i < UNREPLAYED_REASONS; i++)
		if (counts[i] != 0)
			fprintf(out, "; %lu: %s", counts[i], sentences[i]);
	fputc('\n', out);
}

void
unrecorded_print(FILE *out, const struct plan *plan)
{
	for (unsigned i = 0; i < plan->skip_count; i++)
		fprintf(out, "  unrecorded  %lu: %s\n", plan->skips[i].count,
		    plan->skips[i].reason);
}
