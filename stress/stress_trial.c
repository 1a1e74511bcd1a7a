/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rounds of a driver, and what came of them.
 *
 * The harness orders the actors at the ends of a round only, by a barrier: what
 * they do within one is ordered by the VM or not at all.  At the end of every
 * round the first actor looks at what the driver can tell, and now and then, if
 * the daemon is asleep, at the invariants of the whole VM.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/hang.h"
#include "pmap_sim/unseen.h"
#include "stress/build.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/perturb.h"
#include "stress/stress_trial.h"
#include "stress/tell.h"
#include "stress/temporary.h"

#define CHECK_EVERY 8       /* rounds */
#define ROUND_NS    5000000 /* of drivers that repeat */

struct trial {
	struct stress_run run;
	struct rig rig;
	struct perturb *perturb;
	struct trouble *trouble; /* or NULL */
	struct stress_result *result;
	struct hang *hang;
	uint64_t start_ns, end_ns;
	unsigned panics;             /* atomic */
	struct sync_spin collecting; /* of who writes what there is so far */
};

static unsigned long
run_operations(const struct stress_run *run)
{
	unsigned long sum = 0;

	for (unsigned i = 0; i < run->count; i++)
		sum += sync_load_relaxed(&run->actors[i].ops);
	return sum;
}

/* --- Rounds ------------------------------------------------------------- */

/*
 * Until all are here.  As long as there is a CPU for each nobody gives up his
 * own: a CPU that turns to the next actor could do the work of all, one after
 * the other, before the others have woken up.
 */
static void
barrier_wait(struct stress_run *run)
{
	unsigned turn = sync_load(&run->barrier.turn), spins = 0;
	struct held *held = NULL;

	if (sync_add(&run->barrier.count, 1) == run->count) {
		sync_store(&run->barrier.count, 0);
		sync_store(&run->barrier.turn, turn + 1);
		return;
	}
	while (sync_load(&run->barrier.turn) == turn) {
		if (run->count > run->config->cpus && spins % 128 == 127)
			thread_yield();
		cpu_relax_after(spins++);
		if (spins == HELD_SPINS)
			held = held_wait(HELD_REST, NULL, NULL);
	}
	held_wait_over(held);
}

/* An oracle's finding ends a trial; but what is to be convicted by a sanitizer
 * may do more of the same. */
static boolean_t
run_is_broken(const struct stress_run *run)
{
	return !(run->config->quiet && build_is_slow()) &&
	       sync_load_relaxed(&run->rig->machine->stats.violations) != 0;
}

/* As many operations as were asked for, if there is a limit. */
static boolean_t
run_has_enough(const struct stress_run *run)
{
	unsigned long limit = run->config->operations;

	return limit != 0 && run_operations(run) >= limit;
}

static boolean_t
trial_is_over(const struct trial *trial)
{
	const struct stress_run *run = &trial->run;

	return sync_load(&run->asked) || now_ns() >= trial->end_ns ||
	       run_is_broken(run) || run_has_enough(run);
}

static void
trial_settle(struct trial *trial, struct actor *first)
{
	struct stress_run *run = &trial->run;

	if (run->driver->end != NULL)
		run->driver->end(run, first);
	if (run->round % CHECK_EVERY != 0 ||
	    (run->config->daemon && !rig_is_at_rest(run->rig)))
		return;
	(void)run->ops->check(run->vm);
	trial->result->checks++;
}

/*
 * Long enough that an OS thread which must share its core is preempted within,
 * wherever it happens to be: CPUs that only take turns meet nothing.
 */
static void
actor_act(struct stress_run *run, struct actor *actor)
{
	uint64_t end_ns = now_ns() + ROUND_NS;

	do
		run->driver->act(run, actor);
	while (run->driver->repeats && now_ns() < end_ns &&
	       !run_is_broken(run) && !run_has_enough(run));
}

static void
actor_body(void *arg)
{
	struct actor *actor = arg;
	struct stress_run *run = actor->run;
	struct trial *trial = (struct trial *)run;
	boolean_t first = actor->number == 0;

	for (;;) {
		if (first) {
			run->round++;
			run->stop = trial_is_over(trial);
			if (trial->perturb != NULL)
				perturb_round(trial->perturb, run->round);
			if (!run->stop && run->driver->begin != NULL)
				run->driver->begin(run, actor);
		}
		barrier_wait(run);
		if (run->stop)
			break;
		actor_act(run, actor);
		barrier_wait(run);
		if (first)
			trial_settle(trial, actor);
	}
	if (first && run->driver->down != NULL)
		run->driver->down(run, actor);
	actor_on(actor, NULL);
	if (first)
		run_queue_close(run->rig->machine);
}

/* --- Set-up ------------------------------------------------------------- */

