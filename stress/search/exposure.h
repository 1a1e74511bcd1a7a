/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a search has exposed: a row in which nothing could go wrong is not
 * sound.
 *
 * That is so where no two tasks ever touched one object in an order that
 * matters, where all orders are one class, where an operation never found
 * anything to do, and where a defect that was given back never came up.
 */
#ifndef STRESS_SEARCH_EXPOSURE_H
#define STRESS_SEARCH_EXPOSURE_H

#include "pmap_sim/sched/class.h"
#include "stress/search/stage.h"

#define EXPOSURE_TEXT 160

struct exposure {
	uint64_t executions;          /* that were looked at */
	uint64_t did[SCENARIO_PARTS]; /* of those, task i found what to do */
	unsigned long came_up;        /* exhibits */
	boolean_t met;                /* two tasks, in one of them */
};

/* The stage's last execution. */
void exposure_look(
    struct exposure *e, struct stage *stage, struct sched_class *class);
/* What one has seen since, to what all have; by several at a time. */
void exposure_flush(struct exposure *all, struct exposure *own);

/*
 * What has not been exposed, in words.  FALSE: it all was.  complete: there are
 * no more executions; classes: how many there are of them, 0: not known.
 */
struct explore_config;
boolean_t
exposure_lacks(const struct exposure *e, const struct explore_config *config,
    boolean_t complete, uint64_t classes, char *text, size_t size);

#endif /* STRESS_SEARCH_EXPOSURE_H */
