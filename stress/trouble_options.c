/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/parse.h"
#include "stress/trouble_options.h"

#define LATENCY_MAX_NS 10000000000u

static const char *const calls[] = { "get", "put" };
static const char *const codes[] = { "", "bad", "fail", "error", "never" };
static const char *const pends[] = { "none", "now", "late", "never", "mix" };

/* --- In ----------------------------------------------------------------- */

static uint64_t
parse_latency_end(struct argp_state *state, const char *text, char **end)
{
	double number = strtod(text, end), ns = number;

	if (strncmp(*end, "us", 2) == 0)
		ns = number * 1e3;
	else if (strncmp(*end, "ms", 2) == 0)
		ns = number * 1e6;
	else if (strncmp(*end, "ns", 2) != 0 && number != 0)
		*end = (char *)text;
	if (*end == text || !isfinite(ns) || ns < 0 || ns > LATENCY_MAX_NS)
		argp_error(state,
		    "--pager-latency: \"%s\" is not a time like 50us, or two "
		    "like 0..2ms, of at most 10000ms",
		    text);
	*end += strspn(*end, "unms");
	return (uint64_t)ns;
}

static void
parse_latency(
    struct trouble_config *config, struct argp_state *state, const char *text)
{
	char *end;

	config->latency_ns[0] = config->latency_ns[1] = 0;
	if (strcmp(text, "none") == 0)
		return;
	config->latency_ns[0] = parse_latency_end(state, text, &end);
	config->latency_ns[1] = config->latency_ns[0];
	if (strncmp(end, "..", 2) == 0)
		config->latency_ns[1] = parse_latency_end(state, end + 2, &end);
	if (*end != '\0' || config->latency_ns[0] > config->latency_ns[1])
		argp_error(state,
		    "--pager-latency: \"%s\" is not a time like 50us, or two "
		    "like 0..2ms, the smaller first",
		    text);
}

static double
parse_probability(
    struct argp_state *state, const char *what, const char *text, char **end)
{
	double p = strtod(text, end);

	if (*end == text || !(p >= 0 && p <= 1))
		argp_error(state, "%s: \"%s\" is not from 0 to 1", what, text);
	return p;
}

/* A pager's way to fail that is no lie (core/trouble.h). */
static enum trouble_code
parse_code(struct argp_state *state, unsigned call, const char *word)
{
	for (unsigned i = TROUBLE_BAD; i <= TROUBLE_NEVER; i++)
		if (strcmp(word, codes[i]) == 0 &&
		    i != (call == VM_PAGER_GET ? TROUBLE_FAIL : TROUBLE_BAD))
			return (enum trouble_code)i;
	argp_error(state,
	    "--pager-fail: a %s cannot fail with \"%s\": %s, error or never",
	    calls[call], word, call == VM_PAGER_GET ? "bad" : "fail");
	return TROUBLE_ANY;
}

static void
parse_failure(
    struct trouble_config *config, struct argp_state *state, const char *word)
{
	unsigned call = VM_PAGER_GET;
	char *end;

	if (strncmp(word, "put=", 4) == 0)
		call = VM_PAGER_PUT;
	else if (strncmp(word, "get=", 4) != 0)
		argp_error(state,
		    "--pager-fail: \"%s\" is not get=P or put=P (has_page "
		    "cannot fail: it says yes or no)",
		    word);
	config->fail[call] =
	    parse_probability(state, "--pager-fail", word + 4, &end);
	config->code[call] = TROUBLE_ANY;
	if (*end == ':')
		config->code[call] = parse_code(state, call, end + 1);
	else if (*end != '\0')
		argp_error(
		    state, "--pager-fail: \"%s\": what is \"%s\"?", word, end);
}

static void
parse_failures(
    struct trouble_config *config, struct argp_state *state, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;

	config->fail[0] = config->fail[1] = 0;
	if (strcmp(text, "none") != 0)
		while ((word = strsep(&rest, ",")) != NULL)
			parse_failure(config, state, word);
	free(copy);
}