/* The driver's files, each page beginning with its own word. */
static boolean_t
trial_files(struct stress_run *run)
{
	for (unsigned i = 0; i < run->driver->files; i++) {
		unsigned pages = run->driver->file_pages;
		int fd = temporary_file();

		if (fd < 0)
			return FALSE;
		for (unsigned page = 0; page < pages; page++) {
			uint64_t word = STRESS_FILE_WORD(i, page);

			if (pwrite(fd, &word, sizeof(word),
				(off_t)ptoa(page)) != sizeof(word))
				return FALSE;
		}
		if (ftruncate(fd, (off_t)ptoa(pages)) != 0)
			return FALSE;
		vnode_init(&run->files[i], fd, i, ptoa(pages));
	}
	return TRUE;
}

static boolean_t
trial_actors(struct trial *trial)
{
	struct stress_run *run = &trial->run;
	const struct stress_config *config = run->config;

	run->count = config->cpus;
	/* One too many: a thread that leaves its CPU comes back on another. */
	if (config->perturb && config->cpus > 1)
		run->count++;
	run->actors = need_aligned(64, run->count, sizeof(*run->actors));
	for (unsigned i = 0; i < run->count; i++) {
		struct actor *actor = &run->actors[i];

		actor->number = i;
		actor->run = run;
		actor->random = random_stream(config->seed, i);
		actor->thread = thread_create(
		    run->rig->machine, "actor", actor_body, actor);
		if (actor->thread == NULL)
			return FALSE;
	}
	for (unsigned i = 0; i < run->count; i++)
		thread_start(run->actors[i].thread);
	return TRUE;
}

static void
trial_up_watch(struct trial *trial)
{
	const struct hang_config hang = {
		.machine = trial->rig.machine,
		.strategy = trial->run.ops->name,
		.event = trial->run.ops->waited,
		.arg = trial->run.vm,
	};

	trial->hang = hang_create(&hang);
	if (trial->hang == NULL)
		need_failed();
}

static boolean_t
trial_up(struct trial *trial, const struct stress_config *config)
{
	struct stress_run *run = &trial->run;
	struct rig_config rig = {
		.ops = config->ops,
		.cpus = config->cpus,
		.frames = config->frames,
		.cache_max = config->cache_max,
		.swap_pages = config->swap_pages,
		.shootdown = config->shootdown,
		.swap_async = config->swap_async,
		.no_daemon = !config->daemon,
		.as_found = config->as_found,
		.probe = &run->windows.probe,
		.fail_allocation = config->trouble.allocation,
		.complaint = trial->result->complaint,
		.complaint_size = sizeof(trial->result->complaint),
	};

	run->config = config;
	run->driver = config->driver;
	run->ops = config->ops;
	run->rig = &trial->rig;
	if (config->perturb)
		trial->perturb =
		    perturb_create(config->seed, config->driver->points);
	if (trouble_is_any(&config->trouble))
		trial->trouble = trouble_create(&config->trouble, config->seed);
	rig.trouble = trouble_of_vm(trial->trouble);
	rig.disk_trouble = trouble_of_disk(trial->trouble);
	windows_init(&run->windows, config->driver->pairs, trial->perturb);
	run->state = need_aligned(64, 1, config->driver->state_size + 64);
	if (!trial_files(run)) {
		fprintf(stderr,
		    "vmrace: a temporary file: %s: set TMPDIR to a directory "
		    "with room\n",
		    strerror(errno));
		return FALSE;
	}
	if (!rig_open(&trial->rig, &rig))
		return FALSE;
	run->vm = trial->rig.vm;
	trial_up_watch(trial);
	return trial_actors(trial);
}

static void
trial_down(struct trial *trial)
{
	struct stress_run *run = &trial->run;

	for (unsigned i = 0; i < run->count; i++)
		thread_destroy(run->actors[i].thread);
	hang_free(trial->hang);
	rig_close(&trial->rig);
	for (unsigned i = 0; i < run->driver->files; i++)
		close(run->files[i].fd);
	free(run->actors);
	free(run->state);
	if (trial->perturb != NULL)
		perturb_free(trial->perturb);
	trouble_free(trial->trouble);
}

/* --- What came of it ---------------------------------------------------- */

unsigned
stress_pair_count(const struct stress *driver)
{
	unsigned n = 0;

	while (n < WINDOW_PAIRS && driver->pairs[n].a != HALF_none)
		n++;
	return n;
}

/* What may be read while the actors act, and is not theirs to know. */
UNSEEN static void
trial_collect_so_far(struct trial *trial)
{
	struct stress_result *result = trial->result;
	const struct stress_run *run = &trial->run;

	sync_spin_take(&trial->collecting);
	result->operations = run_operations(run);
	result->rounds = run->round;
	if (trial->perturb != NULL)
		result->delays = perturb_count(trial->perturb);
	result->refused = 0;
	for (unsigned i = 0; i < run->count; i++)
		result->refused += sync_load_relaxed(&run->actors[i].refused);
	trouble_count(trial->trouble, &result->trouble);
	for (unsigned i = 0; i < run->windows.pair_count; i++)
		result->met[i] = windows_met(&run->windows, i);
	sync_spin_drop(&trial->collecting);
}

UNSEEN static void
trial_collect(struct trial *trial)
{
	trial_collect_so_far(trial);
	trial->result->machine = trial->run.rig->machine->stats;
}

