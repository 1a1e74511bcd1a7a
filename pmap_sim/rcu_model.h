/* SPDX-License-Identifier: BSD-2-Clause */
/* Which RCU is modelled: the words of rcu_model.def. */
#ifndef PMAP_SIM_RCU_MODEL_H
#define PMAP_SIM_RCU_MODEL_H

#include <stdbool.h>
#include <stddef.h>

enum rcu_grace {
#define GRACE(name, sentence) RCU_GRACE_##name,
#define BUSTED(name, sentence)
#define EDGES(name, sentence)
#include "pmap_sim/rcu_model.def"
#undef GRACE
#undef BUSTED
#undef EDGES
};

enum rcu_busted {
#define GRACE(name, sentence)
#define BUSTED(name, sentence) RCU_BUSTED_##name,
#define EDGES(name, sentence)
#include "pmap_sim/rcu_model.def"
#undef GRACE
#undef BUSTED
#undef EDGES
};

enum rcu_edges {
#define GRACE(name, sentence)
#define BUSTED(name, sentence)
#define EDGES(name, sentence) RCU_EDGES_##name,
#include "pmap_sim/rcu_model.def"
#undef GRACE
#undef BUSTED
#undef EDGES
};

/* All zero: what it is if nothing is said. */
struct rcu_model {
	enum rcu_grace grace;
	enum rcu_busted busted;
	enum rcu_edges edges;
};

/* Each word; the last has no name. */
struct rcu_model_word {
	const char *name;
	const char *group; /* "grace", "busted", "edges": one of each */
	const char *sentence;
};
extern const struct rcu_model_word rcu_model_list[];

/* Add a word.  FALSE: there is none of that name. */
bool rcu_model_add(struct rcu_model *model, const char *word);

/* The words of what is not usual, between commas, or "earliest". */
#define RCU_MODEL_WORDS 48
void rcu_model_words(const struct rcu_model *model, char *words);
bool rcu_model_is_usual(const struct rcu_model *model);

#endif /* PMAP_SIM_RCU_MODEL_H */
