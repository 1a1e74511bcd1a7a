/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace replay`: a saved failure again, and told.
 *
 * First it is run for the hash of its trace: only if that is the one in the
 * file is it the execution that was saved, and only then is it told.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/apart.h"
#include "stress/build.h"
#include "stress/need.h"
#include "stress/parse.h"
#include "stress/records.h"
#include "stress/search/commands.h"
#include "stress/search/explain.h"
#include "stress/search/rcu_option.h"
#include "stress/whole.h"

enum explain { EXPLAIN_NONE, EXPLAIN_TEXT, EXPLAIN_ALL, EXPLAIN_HTML };

struct replay_options {
	const char *file;
	enum explain explain;
	const char *output; /* the story's file, or the record's directory */
	boolean_t json;
};

enum {
	OPTION_EXPLAIN = 256,
	OPTION_JSON,
};

static const struct argp_option options[] = {
	{ "explain", OPTION_EXPLAIN, "HOW", OPTION_ARG_OPTIONAL,
	    "tell what happens, step by step, a CPU a column; =all: leave "
	    "nothing out; =html: as a page",
	    1 },
	{ "json", OPTION_JSON, NULL, 0,
	    "one object on stdout, instead of text; with --explain, every "
	    "step is in it",
	    1 },
	{ "output", 'o', "OUT", 0,
	    "of --explain: write that to the file OUT [stdout]; else, and with "
	    "--json: append the object to OUT/replay.jsonl",
	    1 },
	{ 0 },
};

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct replay_options *o = state->input;

	switch (key) {
	case OPTION_EXPLAIN:
		o->explain = arg == NULL                ? EXPLAIN_TEXT
			     : strcmp(arg, "all") == 0  ? EXPLAIN_ALL
			     : strcmp(arg, "html") == 0 ? EXPLAIN_HTML
							: EXPLAIN_NONE;
		if (o->explain == EXPLAIN_NONE)
			argp_error(state,
			    "--explain: \"%s\" is neither all "
			    "nor html",
			    arg);
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case OPTION_JSON:
		o->json = TRUE;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file != NULL)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->file == NULL)
			argp_error(state, "which file? explore and hunt write "
					  "them, NAME.vmr");
		if (o->json && o->explain == EXPLAIN_HTML)
			argp_error(state, "--json or a page, not both");
		if (o->json && o->explain == EXPLAIN_ALL)
			argp_error(state, "--explain=all: with --json, "
					  "--explain leaves nothing out");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "FILE",
	.doc = "Run a saved failure again: exactly that execution, or say that "
	       "this build goes another way."
	       "\vExit status: 0 it does not fail here, 1 violation, 4 not a "
	       "reproducer, or one of another build, 64 misuse, or it names "
	       "what is not here, 66 data race.",
};

struct replay {
	struct replay_options options;
	struct reproducer reproducer;
	struct attempts attempts;
	struct judgement judgement;
	struct sched_turn *turn; /* what was unusual in it */
	unsigned turns;
	char *command;
};

/* --- The run ------------------------------------------------------------- */

/* FALSE: a line on stderr. */
static boolean_t
run(struct replay *r)
{
	const struct sched_note *note = r->attempts.note;
	const char *why;
	struct sched_policy *policy = reproducer_policy(
	    &r->reproducer, attempts_profile(&r->attempts), &why);
	struct sched_policy *noted;

	if (policy == NULL) {
		fprintf(stderr, "vmrace: %s: %s\n", r->options.file, why);
		return FALSE;
	}
	noted = attempts_noted(&r->attempts, policy);
	r->attempts.apart = TRUE;
	(void)attempt(&r->attempts, noted, r->reproducer.seed, &r->judgement);
	r->turns = note->turns < note->room ? note->turns : note->room;
	r->turn = need_zeroed(r->turns + 1, sizeof(*r->turn));
	memcpy(r->turn, note->turn, r->turns * sizeof(*r->turn));
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	return TRUE;
}

/* Is it the execution that was saved?  FALSE: a line on stderr. */
static boolean_t
is_same(const struct replay *r)
{
	char commit[24];

	if (r->judgement.hash == r->reproducer.hash)
		return TRUE;
	reproducer_commit(commit, sizeof(commit));
	fprintf(stderr,
	    "vmrace: %s: made by another build (%s; this is %s): here its "
	    "schedule goes another way and comes to: %s; hunt again\n",
	    r->options.file, r->reproducer.commit, commit,
	    sched_verdict_name(r->judgement.verdict));
	return FALSE;
}

/* Has this build the sanitizer that saw it?  FALSE: a line on stderr. */
static boolean_t
sees(const struct replay *r)
{
	const char *wanted = r->reproducer.sanitizer;

	if (*wanted == '\0' ||
	    (*build_flag() != '\0' && strcmp(build_flag() + 3, wanted) == 0))
		return TRUE;
	fprintf(stderr,
	    "vmrace: %s: seen only under --%s: ./vmrace replay --%s %s\n",
	    r->options.file, wanted, wanted, r->options.file);
	return FALSE;
}

static enum verdict
verdict_of(const struct judgement *judgement)
{
	switch (judgement->verdict) {
	case SCHED_SOUND:
		return VERDICT_SOUND;
	case SCHED_RACE:
		return VERDICT_SANITIZER;
	default:
		return VERDICT_VIOLATION;
	}
}

/* --- What is said of it -------------------------------------------------- */

static char *
identity(const struct replay *r)
{
	const struct reproducer *p = &r->reproducer;
	char *as_found = as_found_words(p->as_found);
	char rcu[RCU_MODEL_WORDS], *text;

	rcu_model_words(&p->rcu, rcu);
	text = need_printf("replay scenario=%s strategy=%s as-found=%s rcu=%s "
			   "steps=%llu commit=%s "
			   "sanitizer=%s compiler=\"%s\"",
	    p->scenario->name, p->ops != NULL ? p->ops->name : "none",
	    *as_found != '\0' ? as_found : "none", rcu,
	    (unsigned long long)p->step_limit, p->commit, BUILD_SANITIZER,
	    BUILD_COMPILER);

	free(as_found);
	return text;
}

/* By the names that the story has, if there is one. */
static void
print(FILE *out, const struct replay *r, const struct explained *explained)
{
	const struct judgement *j = &r->judgement;
	char note[600], what[500];

	fprintf(out, "%llu steps, %llu preemption%s, trace %016llx\n",
	    (unsigned long long)j->steps, (unsigned long long)j->preemptions,
	    j->preemptions == 1 ? "" : "s", (unsigned long long)j->hash);
	snprintf(what, sizeof(what), "%s", j->text);
	if (explained != NULL)
		explain_verdict(explained, what, sizeof(what));
	snprintf(
	    note, sizeof(note), "%s: %s", sched_verdict_name(j->verdict), what);
	verdict_print(out, verdict_of(j),
	    j->verdict != SCHED_SOUND ? note : "it does not fail here");
}

static json_t *
record(const struct replay *r, const struct explained *explained)
{
	const struct reproducer *p = &r->reproducer;
	const struct judgement *j = &r->judgement;
	char *words = need_zeroed(1, EXPLORE_SCHEDULE), *text = identity(r);
	json_t *json;

	(void)sched_schedule_words(r->turn, r->turns, words, EXPLORE_SCHEDULE);
	json = json_pack("{ss so ss si so so sI ss so ss sI sI sI so ss ss}",
	    "scenario", p->scenario->name, "wrong",
	    records_string(p->scenario->wrong), "strategy",
	    p->ops != NULL ? p->ops->name : "none", "tasks",
	    (int)p->scenario->tasks, "as_found",
	    records_words(as_found_words(p->as_found)), "rcu",
	    rcu_option_json(&p->rcu), "steps_max", (json_int_t)p->step_limit,
	    "outcome", sched_verdict_name(j->verdict), "note",
	    records_string(j->text), "schedule", words, "points",
	    (json_int_t)j->steps, "choices", (json_int_t)j->choices,
	    "preemptions", (json_int_t)j->preemptions, "reproducer",
	    records_string(r->options.file), "saved_at", p->commit, "identity",
	    text);
	json_object_set_new(json, "trace_hash",
	    json_sprintf("%016llx", (unsigned long long)j->hash));
	json_object_set_new(json, "replay", records_string(r->command));
	if (explained != NULL)
		json_object_set_new(json, "story", explain_json(explained));
	free(words);
	free(text);
	return json;
}

/* --- Ways to tell it ----------------------------------------------------- */

/* To a file as a whole, or to stdout.  FALSE: a line on stderr. */
static boolean_t
deliver(const struct replay *r, const char *text, size_t size)
{
	if (r->options.output != NULL)
		return whole_write(r->options.output, text, size);
	fwrite(text, 1, size, stdout);
	return TRUE;
}

static boolean_t
tell(const struct replay *r, const struct explained *explained)
{
	FILE *out;
	char *text = NULL;
	size_t size = 0;
	boolean_t told;

	if (r->options.explain == EXPLAIN_HTML)
		text = explain_html(explained, &size);
	else {
		out = open_memstream(&text, &size);
		if (out == NULL)
			need_failed();
		explain_text(out, explained, r->options.explain == EXPLAIN_ALL);
		print(out, r, explained);
		fclose(out);
	}
	told = deliver(r, text, size);
	free(text);
	return told;
}

static struct story *
story(struct replay *r)
{
	struct story *story = story_tell(&r->attempts, r->turn, r->turns);
	int i = -1;

	if (r->judgement.verdict != SCHED_SOUND)
		i = story_switch(
		    &r->attempts, r->turn, r->turns, r->judgement.signature);
	if (i >= 0)
		story->matters = (long)r->turn[i].step;
	return story;
}

/* Is the story text of its own, no part of a record? */
static boolean_t
tells(const struct replay *r)
{
	return r->options.explain != EXPLAIN_NONE && !r->options.json;
}

/* On stdout, in a directory, or nowhere.  FALSE: a line on stderr. */
static boolean_t
keep_record(const struct replay *r, const struct explained *explained, int argc,
    char **argv)
{
	const char *directory = tells(r) ? NULL : r->options.output;
	struct records records;
	boolean_t written;

	if (!records_open_of("controlled", &records, directory, "replay.jsonl",
		r->options.json, argc, argv))
		return FALSE;
	written = records_write(
	    &records, record(r, explained), verdict_of(&r->judgement));
	records_close(&records);
	return written;
}

/* FALSE: something could not be written; a line on stderr. */
static boolean_t
report(struct replay *r, int argc, char **argv)
{
	boolean_t page =
	    r->options.explain == EXPLAIN_HTML && r->options.output == NULL;
	FILE *out = r->options.json || page ? stderr : stdout;
	struct explained explained;
	struct story *s = NULL;
	boolean_t told;
	char *text = identity(r);

	fprintf(out, "%s\n", text);
	fflush(NULL);
	free(text);
	if (r->options.explain != EXPLAIN_NONE) {
		s = story(r);
		explain_begin(&explained, &r->reproducer, s, r->command);
	}
	told = keep_record(r, s != NULL ? &explained : NULL, argc, argv);
	if (tells(r) && !tell(r, &explained))
		told = FALSE;
	if (s == NULL || r->options.output != NULL || page)
		print(out, r, s != NULL ? &explained : NULL);
	if (s != NULL) {
		explain_free(&explained);
		apart_memory_free(s, story_size(s->room));
	}
	return told;
}

int
replay_main(int argc, char **argv)
{
	struct replay r = { 0 };
	int status = STATUS_NOT_STARTED;
	struct stage_config stage;
	char *quoted;

	(void)argp_parse(&argp, argc, argv, 0, NULL, &r.options);
	status = reproducer_load(&r.reproducer, r.options.file);
	if (status != STATUS_SOUND)
		return status;
	status = STATUS_NOT_STARTED;
	quoted = need_quoted(r.options.file);
	r.command = need_printf("./vmrace replay %s", quoted);
	free(quoted);
	if (!sees(&r))
		return status;
	stage = reproducer_stage(&r.reproducer);
	attempts_begin(&r.attempts, &stage);
	if (run(&r) && is_same(&r) && report(&r, argc, argv))
		status = verdict_status(verdict_of(&r.judgement));
	attempts_end(&r.attempts);
	reproducer_free(&r.reproducer);
	free(r.turn);
	free(r.command);
	if (!records_stdout_is_whole() && status == STATUS_SOUND)
		status = STATUS_NOT_STARTED;
	return status;
}
