/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "pmap_sim/shootdown.h"

const struct shootdown *const shootdowns[] = {
	&shootdown_mach,
	NULL,
};

const struct shootdown *
shootdown_find(const char *name)
{
	for (const struct shootdown *const *s = shootdowns; *s != NULL; s++)
		if (strcmp((*s)->name, name) == 0)
			return *s;
	return NULL;
}
