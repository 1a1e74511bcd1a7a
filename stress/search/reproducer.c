/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of a reproducer.  It is read to the letter: what is cut short,
 * longer, or was edited into something else is refused, not guessed at.
 */
#define _GNU_SOURCE
#include "stress/search/reproducer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/sched/schedule.h"
#include "stress/build.h"
#include "stress/need.h"
#include "stress/parse.h"
#include "stress/search/rcu_option.h"
#include "stress/verdict.h"

#define MAGIC "vmrace-replay 1"

void
reproducer_commit(char *word, size_t size)
{
	snprintf(word, size, "%.7s%s",
	    &build_source != NULL ? build_source.commit : "unknown",
	    &build_source != NULL && build_source.dirty ? "+" : "");
}

void
reproducer_of(struct reproducer *r, const struct explore_config *config,
    const struct explore_found *found)
{
	*r = (struct reproducer){
		.scenario = config->scenario,
		.ops = config->ops,
		.as_found = config->as_found,
		.rcu = config->rcu,
		.step_limit = config->step_limit,
		.policy = config->policies[found->policy],
		.seed = found->seed,
		.depth = config->depth,
		.hash = found->hash,
	};
	if (found->schedule_known)
		r->schedule = need_printf("%s", found->schedule);
	/* What killed by itself, needs no sanitizer to do so. */
	if (found->verdict == SCHED_RACE ||
	    (found->verdict == SCHED_CRASH &&
		strncmp(found->text, "killed", 6) != 0))
		snprintf(r->sanitizer, sizeof(r->sanitizer), "%s",
		    *build_flag() != '\0' ? build_flag() + 3 : "");
	reproducer_commit(r->commit, sizeof(r->commit));
}

void
reproducer_free(struct reproducer *r)
{
	free(r->schedule);
	r->schedule = NULL;
}

struct sched_policy *
reproducer_policy(const struct reproducer *r,
    const struct sched_profile *profile, const char **why)
{
	struct sched_policy_config config = {
		.tasks = scenario_tasks(r->scenario, r->ops),
		.lines = scenario_lines(r->scenario),
		.depth = r->depth,
		.schedule = r->schedule,
		.profile = profile,
	};

	return sched_policy_create(
	    r->schedule != NULL ? sched_policy_find("replay") : r->policy,
	    &config, why);
}

struct stage_config
reproducer_stage(const struct reproducer *r)
{
	return (struct stage_config){
		.scenario = r->scenario,
		.ops = r->ops,
		.as_found = r->as_found,
		.step_limit = r->step_limit,
		.rcu = r->rcu,
	};
}

/* --- Written ------------------------------------------------------------- */

char *
reproducer_text(const struct reproducer *r)
{
	char *as_found = as_found_words(r->as_found), *how, *text;
	char steps[40] = "", rcu[RCU_OPTION];

	if (r->step_limit != EXPLORE_STEPS)
		snprintf(steps, sizeof(steps), " --steps %llu",
		    (unsigned long long)r->step_limit);
	if (r->schedule == NULL)
		how = need_printf("%s %llu %u", r->policy->name,
		    (unsigned long long)r->seed, r->depth);
	else
		how =
		    need_printf("%s", *r->schedule != '\0' ? r->schedule : "-");
	rcu_option_write(&r->rcu, rcu);
	text = need_printf(MAGIC "\n%s%s%s%s%s%s%s%s%s\n%s\ntrace %016llx %s\n",
	    r->scenario->name, *r->sanitizer != '\0' ? " --" : "", r->sanitizer,
	    r->ops != NULL ? " -s " : "", r->ops != NULL ? r->ops->name : "",
	    *as_found != '\0' ? " --as-found " : "", as_found, rcu, steps, how,
	    (unsigned long long)r->hash, r->commit);
	free(as_found);
	free(how);
	return text;
}

/* --- Read ---------------------------------------------------------------- */

/* A number and nothing else. */
static boolean_t
read_number(const char *word, uint64_t max, uint64_t *number)
{
	char *end;

	if (word == NULL || !isdigit((unsigned char)*word))
		return FALSE;
	*number = strtoull(word, &end, 10);
	return *end == '\0' && *number <= max;
}

static boolean_t
read_as_found(const char *words, unsigned long *as_found)
{
	char *copy = need_printf("%s", words), *rest = copy, *word;
	boolean_t known = TRUE;

	while ((word = strsep(&rest, ",")) != NULL)
		known &= parse_hazard(word, as_found);
	free(copy);
	return known;
}

