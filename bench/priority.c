/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/priority.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICEST "-20"

static bool
autogroup_raise(void)
{
	FILE *file = fopen("/proc/self/autogroup", "w");
	bool raised;

	if (file == NULL)
		return false;
	raised = fputs(NICEST, file) >= 0;
	return fclose(file) == 0 && raised;
}

struct priority
priority_raise(void)
{
	struct priority priority;

	(void)setsid();
	priority.autogroup_raised = autogroup_raise();
	priority.nice_raised = setpriority(PRIO_PROCESS, 0, -20) == 0;
	return priority;
}
