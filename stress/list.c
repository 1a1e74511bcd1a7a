/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace list`: what there is to name.  A list is data (lists.h); for people
 * it is a line each, with the truths about it in brackets, and with --long, or
 * asked for by name, all else that is known.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "pmap_sim/types.h"
#include "stress/commands.h"
#include "stress/lists.h"
#include "stress/verdict.h"

#define NAMES_MAX 64

struct list_options {
	const struct list *list; /* or NULL: which lists there are */
	const char *names[NAMES_MAX];
	unsigned name_count; /* 0: all */
	boolean_t json, whole;
};

/* --- For people --------------------------------------------------------- */

/* The truths, in brackets behind; and that something is wrong. */
static void
print_marks(json_t *item)
{
	const char *key;
	json_t *value;

	json_object_foreach(item, key,
	    value) if (json_is_true(value) || strcmp(key, "wrong") == 0)
	    printf(" [%s]", key);
}

/* A line for each other thing that is known. */
static void
print_rest(json_t *item)
{
	const char *key;
	json_t *value, *word;
	size_t i;

	json_object_foreach(item, key, value)
	{
		if (strcmp(key, "name") == 0 || strcmp(key, "summary") == 0 ||
		    json_is_boolean(value))
			continue;
		if (json_is_string(value)) {
			printf("    %-8s %s\n", key, json_string_value(value));
			continue;
		}
		printf("    %-8s ", key);
		json_array_foreach(value, i, word)
		    printf("%s%s", i > 0 ? ", " : "", json_string_value(word));
		puts(json_array_size(value) == 0 ? "-" : "");
	}
}

static int
name_width(json_t *list)
{
	size_t i, width = 10;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		size_t length =
		    json_string_length(json_object_get(item, "name"));

		if (length > width)
			width = length;
	}
	return (int)width;
}

static void
print_list(json_t *list, boolean_t whole)
{
	int width = name_width(list);
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		printf("%-*s %s", width,
		    json_string_value(json_object_get(item, "name")),
		    json_string_value(json_object_get(item, "summary")));
		print_marks(item);
		putchar('\n');
		if (whole)
			print_rest(item);
	}
}

static void
print_lists(void)
{
	for (const struct list *list = lists; list->name != NULL; list++)
		printf("%-10s %s\n", list->name, list->sentence);
}

/* --- Which -------------------------------------------------------------- */

static json_t *
find_item(json_t *list, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i,
	    item) if (strcmp(json_string_value(json_object_get(item, "name")),
			  name) == 0) return item;
	return NULL;
}

/* Of the list, those that were asked for by name.  NULL: a line on stderr. */
static json_t *
chosen(const struct list_options *options, json_t *list)
{
	json_t *some = json_array();

	for (unsigned i = 0; i < options->name_count; i++) {
		json_t *item = find_item(list, options->names[i]);

		if (item == NULL) {
			fprintf(stderr,
			    "vmrace list: none of the %s is named \"%s\": see "
			    "\"vmrace list %s\"\n",
			    options->list->name, options->names[i],
			    options->list->name);
			json_decref(some);
			return NULL;
		}
		json_array_append(some, item);
	}
	return some;
}

static int
list_one(const struct list_options *options)
{
	json_t *list = options->list->make(), *some;

	if (list == NULL)
		return STATUS_NOT_STARTED;
	if (options->name_count != 0) {
		some = chosen(options, list);
		json_decref(list);
		list = some;
	}
	if (list == NULL)
		return STATUS_MISUSE;
	if (options->json) {
		json_t *json = json_pack("{sO}", options->list->name, list);

		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(json);
	} else
		print_list(list, options->whole || options->name_count != 0);
	json_decref(list);
	return STATUS_SOUND;
}

static int
list_all_as_json(void)
{
	json_t *json = json_object();
	int status = STATUS_SOUND;

	for (const struct list *list = lists; list->name != NULL; list++) {
		json_t *items = list->make();

		if (items == NULL)
			status = STATUS_NOT_STARTED;
		else
			json_object_set_new(json, list->name, items);
	}
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
	return status;
}

/* --- The command -------------------------------------------------------- */

static const struct list *
find_list(const char *word)
{
	for (const struct list *list = lists; list->name != NULL; list++)
		if (strcmp(word, list->name) == 0 ||
		    strcmp(word, list->one) == 0)
			return list;
	return NULL;
}

static void
add_word(struct argp_state *state, const char *word)
{
	struct list_options *options = state->input;

	if (options->list == NULL) {
		options->list = find_list(word);
		if (options->list == NULL)
			argp_error(state,
			    "there is no list of \"%s\": \"vmrace list\" says "
			    "what there is",
			    word);
	} else if (options->name_count == NAMES_MAX)
		argp_error(state, "at most %d names", NAMES_MAX);
	else
		options->names[options->name_count++] = word;
}

static error_t
list_option(int key, char *arg, struct argp_state *state)
{
	struct list_options *options = state->input;

	switch (key) {
	case 'j':
		options->json = TRUE;
		return 0;
	case 'l':
		options->whole = TRUE;
		return 0;
	case ARGP_KEY_ARG:
		add_word(state, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option list_options[] = {
	{ "long", 'l', NULL, 0, "all that is known of each", 0 },
	{ "json", 'j', NULL, 0,
	    "one object on stdout; of every list if none "
	    "is named",
	    0 },
	{ 0 },
};

static const struct argp list_argp = {
	.options = list_options,
	.parser = list_option,
	.args_doc = "[LIST [NAME...]]",
	.doc = "List what there is: without LIST, which lists there are; with "
	       "NAMEs, all that is known of these.",
};

int
list_main(int argc, char **argv)
{
	struct list_options options = { 0 };
	int status = STATUS_SOUND;

	(void)argp_parse(&list_argp, argc, argv, 0, NULL, &options);
	if (options.list != NULL)
		status = list_one(&options);
	else if (options.json)
		status = list_all_as_json();
	else
		print_lists();
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("vmrace list: stdout");
		return STATUS_NOT_STARTED;
	}
	return status;
}
