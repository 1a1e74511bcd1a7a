/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was to be measured has a line in the table in any case.  Where some of a
 * family was admitted, that alone is shown, and a cell of which nothing was is
 * not among it: on a busy machine that is often one of many.
 */
#include "bench/bench_report.h"

static unsigned
cell_admitted(const struct cell *cell)
{
	unsigned count = 0;

	for (unsigned i = 0; i < cell->value_count; i++)
		count += cell->values[i].admitted;
	return count;
}

static bool
cell_is_shown(const struct family *family, const struct cell *cell)
{
	unsigned admitted = 0;

	for (unsigned c = 0; c < family->cell_count; c++)
		admitted += cell_admitted(&family->cells[c]);
	return admitted != 0 ? cell_admitted(cell) != 0
			     : cell->value_count != 0 || cell->counted != 0;
}

void
bench_print_missing(FILE *out, const struct family *family)
{
	for (unsigned c = 0; c < family->cell_count; c++) {
		const struct cell *cell = &family->cells[c];

		if (cell_is_shown(family, cell))
			continue;
		fprintf(out, "    %-15s  no figure of %u thread%s: ",
		    cell->subject->name, cell->threads,
		    cell->threads == 1 ? "" : "s");
		if (cell->processes == 0)
			fputs("its turn did not come\n", out);
		else
			fprintf(out, "%s\n",
			    cell->why[0] != '\0' ? cell->why : "interrupted");
	}
}
