/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace list`: the names that options take, one to a line with a sentence
 * each.
 */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/ops.h"
#include "pmap_sim/shootdown.h"
#include "stress/commands.h"
#include "stress/stress.h"
#include "stress/verdict.h"

struct list_options {
	const char *what;
	boolean_t json;
};

typedef void list_one_t(void *arg, const char *name, const char *sentence);

static void
list_strategies(list_one_t *one, void *arg)
{
	for (unsigned i = 0; vm_strategies[i] != NULL; i++)
		one(arg, vm_strategies[i]->name, vm_strategies[i]->summary);
}

static void
list_shootdowns(list_one_t *one, void *arg)
{
	for (unsigned i = 0; shootdowns[i] != NULL; i++)
		one(arg, shootdowns[i]->name, shootdowns[i]->story);
}

static void
list_drivers(list_one_t *one, void *arg)
{
	for (unsigned i = 0; stress_drivers[i] != NULL; i++)
		if (stress_drivers[i]->canary == NULL)
			one(arg, stress_drivers[i]->name,
			    stress_drivers[i]->hunts);
}

static void
list_canaries(list_one_t *one, void *arg)
{
	for (unsigned i = 0; stress_drivers[i] != NULL; i++)
		if (stress_drivers[i]->canary != NULL)
			one(arg, stress_drivers[i]->name,
			    stress_drivers[i]->hunts);
}

static void
list_hazards(list_one_t *one, void *arg)
{
#define HAZARD(name, sentence) one(arg, #name, sentence);
#include "core/hazards.def"
#undef HAZARD
}

static const struct {
	const char *name;
	void (*list)(list_one_t *one, void *arg);
} lists[] = {
	{ "strategies", list_strategies },
	{ "drivers", list_drivers },
	{ "canaries", list_canaries },
	{ "hazards", list_hazards },
	{ "shootdowns", list_shootdowns },
};

#define LISTS (sizeof(lists) / sizeof(lists[0]))

static void
list_print(void *arg, const char *name, const char *sentence)
{
	(void)arg;
	printf("%-16s %s\n", name, sentence);
}

static void
list_append(void *arg, const char *name, const char *sentence)
{
	json_array_append_new(
	    arg, json_pack("{ssss}", "name", name, "summary", sentence));
}

static void
list_as_json(const char *what)
{
	json_t *json = json_object();

	for (unsigned i = 0; i < LISTS; i++) {
		json_t *names = json_array();

		if (what == NULL || strcmp(what, lists[i].name) == 0) {
			lists[i].list(list_append, names);
			json_object_set(json, lists[i].name, names);
		}
		json_decref(names);
	}
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
}

static void
list_as_text(const char *what)
{
	for (unsigned i = 0; i < LISTS; i++) {
		if (what != NULL && strcmp(what, lists[i].name) != 0)
			continue;
		if (what == NULL)
			printf("%s%s:\n", i > 0 ? "\n" : "", lists[i].name);
		lists[i].list(list_print, NULL);
	}
}

static error_t
list_option(int key, char *arg, struct argp_state *state)
{
	struct list_options *options = state->input;
	unsigned i;

	switch (key) {
	case 'j':
		options->json = TRUE;
		return 0;
	case ARGP_KEY_ARG:
		for (i = 0; i < LISTS; i++)
			if (strcmp(arg, lists[i].name) == 0)
				break;
		if (i == LISTS)
			argp_error(state, "there is no list of \"%s\"", arg);
		options->what = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option list_options[] = {
	{ "json", 'j', NULL, 0, "one object on stdout", 0 },
	{ 0 },
};

static const struct argp list_argp = {
	.options = list_options,
	.parser = list_option,
	.args_doc = "[strategies|drivers|canaries|hazards|shootdowns]",
	.doc = "List the names that options take.",
};

int
list_main(int argc, char **argv)
{
	struct list_options options = { 0 };

	(void)argp_parse(&list_argp, argc, argv, 0, NULL, &options);
	if (options.json)
		list_as_json(options.what);
	else
		list_as_text(options.what);
	return fflush(stdout) == 0 ? STATUS_SOUND : STATUS_NOT_STARTED;
}
