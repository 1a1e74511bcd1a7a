/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/search/rcu_option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/records.h"

bool
rcu_option_read(struct rcu_model *model, const char *text)
{
	char *copy = need_printf("%s", text), *rest = copy, *word;
	bool known = true;

	while ((word = strsep(&rest, ",")) != NULL)
		known &= rcu_model_add(model, word);
	free(copy);
	return known;
}

struct rcu_model
rcu_option_parse(struct argp_state *state, const char *text)
{
	struct rcu_model model = { 0 };

	if (!rcu_option_read(&model, text))
		argp_error(
		    state, "--rcu: \"%s\": see \"vmrace list rcu\"", text);
	return model;
}

void
rcu_option_write(const struct rcu_model *model, char *text)
{
	char words[RCU_MODEL_WORDS];

	text[0] = '\0';
	if (rcu_model_is_usual(model))
		return;
	rcu_model_words(model, words);
	snprintf(text, RCU_OPTION, " --rcu %s", words);
}

json_t *
rcu_option_json(const struct rcu_model *model)
{
	char words[RCU_MODEL_WORDS];

	rcu_model_words(model, words);
	return records_words(need_printf("%s", words));
}
