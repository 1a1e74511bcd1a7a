/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/sched/policy.h"

#define POLICY(name) extern const struct sched_policy_ops sched_policy_##name;
#include "pmap_sim/sched/policies.def"
#undef POLICY

const struct sched_policy_ops *const sched_policies[] = {
#define POLICY(name) &sched_policy_##name,
#include "pmap_sim/sched/policies.def"
#undef POLICY
	NULL,
};

const struct sched_policy_ops *
sched_policy_find(const char *name)
{
	for (unsigned i = 0; sched_policies[i] != NULL; i++)
		if (strcmp(sched_policies[i]->name, name) == 0)
			return sched_policies[i];
	return NULL;
}

struct sched_policy *
sched_policy_create(const struct sched_policy_ops *ops,
    const struct sched_policy_config *config, const char **why)
{
	struct sched_policy *policy;

	*why = "no memory";
	policy = ops->create(config, why);
	if (policy != NULL)
		policy->ops = ops;
	return policy;
}

void
sched_policy_destroy(struct sched_policy *policy)
{
	if (policy->ops->destroy != NULL)
		policy->ops->destroy(policy);
	sched_policy_free(&policy->config, policy);
}

void *
sched_policy_memory(
    const struct sched_policy_config *config, size_t count, size_t size)
{
	struct sched_memory *memory = config->memory;
	size_t bytes = (count * size + 63) & ~(size_t)63;
	char *at;

	if (memory == NULL)
		return calloc(count, size);
	if (memory->used == 0)
		memory->used = 64; /* its own words */
	if (bytes > memory->size - memory->used)
		return NULL;
	at = (char *)memory + memory->used;
	memory->used += bytes;
	return at;
}

void
sched_policy_free(const struct sched_policy_config *config, void *memory)
{
	if (config->memory == NULL)
		free(memory);
}

void *
sched_policy_new(size_t size, const struct sched_policy_config *config)
{
	struct sched_policy *policy = sched_policy_memory(config, 1, size);

	if (policy != NULL)
		policy->config = *config;
	return policy;
}
