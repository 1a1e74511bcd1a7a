/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exhaustive searches against what is known otherwise.
 *
 * Programs are drawn at random from every kind of operation, small enough for
 * every schedule of them to be run; what dpor leaves out must then leave out no
 * outcome, and no class.  Counts against multinomials and against a plain
 * recursion; estimates against counts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/sched/class.h"
#include "pmap_sim/sync.h"
#include "stress/search/stage.h"

#ifdef SANITIZER_TSAN
#define PROGRAMS 100
#else
#define PROGRAMS 500
#endif
#define SCHEDULES 20000 /* of a program, all of them; more: another program */
#define UNBOUNDED 100000

/* --- Programs ------------------------------------------------------------- */

#define TASKS   3
#define WORDS   2
#define ACTIONS 4

enum action {
	LOAD,
	STORE,
	ADD,
	SWAP,
	CAS,
	LOCKED,  /* a section of a lock */
	TRIED,   /* the same, if it is free */
	NESTED,  /* of two locks, in this order or that */
	AWAIT,   /* spin until a word is not 0 */
	ACQUIRE, /* spin until a word could be changed from 0, then give back */
	HOG,     /* a section in which to spin until a word is not 0 */
	SLEEP,  /* until a flag is set; the lock is held until it is asserted */
	TOLD,   /* set it */
	DOZE,   /* the same with no lock: it may be too late */
	CLUTCH, /* sleep with a lock held */
	SHAKE,  /* wake whoever sleeps */
	CHANGE, /* of mind: assert, and no longer */
	PEEK,   /* does anybody sleep? */
	YIELD,
	EXPECT, /* that nobody has written a word */
	ACTION_KINDS
};

struct program {
	unsigned tasks;
	unsigned length[TASKS];
	struct {
		enum action action;
		unsigned which;
	} step[TASKS][ACTIONS];
};

struct world {
	int word[WORDS]; /* atomic */
	struct sync_spin lock[2];
	int guarded[2]; /* under the lock of that number */
	int flag;       /* under lock 0 */
	int event;
	unsigned seen[TASKS]; /* a hash of what each has seen */
};

static void
see(struct world *w, unsigned i, unsigned what)
{
	w->seen[i] = w->seen[i] * 31 + what + 1;
}

static void
section(struct world *w, unsigned i, unsigned which)
{
	see(w, i, (unsigned)w->guarded[which]);
	w->guarded[which] = w->guarded[which] * 3 + (int)i + 1;
}

static void
do_word(struct world *w, unsigned i, enum action action, unsigned which)
{
	int *word = &w->word[which], found = 0;

	switch (action) {
	case LOAD:
		see(w, i, (unsigned)sync_load(word));
		break;
	case STORE:
		sync_store(word, (int)i + 1);
		break;
	case ADD:
		see(w, i, (unsigned)sync_add(word, 1));
		break;
	case SWAP:
		see(w, i, (unsigned)sync_swap(word, 1));
		break;
	case CAS:
		see(w, i, sync_cas(word, &found, (int)i + 1));
		see(w, i, (unsigned)found);
		break;
	case AWAIT:
		while (sync_load(word) == 0)
			sched_relax();
		break;
	case ACQUIRE:
		while (found = 0, !sync_cas(word, &found, 9))
			sched_relax();
		sync_store(word, 0);
		break;
	case EXPECT:
		sched_expect(sync_load(word) != 2);
		break;
	default:
		break;
	}
}

static void
do_locks(struct world *w, unsigned i, enum action action, unsigned which)
{
	switch (action) {
	case TRIED:
		if (!sync_spin_try(&w->lock[which])) {
			see(w, i, 77);
			break;
		}
		section(w, i, which);
		sync_spin_drop(&w->lock[which]);
		break;
	case LOCKED:
		sync_spin_take(&w->lock[which]);
		section(w, i, which);
		sync_spin_drop(&w->lock[which]);
		break;
	case NESTED:
		sync_spin_take(&w->lock[which]);
		sync_spin_take(&w->lock[!which]);
		section(w, i, !which);
		sync_spin_drop(&w->lock[!which]);
		sync_spin_drop(&w->lock[which]);
		break;
	case HOG:
		sync_spin_take(&w->lock[which]);
		while (sync_load(&w->word[which]) == 0)
			sched_relax();
		sync_spin_drop(&w->lock[which]);
		break;
	default:
		break;
	}
}

