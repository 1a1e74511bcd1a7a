/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/search/exposure.h"

#include <stdio.h>
#include <stdlib.h>

#include "stress/parse.h"
#include "stress/search/explore.h"

/* Of fewer executions it says nothing if an operation came too late. */
#define TRIALS 300

/* --- Seen ----------------------------------------------------------------- */

void
exposure_look(
    struct exposure *e, struct stage *stage, struct sched_class *class)
{
	const struct scene *scene = stage_scene(stage);

	/* RCU's reclaimer is nobody to be met. */
	e->met = e->met || sched_class_met(class, stage_sched(stage),
			       scene->scenario->tasks);
	e->executions++;
	for (unsigned i = 0; i < SCENARIO_PARTS; i++)
		e->did[i] += scene->did[i] != FALSE;
	e->came_up |= stage_came_up(stage);
}

void
exposure_flush(struct exposure *all, struct exposure *own)
{
	if (own->executions == 0)
		return;
	if (own->met)
		__atomic_store_n(&all->met, TRUE, __ATOMIC_RELAXED);
	__atomic_fetch_or(&all->came_up, own->came_up, __ATOMIC_RELAXED);
	__atomic_fetch_add(&all->executions, own->executions, __ATOMIC_RELAXED);
	own->executions = 0;
	for (unsigned i = 0; i < SCENARIO_PARTS; i++) {
		__atomic_fetch_add(&all->did[i], own->did[i], __ATOMIC_RELAXED);
		own->did[i] = 0;
	}
}

/* --- Not seen ------------------------------------------------------------- */

static boolean_t
lacks_exhibits(unsigned long missing, char *text, size_t size)
{
	char *words;

	if (missing == 0)
		return FALSE;
	words = as_found_words(missing);
	snprintf(text, size,
	    "%s: given back, and nothing came to where it is: \"vmrace hunt\" "
	    "knows the scenarios that do",
	    words);
	free(words);
	return TRUE;
}

static boolean_t
lacks_a_part(const struct exposure *e, const struct scenario *scenario,
    char *text, size_t size)
{
	const char *sentence;

	if (scenario->part == NULL)
		return FALSE;
	for (unsigned i = 0; i < scenario->tasks; i++) {
		if (e->did[i] > 0)
			continue;
		snprintf(text, size, "CPU %u's %s never had anything to do", i,
		    scenario->part(scenario, i, &sentence));
		return TRUE;
	}
	return FALSE;
}

boolean_t
exposure_lacks(const struct exposure *e, const struct explore_config *config,
    boolean_t complete, uint64_t classes, char *text, size_t size)
{
	const struct scenario *scenario = config->scenario;

	text[0] = '\0';
	if (lacks_exhibits(config->as_found & ~e->came_up, text, size))
		return TRUE;
	if (scenario->tasks < 2)
		return FALSE;
	if (!e->met)
		snprintf(text, size, "no two tasks ever met");
	else if (complete && classes == 1)
		snprintf(
		    text, size, "no two tasks meet in more than one order");
	else if (complete || e->executions >= TRIALS)
		return lacks_a_part(e, scenario, text, size);
	return text[0] != '\0';
}
