/* SPDX-License-Identifier: BSD-2-Clause */
/* What there is to be measured, and what would be. */
#include <stdlib.h>
#include <string.h>

#include "bench/bench_report.h"

static void
print_subjects(FILE *out, const char *operation)
{
	const char *before = "";

	fputs("    by", out);
	for (unsigned s = 0; subjects[s] != NULL; s++) {
		if (subject_loop(subjects[s], operation) == NULL ||
		    strcmp(before, subjects[s]->name) == 0)
			continue;
		before = subjects[s]->name;
		fprintf(out, " %s", before);
	}
	fputc('\n', out);
}

static void
print_loop(FILE *out, const struct loop *loop)
{
	fprintf(out, "%-4s %-16s %s%s\n", loop->workload, loop->operation,
	    loop->sentence, loop->paired ? " (--measure count)" : "");
	for (const struct variant *v = loop->variants; v->args != NULL; v++)
		fprintf(out, "    %-9s %s\n", tiers[v->tier].name, v->args);
	print_subjects(out, loop->operation);
}

/* Has a subject before that one such a loop? */
static bool
is_listed(unsigned subject, const char *operation)
{
	for (unsigned s = 0; s < subject; s++)
		if (subject_loop(subjects[s], operation) != NULL)
			return true;
	return false;
}

void
bench_print_list(FILE *out)
{
	for (unsigned s = 0; subjects[s] != NULL; s++)
		for (unsigned i = 0; subjects[s]->loops[i] != NULL; i++)
			if (!is_listed(s, subjects[s]->loops[i]->operation))
				print_loop(out, subjects[s]->loops[i]);
}

void
bench_print_plan(FILE *out, const struct bench_plan *plan)
{
	for (unsigned f = 0; f < plan->family_count; f++) {
		const struct family *family = &plan->families[f];

		for (unsigned c = 0; c < family->cell_count; c++) {
			char *name = cell_name(family, &family->cells[c]);

			fprintf(out, "%s\n", name);
			free(name);
		}
	}
}
