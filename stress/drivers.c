/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stress/parse.h"
#include "stress/stress.h"

#define DRIVER(name) extern const struct stress stress_##name;
#include "stress/drivers.def"
#undef DRIVER

const struct stress *const stress_drivers[] = {
#define DRIVER(name) &stress_##name,
#include "stress/drivers.def"
#undef DRIVER
	NULL
};

const struct stress *
stress_find(const char *name)
{
	for (unsigned i = 0; stress_drivers[i] != NULL; i++)
		if (strcmp(stress_drivers[i]->name, name) == 0)
			return stress_drivers[i];
	return NULL;
}

boolean_t
stress_hunts(const struct stress *driver, unsigned long as_found)
{
	char *ids = as_found_words(as_found), *rest = ids, *id;
	boolean_t hunts = FALSE;

	while (!hunts && (id = strsep(&rest, ",")) != NULL && *id != '\0') {
		const char *at = strstr(driver->hazards, id);
		size_t length = strlen(id);

		/* No id begins with another but by a digit more. */
		while (at != NULL && at[length] != ' ' && at[length] != '\0')
			at = strstr(at + length, id);
		hunts = at != NULL;
	}
	free(ids);
	return hunts;
}