static void
do_events(struct world *w, unsigned i, enum action action)
{
	switch (action) {
	case SLEEP:
		sync_spin_take(&w->lock[0]);
		see(w, i, (unsigned)w->flag);
		if (w->flag) {
			sync_spin_drop(&w->lock[0]);
			break;
		}
		sched_wait_on(&w->event);
		sync_spin_drop(&w->lock[0]);
		sched_sleep();
		break;
	case TOLD:
		sync_spin_take(&w->lock[0]);
		w->flag = 1;
		sync_spin_drop(&w->lock[0]);
		sched_wake(&w->event);
		break;
	case DOZE:
		sched_wait_on(&w->event);
		sched_sleep();
		break;
	case CLUTCH:
		sync_spin_take(&w->lock[0]);
		sched_wait_on(&w->event);
		sched_sleep();
		sync_spin_drop(&w->lock[0]);
		break;
	case SHAKE:
		sched_wake(&w->event);
		break;
	case CHANGE:
		sched_wait_on(&w->event);
		sched_wait_not();
		break;
	case PEEK:
		see(w, i, sched_sleepers(&w->event));
		break;
	case YIELD:
		sched_give_way();
		break;
	default:
		break;
	}
}

static void
program_task(struct scene *scene, unsigned i)
{
	const struct program *p = scene->scenario->data;
	struct world *w = scene->memory;

	for (unsigned n = 0; n < p->length[i]; n++) {
		enum action action = p->step[i][n].action;
		unsigned which = p->step[i][n].which;

		do_word(w, i, action, which);
		do_locks(w, i, action, which);
		do_events(w, i, action);
	}
}

static unsigned
draw(uint64_t *random, unsigned below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((*random >> 33) % below);
}

/* All kinds are in the first few; later ones are drawn from four kinds each, so
 * that these meet. */
static void
program_draw(struct program *p, uint64_t seed)
{
	uint64_t random = seed * 0x9e3779b97f4a7c15u;
	unsigned words = 1 + draw(&random, WORDS);
	enum action kinds[4];

	memset(p, 0, sizeof(*p));
	for (unsigned k = 0; k < 4; k++)
		kinds[k] = (enum action)draw(&random, ACTION_KINDS);
	p->tasks = 2 + draw(&random, 2);
	for (unsigned i = 0; i < p->tasks; i++) {
		p->length[i] = 1 + draw(&random, p->tasks == 2 ? 4 : 3);
		for (unsigned n = 0; n < p->length[i]; n++) {
			p->step[i][n].action = kinds[draw(&random, 4)];
			p->step[i][n].which = draw(&random, words);
		}
	}
}

static const char *
program_words(const struct program *p)
{
	static const char *const names[] = { "load", "store", "add", "swap",
		"cas", "locked", "tried", "nested", "await", "acquire", "hog",
		"sleep", "told", "doze", "clutch", "shake", "change", "peek",
		"yield", "expect" };
	static char text[512];
	size_t used = 0;

	for (unsigned i = 0; i < p->tasks; i++) {
		for (unsigned n = 0; n < p->length[i]; n++)
			used += (size_t)snprintf(text + used,
			    sizeof(text) - used, " %s%u",
			    names[p->step[i][n].action], p->step[i][n].which);
		used += (size_t)snprintf(text + used, sizeof(text) - used, ";");
	}
	return text;
}

/* --- Sets of outcomes
 * ---------------------------------------------------------- */

#define ROOM (1 << 18) /* at most a quarter of it is used */

struct set {
	uint64_t *member; /* 0: none there */
	size_t count;
};

static uint64_t *
set_find(const struct set *set, uint64_t what)
{
	size_t i = (what * 0x9e3779b97f4a7c15u) >> 46;

	while (set->member[i] != 0 && set->member[i] != what)
		i = (i + 1) % ROOM;
	return &set->member[i];
}

