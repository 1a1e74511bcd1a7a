/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pmap_sim/shootdown.h"
#include "stress/need.h"
#include "stress/parse.h"

uint64_t
parse_number(
    struct argp_state *state, const char *what, const char *text, uint64_t max)
{
	char *end;
	uint64_t number, unit = 1;
	boolean_t digit = isdigit((unsigned char)*text) != 0;

	errno = 0;
	number = strtoull(text, &end, 0);
	if (*end == 'K' || *end == 'k')
		unit = 1000;
	else if (*end == 'M')
		unit = 1000000;
	else if (*end == 'G')
		unit = 1000000000;
	if (unit != 1)
		end++;
	if (!digit || errno != 0 || *end != '\0' || number > max / unit)
		argp_error(state, "%s: \"%s\" is not a number of at most %llu",
		    what, text, (unsigned long long)max);
	return number * unit;
}

unsigned
parse_count(
    struct argp_state *state, const char *what, const char *text, uint64_t max)
{
	uint64_t count = parse_number(state, what, text, max);

	if (count == 0)
		argp_error(state, "%s: must be at least 1", what);
	return (unsigned)count;
}

double
parse_seconds(struct argp_state *state, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*end == 'm')
		seconds *= 60;
	else if (*end == 'h')
		seconds *= 3600;
	if (*end == 's' || *end == 'm' || *end == 'h')
		end++;
	if (end == text || *end != '\0' || !isfinite(seconds) || seconds <= 0)
		argp_error(state, "-d: \"%s\" is not a time", text);
	return seconds;
}

uint64_t
parse_seed(struct argp_state *state, const char *text)
{
	struct timespec now;

	if (strcmp(text, "random") != 0)
		return parse_number(state, "-r", text, INT64_MAX);
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)(now.tv_nsec ^ now.tv_sec << 20) & 0xffffffff;
}

void
parse_list(struct argp_state *state, const char *text,
    void (*one)(struct argp_state *state, const char *word))
{
	char *copy = strdup(text), *rest = copy, *word;

	while ((word = strsep(&rest, ",")) != NULL)
		one(state, word);
	free(copy);
}

void
parse_strategies(struct argp_state *state, const char *word,
    void (*add)(struct argp_state *state, const struct vm_ops *ops))
{
	const struct vm_ops *ops = vm_strategy_find(word);

	if (strcmp(word, "all") == 0) {
		for (unsigned i = 0; vm_strategies[i] != NULL; i++)
			if (strcmp(vm_strategies[i]->name, "busted") != 0)
				add(state, vm_strategies[i]);
		return;
	}
	if (ops == NULL)
		argp_error(state,
		    "-s: no strategy is named \"%s\": see \"vmrace list "
		    "strategies\"",
		    word);
	add(state, ops);
}

unsigned
parse_cache_max(struct argp_state *state, const char *text)
{
	unsigned max =
	    (unsigned)parse_number(state, "--cache-max", text, UINT32_MAX - 1);

	return max != 0 ? max : ~0u;
}

const char *
parse_shootdown(struct argp_state *state, const char *text)
{
	if (shootdown_find(text) == NULL)
		argp_error(state,
		    "--shootdown: no scheme is named \"%s\": see "
		    "\"vmrace list shootdowns\"",
		    text);
	return text;
}

static const char *const hazards[] = {
#define HAZARD(id, sentence) #id,
#include "core/hazards.def"
#undef HAZARD
};

#define HAZARDS (sizeof(hazards) / sizeof(hazards[0]))

boolean_t
parse_hazard(const char *word, unsigned long *set)
{
	for (size_t i = 0; i < HAZARDS; i++)
		if (strcmp(hazards[i], word) == 0) {
			*set |= 1ul << i;
			return TRUE;
		}
	return FALSE;
}

unsigned long
parse_as_found(struct argp_state *state, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	unsigned long set = 0;

	while ((word = strsep(&rest, ",")) != NULL)
		if (!parse_hazard(word, &set))
			argp_error(state,
			    "--as-found: no exhibit is named \"%s\": see "
			    "\"vmrace list hazards\"",
			    word);
	free(copy);
#ifndef VMRACE_HAZARDS
	argp_error(state, "--as-found: this build has no exhibits: use stress, "
			  "--tsan or --asan");
#endif
	return set;
}

char *
as_found_words(unsigned long as_found)
{
	char *words = need_printf("%s", "");

	for (size_t i = 0; i < HAZARDS; i++)
		if (as_found >> i & 1) {
			char *more = need_printf("%s%s%s", words,
			    *words != '\0' ? "," : "", hazards[i]);

			free(words);
			words = more;
		}
	return words;
}
