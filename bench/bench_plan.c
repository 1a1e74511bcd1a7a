/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HOW MUCH A TIER MEASURES.  A process keeps its luck, which is of the size of
 * what differs from repetition to repetition or more: so many repetitions of
 * few processes make an interval that is too narrow, and the same number from
 * ten makes one that is right.  Hence two in a process and no more: the second
 * costs less than half of what a process of its own would.
 *
 * A block goes through its order there and back, a process to each place.  When
 * there is enough of a cell, and who is next: bench_enough.c.
 */
#include "bench/bench_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"

const struct tier_limits tiers[] = {
	[TIER_NONE] = { 0 },
	[TIER_SMOKE] = { "smoke", 1, 1, 0, 0, 0.1, 0.06, 0.12, 55 },
	[TIER_STANDARD] = { "standard", 2, 2, 20, 10, 0.1, 0.1, 0.3, 815 },
	[TIER_NAMED] = { .name = "by name" },
	[TIER_FULL] = { "full", 2, 2, 20, 10, 0.25, 0.2, 2, 3 * 3600 },
};

enum tier
tier_find(const char *name)
{
	for (enum tier tier = TIER_SMOKE; tier <= TIER_FULL; tier++)
		if (tier != TIER_NAMED && strcmp(tiers[tier].name, name) == 0)
			return tier;
	return TIER_NONE;
}

static bool
is_named(const struct loop *loop, const char *name)
{
	return strcmp(loop->workload, name) == 0 ||
	       strcmp(loop->operation, name) == 0;
}

static bool
is_among(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool
is_chosen(const struct loop *loop, const char *const *names)
{
	return names == NULL || names[0] == NULL ||
	       is_among(loop->workload, names) ||
	       is_among(loop->operation, names);
}

/* Strategies by name, their copies with them; all others are there to be
 * compared with. */
static bool
is_wanted(const struct subject *subject, const char *const *strategies)
{
	const char *name = subject->kind == SUBJECT_STRATEGY ? subject->name
							     : subject->copy_of;

	return name == NULL || strategies == NULL || strategies[0] == NULL ||
	       is_among(name, strategies);
}

bool
bench_has_workload(const char *name)
{
	for (unsigned s = 0; subjects[s] != NULL; s++)
		for (unsigned i = 0; subjects[s]->loops[i] != NULL; i++)
			if (is_named(subjects[s]->loops[i], name))
				return true;
	return false;
}

static void
family_add_cells(struct family *family, const struct subject *subject,
    const struct choice *choice)
{
	const struct loop *loop =
	    subject_loop(subject, family->loop->operation);

	if (choice->measure == MEASURE_COUNT &&
	    subject->kind != SUBJECT_STRATEGY)
		return;
	if (loop == NULL || !is_wanted(subject, choice->strategies) ||
	    !subject_takes(subject, family->variant->args))
		return;
	for (unsigned t = 0; choice->threads[t] != 0; t++) {
		if (loop->library_times && choice->threads[t] != 1)
			continue;
		family->cells = need_resized(family->cells,
		    family->cell_count + 1, sizeof(*family->cells));
		family->cells[family->cell_count++] = (struct cell){
			.subject = subject,
			.loop = loop,
			.threads = choice->threads[t],
		};
	}
}

/* Who asks for a workload by name gets some of it, whatever the tier: the sizes
 * that come first.  But by its number alone standard has no operation that only
 * full has: it would take the time that claims about the others need. */
static enum tier
tier_of(const struct loop *loop, const struct choice *choice)
{
	enum tier first = TIER_FULL;

	for (const struct variant *v = loop->variants; v->args != NULL; v++)
		if (v->tier < first)
			first = v->tier;
	if (choice->workloads == NULL || choice->workloads[0] == NULL)
		return choice->tier;
	if (choice->tier == TIER_STANDARD &&
	    (first <= TIER_NAMED ||
		!is_among(loop->operation, choice->workloads)))
		return TIER_NAMED;
	return first < choice->tier ? choice->tier : first;
}

/* Can that be measured of it?  Only a clock around each operation keeps to a
 * schedule. */
static bool
has_measure(const struct loop *loop, const struct variant *variant,
    enum measure measure)
{
	if (args_number(variant->args, "every", 0) != 0 &&
	    measure != MEASURE_LATENCY)
		return false;
	if (measure == MEASURE_COUNT)
		return loop->counts;
	if (loop->paired)
		return false;
	return measure != MEASURE_LATENCY || loop->turn != NULL;
}

static void
plan_add(struct bench_plan *plan, const struct loop *loop,
    const struct variant *variant, const struct choice *choice)
{
	struct family family = { .loop = loop, .variant = variant };

	for (unsigned s = 0; subjects[s] != NULL; s++)
		family_add_cells(&family, subjects[s], choice);
	if (family.cell_count == 0)
		return;
	plan->cell_count += family.cell_count;
	plan->families = need_resized(
	    plan->families, plan->family_count + 1, sizeof(*plan->families));
	plan->families[plan->family_count++] = family;
}

static bool
plan_has(const struct bench_plan *plan, const char *operation)
{
	for (unsigned f = 0; f < plan->family_count; f++)
		if (strcmp(plan->families[f].loop->operation, operation) == 0)
			return true;
	return false;
}

struct bench_plan *
bench_plan_create(const struct choice *choice)
{
	struct bench_plan *plan = need_zeroed(1, sizeof(*plan));

	for (unsigned s = 0; subjects[s] != NULL; s++)
		for (unsigned i = 0; subjects[s]->loops[i] != NULL; i++) {
			const struct loop *loop = subjects[s]->loops[i];
			const struct variant *variant = loop->variants;

			if (!is_chosen(loop, choice->workloads) ||
			    plan_has(plan, loop->operation))
				continue;
			for (; variant->args != NULL; variant++)
				if (variant->tier <= tier_of(loop, choice) &&
				    has_measure(loop, variant, choice->measure))
					plan_add(plan, loop, variant, choice);
		}
	return plan;
}

void
bench_plan_free(struct bench_plan *plan)
{
	for (unsigned f = 0; f < plan->family_count; f++) {
		for (unsigned c = 0; c < plan->families[f].cell_count; c++)
			free(plan->families[f].cells[c].values);
		free(plan->families[f].cells);
	}
	free(plan->families);
	free(plan);
}

void
cell_note(struct cell *cell, const struct value *value)
{
	cell->values = need_resized(
	    cell->values, cell->value_count + 1, sizeof(*cell->values));
	cell->values[cell->value_count++] = *value;
}

void
cell_note_why(struct cell *cell, const char *why)
{
	snprintf(cell->why, sizeof(cell->why), "%s", why);
}

char *
cell_name(const struct family *family, const struct cell *cell)
{
	const char *args = family->variant->args;

	return need_printf("%s/%s%s%s/threads:%u", family->loop->operation,
	    cell->subject->name, *args != '\0' ? "/" : "", args, cell->threads);
}