static void
set_add(struct set *set, uint64_t what)
{
	uint64_t *member = set_find(set, what);

	set->count += *member == 0;
	*member = what;
	assert_true(set->count < ROOM / 2);
}

static bool
set_contains(const struct set *set, const struct set *other)
{
	for (size_t i = 0; i < ROOM; i++)
		if (other->member[i] != 0 &&
		    *set_find(set, other->member[i]) == 0)
			return false;
	return true;
}

/* What an execution came to.  Of one that failed only how: what else was done
 * by then is in any order. */
static uint64_t
outcome(struct stage *stage, const struct sched_result *result)
{
	const struct world *w = stage_memory(stage);
	const unsigned char *byte = (const unsigned char *)w;
	uint64_t hash = 0xcbf29ce484222325u;

	if (result->verdict != SCHED_SOUND)
		return (uint64_t)result->verdict;
	for (size_t i = 0; i < sizeof(*w); i++)
		hash = (hash ^ byte[i]) * 0x100000001b3u;
	return hash;
}

struct searched {
	struct set outcomes, classes;
	uint64_t executions;
	bool all, sound;
	struct sched_search search;
};

static struct sched_policy *
policy_of(struct stage *stage, unsigned tasks, const char *name, unsigned bound)
{
	struct sched_policy_config config = {
		.tasks = tasks, .bound = bound, .profile = stage_profile(stage)
	};
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find(name), &config, &why);

	assert_non_null(policy);
	return policy;
}

static struct searched
search(struct stage *stage, unsigned tasks, const char *name, uint64_t max)
{
	struct sched_policy *policy = policy_of(stage, tasks, name, UNBOUNDED);
	struct sched_class *class = sched_class_create(20000);
	struct searched found = { .sound = true,
		.outcomes.member = calloc(ROOM, sizeof(uint64_t)),
		.classes.member = calloc(ROOM, sizeof(uint64_t)) };
	const struct sched_result *result = NULL;

	while (found.executions < max &&
	       (result = stage_run(stage, policy, found.executions)) != NULL) {
		found.executions++;
		assert_int_not_equal(result->verdict, SCHED_NONDETERMINISM);
		set_add(&found.outcomes, outcome(stage, result));
		found.sound &= result->verdict == SCHED_SOUND;
		if (found.sound)
			set_add(&found.classes,
			    sched_class_hash(class, stage_sched(stage)));
	}
	found.all = result == NULL;
	policy->ops->tell(policy, &found.search);
	sched_class_destroy(class);
	sched_policy_destroy(policy);
	return found;
}

static void
searched_free(struct searched *found)
{
	free(found->outcomes.member);
	free(found->classes.member);
}

/* --- The tests
 * ------------------------------------------------------------------ */

static bool
has(const struct program *p, enum action action)
{
	for (unsigned i = 0; i < p->tasks; i++)
		for (unsigned n = 0; n < p->length[i]; n++)
			if (p->step[i][n].action == action)
				return true;
	return false;
}

struct tally {
	unsigned programs, large, exact, failing, redundant;
	uint64_t schedules, classes, redundancies;
	unsigned used[ACTION_KINDS];
};

static void
compare(const struct program *p, uint64_t seed, struct tally *tally)
{
	const struct scenario scenario = { .name = "program",
		.tasks = p->tasks,
		.memory = sizeof(struct world),
		.task = program_task,
		.data = p };
	struct stage *stage = stage_create(&scenario, NULL, 0, 0);
	struct searched all = search(stage, p->tasks, "bound", SCHEDULES), few;
	bool spins = has(p, AWAIT) || has(p, ACQUIRE) || has(p, HOG), same;

	tally->large += !all.all;
	if (all.all) {
		few = search(stage, p->tasks, "dpor", 2 * SCHEDULES);
		same = few.all && few.outcomes.count == all.outcomes.count &&
		       set_contains(&few.outcomes, &all.outcomes);
		if (all.sound && !spins) {
			same &= few.search.leaves == all.classes.count &&
				few.classes.count == all.classes.count;
			tally->exact++;
		}
		if (!same)
			fail_msg("program %llu:%s %zu outcomes of %zu, "
				 "%llu classes (%llu redundant) of %zu",
			    (unsigned long long)seed, program_words(p),
			    few.outcomes.count, all.outcomes.count,
			    (unsigned long long)few.search.leaves,
			    (unsigned long long)few.search.redundant,
			    all.classes.count);
		for (unsigned a = 0; a < ACTION_KINDS; a++)
			tally->used[a] += has(p, (enum action)a);
		tally->programs++;
		tally->failing += !all.sound;
		tally->redundant += few.search.redundant != 0;
		tally->schedules += all.executions;
		tally->classes += few.search.leaves;
		tally->redundancies += few.search.redundant;
		searched_free(&few);
	}
	searched_free(&all);
	stage_destroy(stage);
}

