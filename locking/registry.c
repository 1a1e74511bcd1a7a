/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All strategies, in the order of strategies.def.  The declarations stand in
 * core/ops.h; here, below core/, an ops table is only something with an
 * address.
 */
#include <stddef.h>
#include <string.h>

struct vm_ops;

#define STRATEGY(s, summary) extern const struct vm_ops s##_vm_strategy;
#include "locking/strategies.def"
#undef STRATEGY

extern const struct vm_ops *const vm_strategies[];
const struct vm_ops *vm_strategy_find(const char *name);

const struct vm_ops *const vm_strategies[] = {
#define STRATEGY(s, summary) &s##_vm_strategy,
#include "locking/strategies.def"
#undef STRATEGY
	NULL
};

static const char *const names[] = {
#define STRATEGY(s, summary) #s,
#include "locking/strategies.def"
#undef STRATEGY
};

const struct vm_ops *
vm_strategy_find(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return vm_strategies[i];
	return NULL;
}