/* One option and its value, if it takes one; NULL, or what is wrong. */
static char *
read_option(struct reproducer *r, const char *option, char **rest)
{
	char *value;

	if (strcmp(option, "--tsan") == 0 || strcmp(option, "--asan") == 0) {
		memcpy(r->sanitizer, option + 2, 5);
		return NULL;
	}
	value = strsep(rest, " ");
	if (value == NULL)
		return need_printf("its second line is cut short");
	if (strcmp(option, "-s") == 0) {
		r->ops = vm_strategy_find(value);
		r->unknown = r->ops == NULL;
		if (r->unknown)
			return need_printf(
			    "here is no strategy named \"%s\"", value);
		return NULL;
	}
	if (strcmp(option, "--as-found") == 0) {
		r->unknown = !read_as_found(value, &r->as_found);
		if (r->unknown)
			return need_printf(
			    "this build cannot give back \"%s\"", value);
		return NULL;
	}
	if (strcmp(option, "--rcu") == 0) {
		r->unknown = !rcu_option_read(&r->rcu, value);
		if (r->unknown)
			return need_printf(
			    "this build models no RCU of \"%s\"", value);
		return NULL;
	}
	if (strcmp(option, "--steps") == 0 &&
	    read_number(value, 1 << 24, &r->step_limit))
		return NULL;
	return need_printf("\"%s %s\" is no option of it", option, value);
}

static char *
read_program(struct reproducer *r, char *line)
{
	char *rest = line, *word = strsep(&rest, " "), *why = NULL;

	r->step_limit = EXPLORE_STEPS;
	r->scenario = scenario_find(word);
	r->unknown = r->scenario == NULL;
	if (r->unknown)
		return need_printf("here is no scenario named \"%s\"", word);
	while (why == NULL && (word = strsep(&rest, " ")) != NULL)
		why = read_option(r, word, &rest);
	if (why == NULL && r->scenario->has_vm != (r->ops != NULL))
		why = need_printf("scenario %s runs %s a strategy",
		    r->scenario->name, r->ops != NULL ? "without" : "under");
	return why;
}

static char *
read_schedule(struct reproducer *r, char *line)
{
	char *rest = line, *name;
	uint64_t depth;
	unsigned count;

	if (strcmp(line, "-") == 0)
		line = "";
	else if (isalpha((unsigned char)*line)) {
		name = strsep(&rest, " ");
		r->policy = sched_policy_find(name);
		if (r->policy == NULL || r->policy->exhaustive)
			return need_printf(
			    "\"%s\" decides nothing by a seed", name);
		if (!read_number(strsep(&rest, " "), UINT64_MAX, &r->seed) ||
		    !read_number(strsep(&rest, " "), 16, &depth) ||
		    rest != NULL)
			return need_printf("its third line is no seed");
		r->depth = (unsigned)depth;
		return NULL;
	}
	if (!sched_schedule_parse(line, NULL, &count))
		return need_printf("its third line is no schedule");
	r->schedule = need_printf("%s", line);
	return NULL;
}

static char *
read_trace(struct reproducer *r, const char *line)
{
	int length = 0;
	unsigned long long hash;

	if (strspn(line, "trace ") < 6 ||
	    strspn(line + 6, "0123456789abcdef") != 16 ||
	    sscanf(line, "trace %16llx %23s%n", &hash, r->commit, &length) !=
		2 ||
	    line[length] != '\0')
		return need_printf("its last line is no trace");
	r->hash = hash;
	return NULL;
}

int
reproducer_parse(struct reproducer *r, const char *text, char **why)
{
	char *copy = need_printf("%s", text), *rest = copy;
	char *line[4] = { NULL };

	*r = (struct reproducer){ 0 };
	*why = NULL;
	for (unsigned i = 0; i < 4 && rest != NULL; i++)
		line[i] = strsep(&rest, "\n");
	if (strcmp(line[0], MAGIC) != 0)
		*why =
		    need_printf(strncmp(line[0], MAGIC, sizeof(MAGIC) - 2) == 0
				    ? "is of another format, \"%.40s\""
				    : "is no reproducer: it begins \"%.40s\"",
			line[0]);
	else if (rest == NULL)
		*why = need_printf("is cut short");
	else if (*rest != '\0')
		*why = need_printf("goes on behind its end");
	if (*why == NULL)
		*why = read_program(r, line[1]);
	if (*why == NULL)
		*why = read_schedule(r, line[2]);
	if (*why == NULL)
		*why = read_trace(r, line[3]);
	free(copy);
	if (*why != NULL)
		reproducer_free(r);
	if (*why == NULL)
		return STATUS_SOUND;
	return r->unknown ? STATUS_MISUSE : STATUS_NOT_STARTED;
}