static void
parse_pend(
    struct trouble_config *config, struct argp_state *state, const char *text)
{
	for (unsigned i = PEND_PLAIN; i <= PEND_MIX; i++)
		if (strcmp(text, pends[i]) == 0) {
			config->pend = (enum trouble_pend)i;
			return;
		}
	argp_error(
	    state, "--pend: \"%s\" is not now, late, never, mix or none", text);
}

error_t
parse_trouble(
    struct trouble_config *config, int key, char *arg, struct argp_state *state)
{
	char *end;

	switch (key) {
	case OPTION_TROUBLE:
		parse_latency(config, state, arg);
		break;
	case OPTION_TROUBLE + 1:
		parse_failures(config, state, arg);
		break;
	case OPTION_TROUBLE + 2:
		parse_pend(config, state, arg);
		break;
	case OPTION_TROUBLE + 3:
		config->allocation =
		    parse_count(state, "--fail-allocation", arg, 1u << 30);
		break;
	case OPTION_TROUBLE + 4:
		config->allocations =
		    parse_probability(state, "--fail-allocations", arg, &end);
		if (*end != '\0')
			argp_error(state,
			    "--fail-allocations: \"%s\" is not from 0 to 1",
			    arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	config->given |= 1u << (key - OPTION_TROUBLE);
	return 0;
}

/* --- Out ---------------------------------------------------------------- */

static char *
latency_words(const struct trouble_config *config)
{
	if (config->latency_ns[1] == 0)
		return need_printf("none");
	return need_printf("%gus..%gus", (double)config->latency_ns[0] / 1e3,
	    (double)config->latency_ns[1] / 1e3);
}

static char *
fail_words(const struct trouble_config *config)
{
	char *word[2];
	char *text;

	for (unsigned i = 0; i < 2; i++)
		word[i] =
		    config->fail[i] == 0
			? need_printf("%s", "")
			: need_printf("%s=%g%s%s", calls[i], config->fail[i],
			      config->code[i] != TROUBLE_ANY ? ":" : "",
			      codes[config->code[i]]);
	text = need_printf("%s%s%s", word[0],
	    *word[0] != '\0' && *word[1] != '\0' ? "," : "", word[1]);
	free(word[0]);
	free(word[1]);
	if (*text == '\0') {
		free(text);
		return need_printf("none");
	}
	return text;
}

char *
trouble_identity(const struct trouble_config *config)
{
	char *latency = latency_words(config), *fail = fail_words(config);
	char *text = need_printf("pager-latency=%s pager-fail=%s pend=%s "
				 "fail-allocation=%lu fail-allocations=%g",
	    latency, fail, pends[config->pend], config->allocation,
	    config->allocations);

	free(latency);
	free(fail);
	return text;
}

char *
trouble_replay(const struct trouble_config *config)
{
	char *latency = latency_words(config), *fail = fail_words(config);
	char allocation[48] = "", allocations[48] = "", *text;
	unsigned given = config->given;

	if (given & TROUBLE_GIVEN_ALLOCATE)
		snprintf(allocation, sizeof(allocation),
		    " --fail-allocation %lu", config->allocation);
	if (given & TROUBLE_GIVEN_ALLOCATES)
		snprintf(allocations, sizeof(allocations),
		    " --fail-allocations %g", config->allocations);
	text = need_printf("%s%s%s%s%s%s%s%s",
	    given & TROUBLE_GIVEN_LATENCY ? " --pager-latency " : "",
	    given & TROUBLE_GIVEN_LATENCY ? latency : "",
	    given & TROUBLE_GIVEN_FAIL ? " --pager-fail " : "",
	    given & TROUBLE_GIVEN_FAIL ? fail : "",
	    given & TROUBLE_GIVEN_PEND ? " --pend " : "",
	    given & TROUBLE_GIVEN_PEND ? pends[config->pend] : "", allocation,
	    allocations);
	free(latency);
	free(fail);
	return text;
}
