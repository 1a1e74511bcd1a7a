/* SPDX-License-Identifier: BSD-2-Clause */
/* All strategies, in the order of strategies.def; compiled once, for all. */
#include <string.h>

#include "core/ops.h"

#define STRATEGY(s, summary) extern const struct vm_ops s##_vm_strategy;
#include "locking/strategies.def"
#undef STRATEGY

const struct vm_ops *const vm_strategies[] = {
#define STRATEGY(s, summary) &s##_vm_strategy,
#include "locking/strategies.def"
#undef STRATEGY
	NULL
};

const struct vm_ops *
vm_strategy_find(const char *name)
{
	for (size_t i = 0; vm_strategies[i] != NULL; i++)
		if (strcmp(vm_strategies[i]->name, name) == 0)
			return vm_strategies[i];
	return NULL;
}
