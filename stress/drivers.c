/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

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
