/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/rcu_model.h"

#include <stdio.h>
#include <string.h>

const struct rcu_model_word rcu_model_list[] = {
#define GRACE(name, sentence)  { #name, "grace", sentence },
#define BUSTED(name, sentence) { #name, "busted", sentence },
#define EDGES(name, sentence)  { #name, "edges", sentence },
#include "pmap_sim/rcu_model.def"
#undef GRACE
#undef BUSTED
#undef EDGES
	{ NULL, NULL, NULL },
};

bool
rcu_model_add(struct rcu_model *model, const char *word)
{
#define GRACE(name, sentence)                                                  \
	if (strcmp(word, #name) == 0)                                          \
		return model->grace = RCU_GRACE_##name, true;
#define BUSTED(name, sentence)                                                 \
	if (strcmp(word, #name) == 0)                                          \
		return model->busted = RCU_BUSTED_##name, true;
#define EDGES(name, sentence)                                                  \
	if (strcmp(word, #name) == 0)                                          \
		return model->edges = RCU_EDGES_##name, true;
#include "pmap_sim/rcu_model.def"
#undef GRACE
#undef BUSTED
#undef EDGES
	return false;
}

/* The n-th word of a group. */
static const char *
word_of(const char *group, unsigned n)
{
	const struct rcu_model_word *w = rcu_model_list;

	while (strcmp(w->group, group) != 0 || n-- > 0)
		w++;
	return w->name;
}

static void
append(char *words, const char *word)
{
	size_t length = strlen(words);

	snprintf(words + length, RCU_MODEL_WORDS - length, "%s%s",
	    length != 0 ? "," : "", word);
}

void
rcu_model_words(const struct rcu_model *model, char *words)
{
	words[0] = '\0';
	if (model->grace != 0 || rcu_model_is_usual(model))
		append(words, word_of("grace", model->grace));
	if (model->busted != 0)
		append(words, word_of("busted", model->busted));
	if (model->edges != 0)
		append(words, word_of("edges", model->edges));
}

bool
rcu_model_is_usual(const struct rcu_model *model)
{
	return model->grace == 0 && model->busted == 0 && model->edges == 0;
}