static void
dpor_misses_no_outcome_and_no_class(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (uint64_t seed = 1; tally.programs < PROGRAMS; seed++) {
		struct program p;

		program_draw(&p, seed);
		compare(&p, seed, &tally);
	}
	for (unsigned a = 0; a < ACTION_KINDS; a++)
		assert_true(tally.used[a] > PROGRAMS / 20);
	assert_true(tally.failing > PROGRAMS / 20);
	assert_true(tally.exact > PROGRAMS / 20);
	/* Source sets leave few; an edge that is missing, many. */
	assert_true(tally.redundancies < tally.classes / 50);
	print_message("%u programs (%u too large; %u fail; %u with exact "
		      "classes; %u with redundant executions): %llu schedules, "
		      "%llu classes, %llu redundant\n",
	    tally.programs, tally.large, tally.failing, tally.exact,
	    tally.redundant, (unsigned long long)tally.schedules,
	    (unsigned long long)tally.classes,
	    (unsigned long long)tally.redundancies);
}

/*
 * Who waits for a lock to the end has no step that could race with the one that
 * stands in its way, and yet might have been first.
 */
static void
dpor_misses_nobody_who_is_blocked(void **state)
{
	static const struct program programs[] = {
		/* It sleeps for ever with the lock held; the other, were it
		 * first, would fail. */
		{ 2, { 1, 3 },
		    { { { CLUTCH, 0 } },
			{ { LOCKED, 0 }, { STORE, 0 }, { EXPECT, 0 } } } },
		/* It spins for ever. */
		{ 2, { 1, 3 },
		    { { { HOG, 1 } },
			{ { LOCKED, 1 }, { STORE, 0 }, { EXPECT, 0 } } } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct tally tally = { 0 };

		compare(&programs[i], i, &tally);
		assert_int_equal(tally.programs, 1);
		assert_int_equal(tally.failing, 1);
	}
}

static void
classes_are_counted_exactly(void **state)
{
	static const struct {
		const char *name;
		uint64_t classes;
	} known[] = {
		{ "bench.count.3x3", 1680 },
		{ "bench.count.3x4", 34650 },
		{ "bench.rmw.3x3", 1680 },
		{ "bench.rmw.3x4", 34650 },
#ifndef SANITIZER_TSAN
		{ "bench.count.4x3", 369600 },
		{ "bench.rmw.4x3", 369600 },
#endif
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct scenario *scenario = scenario_find(known[i].name);
		struct stage *stage = stage_create(scenario, NULL, 0, 0);
		struct sched_policy *policy =
		    policy_of(stage, scenario->tasks, "dpor", 0);
		const struct sched_result *result;
		struct sched_search search;

		for (uint64_t seed = 0;
		     (result = stage_run(stage, policy, seed)) != NULL; seed++)
			assert_int_equal(result->verdict, SCHED_SOUND);
		policy->ops->tell(policy, &search);
		assert_int_equal(search.leaves, known[i].classes);
		assert_int_equal(search.redundant, 0);
		sched_policy_destroy(policy);
		stage_destroy(stage);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_are_counted_exactly),
		cmocka_unit_test(dpor_misses_nobody_who_is_blocked),
		cmocka_unit_test(dpor_misses_no_outcome_and_no_class),
	};

	return cmocka_run_group_tests_name("dpor", tests, NULL, NULL);
}
