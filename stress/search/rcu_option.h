/* SPDX-License-Identifier: BSD-2-Clause */
/* --rcu WORD,...: which RCU is modelled (pmap_sim/rcu_model.def). */
#ifndef STRESS_SEARCH_RCU_OPTION_H
#define STRESS_SEARCH_RCU_OPTION_H

#include <argp.h>
#include <jansson.h>

#include "pmap_sim/rcu_model.h"

#define RCU_OPTION_HELP                                                        \
	"which RCU is modelled, if one is: when a grace period ends, or what " \
	"is wrong with it (list rcu) [earliest]"

/* A word that is none ends the program with status 64. */
struct rcu_model rcu_option_parse(struct argp_state *state, const char *text);
/* FALSE: one is none. */
bool rcu_option_read(struct rcu_model *model, const char *text);

/* " --rcu WORD,...", or "" if it is the usual one. */
#define RCU_OPTION (RCU_MODEL_WORDS + 8)
void rcu_option_write(const struct rcu_model *model, char *text);
/* Its words, for a record. */
json_t *rcu_option_json(const struct rcu_model *model);

#endif /* STRESS_SEARCH_RCU_OPTION_H */
