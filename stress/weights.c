/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/parse.h"
#include "stress/weights.h"

void
weights_default(const struct weight *list, unsigned *weights)
{
	for (unsigned i = 0; list[i].name != NULL; i++)
		weights[i] = list[i].weight;
}

char *
weights_words(const struct weight *list, const unsigned *weights)
{
	char *text = need_printf("%s=%u", list[0].name, weights[0]);

	for (unsigned i = 1; list[i].name != NULL; i++) {
		char *more =
		    need_printf("%s,%s=%u", text, list[i].name, weights[i]);

		free(text);
		text = more;
	}
	return text;
}

static void
weights_parse_one(struct argp_state *state, const struct weight *list,
    const char *word, unsigned *weights)
{
	const char *equals = strchr(word, '=');
	size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);

	for (unsigned i = 0; list[i].name != NULL; i++)
		if (strlen(list[i].name) == length && equals != NULL &&
		    strncmp(list[i].name, word, length) == 0) {
			weights[i] = (unsigned)parse_number(
			    state, "--weights", equals + 1, 1000000);
			return;
		}
	argp_error(state,
	    "--weights: \"%s\" is not NAME=WEIGHT; the names and what they "
	    "weigh: %s",
	    word, weights_words(list, weights));
}

void
weights_parse(struct argp_state *state, const struct weight *list,
    const char *text, unsigned *weights)
{
	char *copy = strdup(text), *rest = copy, *word;
	unsigned sum = 0;

	while ((word = strsep(&rest, ",")) != NULL)
		weights_parse_one(state, list, word, weights);
	free(copy);
	for (unsigned i = 0; list[i].name != NULL; i++)
		sum += weights[i];
	if (sum == 0)
		argp_error(state, "--weights: all are 0");
}

unsigned
weights_draw(const struct weight *list, const unsigned *weights,
    struct random_stream *random)
{
	uint64_t sum = 0, draw;
	unsigned i;

	for (i = 0; list[i].name != NULL; i++)
		sum += weights[i];
	draw = random_below(random, sum);
	for (i = 0; draw >= weights[i]; i++)
		draw -= weights[i];
	return i;
}
