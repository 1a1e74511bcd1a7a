/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/sched/schedule.h"

#include <stdio.h>
#include <stdlib.h>

bool
sched_schedule_parse(
    const char *words, struct sched_turn *turn, unsigned *count)
{
	*count = 0;
	while (*words != '\0') {
		unsigned long long step, task;
		char *end;

		if (*words < '0' || *words > '9')
			return false;
		step = strtoull(words, &end, 10);
		if (*end != ':' || end[1] < '0' || end[1] > '9')
			return false;
		task = strtoull(end + 1, &end, 10);
		if ((*end != ',' && *end != '\0') || (*end == ',' && !end[1]) ||
		    step > UINT32_MAX || task >= SCHED_TASKS)
			return false;
		if (turn != NULL)
			turn[*count] = (struct sched_turn){ (uint32_t)step,
				(uint32_t)task };
		++*count;
		words = *end == ',' ? end + 1 : end;
	}
	return true;
}

bool
sched_schedule_words(
    const struct sched_turn *turn, unsigned count, char *words, size_t size)
{
	size_t used = 0;

	words[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		used += (size_t)snprintf(words + used, size - used, "%s%u:%u",
		    i > 0 ? "," : "", turn[i].step, turn[i].task);
		if (used >= size) {
			words[0] = '\0';
			return false;
		}
	}
	return true;
}