/* Of this process, for the last look of one that panics. */
static struct trial *panicking;

/* Threads may panic at once: who comes second waits for the first to have ended
 * the process. */
static void
trial_panics(const char *text)
{
	(void)text;
	if (sync_add_relaxed(&panicking->panics, 1) != 1)
		for (;;)
			(void)pause();
	trial_collect_so_far(panicking);
	panicking->result->wall_ns = now_ns() - panicking->start_ns;
}

/* It is alive: for who waits for its end. */
static void
trial_beat(struct trial *trial)
{
	sync_count_own(&trial->result->beat);
}

/* No operation for a long time: say who holds and who waits, and leave without
 * touching anything. */
_Noreturn static void
trial_hung(struct trial *trial, double patience_s)
{
	struct machine *m = trial->rig.machine;

	trial_collect(trial);
	trial->result->wall_ns = now_ns() - trial->start_ns;
	dprintf(STDERR_FILENO,
	    "!!! watchdog: no operation has finished for %.0f s; %lu have\n",
	    patience_s, trial->result->operations);
	hang_look(trial->hang);
	tell_hang(trial->hang, m);
	snprintf(trial->result->evidence.finding,
	    sizeof(trial->result->evidence.finding), "watchdog: %s",
	    hang_line(trial->hang));
	trial->result->evidence.reports = trial->result->races.count;
	trial->result->finished = TRUE;
	_exit(STATUS_VIOLATION);
}

/* The time is up, or nothing moves and somebody has been told to wait for
 * ever: end the trouble, and the trial with it.  FALSE: it is not that. */
static boolean_t
trial_relieve(struct trial *trial, boolean_t stuck)
{
	if (trial->trouble == NULL || (!stuck && now_ns() < trial->end_ns &&
					  !sync_load(&trial->run.asked)))
		return FALSE;
	sync_store(&trial->run.asked, TRUE);
	return trouble_end(trial->trouble, trial->rig.machine) != 0;
}

/* Until the CPUs have stopped. */
static void
trial_watch(struct trial *trial)
{
	double patience_s = trial->run.config->patience_s;
	uint64_t since = now_ns();
	unsigned long seen = 0;

	while (!rig_wait(&trial->rig)) {
		unsigned long operations = run_operations(&trial->run);

		trial_beat(trial);
		trial_collect_so_far(trial);
		if (interrupted())
			sync_store(&trial->run.asked, TRUE);
		(void)trial_relieve(trial, FALSE);
		if (operations != seen) {
			seen = operations;
			since = now_ns();
		} else if ((double)(now_ns() - since) * 1e-9 > patience_s &&
			   !trial_relieve(trial, TRUE))
			trial_hung(trial, patience_s);
	}
}

/* Why it has tested nothing; NULL: it has. */
static const char *
trial_unexposed(const struct trial *trial)
{
	const struct stress *driver = trial->run.driver;

	if (driver->canary != NULL && trial->result->races.count == 0)
		return strstr(driver->canary, BUILD_SANITIZER) != NULL
			   ? "no sanitizer has reported it"
			   : "this build has no sanitizer that could report "
			     "it";
	for (unsigned i = 0; i < WINDOW_PAIRS; i++)
		if (trial->result->met[i] != 0)
			return NULL;
	return stress_pair_count(driver) != 0
		   ? "no two CPUs met in any of its pairs"
		   : NULL;
}

static void
trial_evidence(const struct trial *trial)
{
	struct stress_result *result = trial->result;
	struct evidence *evidence = &result->evidence;
	const char *unexposed = trial_unexposed(trial);

	evidence_of_vm(evidence, &result->left, result->machine.violations,
	    result->complaint);
	evidence->reports = result->races.count;
	if (unexposed != NULL)
		snprintf(evidence->unexposed, sizeof(evidence->unexposed), "%s",
		    unexposed);
	result->finished = TRUE;
}

void
stress_trial(const struct stress_config *config, struct stress_result *result)
{
	struct trial *trial = need_aligned(64, 1, sizeof(*trial));

	trial->result = result;
	races_collect(&result->races);
	trial->start_ns = now_ns();
	trial_beat(trial);
	trial->end_ns = trial->start_ns + (uint64_t)(config->seconds * 1e9);
	if (!trial_up(trial, config))
		exit(STATUS_NOT_STARTED);
	panicking = trial;
	trial->rig.machine->on_panic = trial_panics;
	if (!rig_start(&trial->rig))
		exit(STATUS_NOT_STARTED);
	trial_watch(trial);
	(void)trial_relieve(trial, TRUE);
	rig_join(&trial->rig);
	trial_beat(trial);
	result->wall_ns = now_ns() - trial->start_ns;
	rig_check(&trial->rig, &result->vm);
	trial_beat(trial);
	rig_destroy_vm(&trial->rig, &result->left);
	trial_beat(trial);
	trial_collect(trial);
	trial_evidence(trial);
	trial_down(trial);
	free(trial);
	races_collected();
}
