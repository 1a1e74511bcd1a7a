/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pmap_sim/hang_impl.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/pmap.h"

UNSEEN_BEGIN

/* Words after words in a buffer that may be too short for them. */
struct words {
	char *text;
	size_t used, size;
};

__attribute__((format(printf, 2, 3))) static void
say(struct words *to, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(to->text + to->used, to->size - to->used, format, ap);
	va_end(ap);
	if (n > 0)
		to->used += (size_t)n;
	if (to->used >= to->size)
		to->used = to->size - 1;
}

/* A function's name without the strategy's. */
static const char *
plain(const struct hang *hang, const char *name)
{
	size_t length = strlen(hang->config.strategy);

	if (strncmp(name, hang->config.strategy, length) == 0 &&
	    name[length] == '_')
		return name + length + 1;
	return name;
}

/* The last folder and the file. */
static const char *
short_path(const char *path)
{
	const char *last = strrchr(path, '/'), *at = last;

	while (at != NULL && at > path && at[-1] != '/')
		at--;
	return at != NULL ? at : path;
}

static void
say_site(
    struct words *to, const struct hang *hang, const struct held_site *site)
{
	say(to, "%s, %s:%u", plain(hang, site->function),
	    short_path(site->file), site->line);
}

static void
say_name(struct words *to, const struct hang_thread *t)
{
	if (t->held.id != 0)
		say(to, "thread %u (%s)", t->held.id, t->held.name);
	else if (strcmp(t->held.name, "bound") == 0)
		say(to, "cpu %u's thread", t->held.cpu);
	else
		say(to, "the %s", t->held.name);
}

/* "object 0x1234 (vm_fault_push, core/vm_fault.c:288)" */
static void
say_entry(
    struct words *to, const struct hang *hang, const struct held_entry *entry)
{
	say(to, "%s", entry->site->role);
	if (entry->site->kind == HELD_OF)
		say(to, " 0x%lx", (unsigned long)(uintptr_t)entry->object);
	say(to, " (");
	say_site(to, hang, entry->site);
	say(to, ")");
}

/* Whose lock that is, or NULL. */
static const struct pmap *
pmap_of(const struct machine *m, const void *lock)
{
	const struct pmap *pmap = m->pmap_all;

	while (pmap != NULL && (const void *)&pmap->lock != lock &&
	       (const void *)pmap != lock)
		pmap = pmap->next_all;
	return pmap;
}

/* A lock that no record names. */
static void
say_lock(struct words *to, const struct hang *hang, const void *lock)
{
	const struct machine *m = hang->config.machine;
	const char *at = lock, *frames = (const char *)m->frames,
		   *cpus = (const char *)m->cpus;
	const struct pmap *pmap;

	if (at >= frames && at < (const char *)(m->frames + frame_count(m)))
		say(to, "frame %zu's lock",
		    (size_t)(at - frames) / sizeof(*m->frames));
	else if (at >= cpus && at < (const char *)(m->cpus + m->ncpus))
		say(to, "the mailbox of cpu %zu",
		    (size_t)(at - cpus) / sizeof(*m->cpus));
	else if ((pmap = pmap_of(m, lock)) != NULL)
		say(to, "pmap 0x%lx", (unsigned long)(uintptr_t)pmap);
	else
		say(to, "the lock at 0x%lx", (unsigned long)(uintptr_t)lock);
}

/* The machine's own locks that it holds: no record says so, their owners do. */
static void
say_machine_locks(
    struct words *to, const struct hang *hang, const struct hang_thread *t)
{
	const struct machine *m = hang->config.machine;
	const struct pmap *pmap;

	for (pmap = m->pmap_all; pmap != NULL; pmap = pmap->next_all)
		if (hang_owns(t, sync_load_relaxed(&pmap->lock.held)))
			say(to, "    holds pmap 0x%lx\n",
			    (unsigned long)(uintptr_t)pmap);
	for (unsigned i = 0; i < frame_count(m); i++)
		if (hang_owns(t, sync_load_relaxed(&m->frames[i].lock.held)))
			say(to, "    holds frame %u's lock\n", i);
	for (unsigned i = 0; i < m->ncpus; i++)
		if (hang_owns(
			t, sync_load_relaxed(&m->cpus[i].mailbox.lock.held)))
			say(to, "    holds the mailbox of cpu %u\n", i);
}

static void
say_last(struct words *to, const struct hang *hang, const struct hang_thread *t)
{
	if (t->last == NULL)
		return;
	say(to, ", last took %s (", t->last->role);
	say_site(to, hang, t->last);
	say(to, ")");
}

/* "waits for ..." without who has it. */
static void
say_wait(struct words *to, const struct hang *hang, const struct hang_thread *t)
{
	switch (t->held.wait) {
	case HELD_CPU:
		say(to, "waits for cpu %u to acknowledge a shootdown",
		    ((const struct cpu *)t->held.wait_on)->id);
		return;
	case HELD_GRACE:
		say(to, "waits for a grace period");
		return;
	case HELD_LOCK:
	case HELD_EVENT:
		say(to, "waits for ");
		if (t->wants.site != NULL)
			say_entry(to, hang, &t->wants);
		else if (t->held.wait == HELD_LOCK)
			say_lock(to, hang, t->held.wait_on);
		else
			say(to, "%s (%s)", t->event.text,
			    plain(hang, t->held.where));
		return;
	case HELD_REST:
		say(to, "has done its part");
		return;
	default:
		say(to, "%s", t->cpu != NULL ? "runs" : "could run");
		say_last(to, hang, t);
	}
}

/* "held by thread 2 (actor) (site)", "begun by ..." */
static void
say_whose(struct words *to, const struct hang *hang,
    const struct hang_thread *t, const struct hang_thread *whose)
{
	const struct held_entry *entry = hang_wanted(t, whose);
	const struct held_site *site = NULL;
	const char *how = "held by";

	if (t->held.wait == HELD_GRACE)
		how = "held up by";
	if (entry != NULL)
		site = entry->site;
	else if (t->held.wait == HELD_EVENT) {
		how = "begun by";
		site = t->event.site;
	} else if (t->held.wait == HELD_CPU)
		how = "where is";
	say(to, ", %s ", how);
	say_name(to, whose);
	if (site != NULL) {
		say(to, " in ");
		say_site(to, hang, site);
	}
}

static struct words
line_of(struct hang *hang)
{
	return (struct words){ hang->line, 0, sizeof(hang->line) };
}

void
hang_say_cycle(struct hang *hang, unsigned from)
{
	const struct hang_thread
	    *first = &hang->threads[hang->path[from]],
	    *last = &hang->threads[hang->path[hang->length - 1]];
	const struct held_entry *entry = hang_wanted(last, first);
	struct words to = line_of(hang);

	say(&to, "deadlock: ");
	say_name(&to, first);
	if (entry != NULL) {
		say(&to, " holds ");
		say_entry(&to, hang, entry);
		say(&to, " and");
	}
	for (unsigned k = from; k < hang->length; k++) {
		const struct hang_thread *t = &hang->threads[hang->path[k]];

		say(&to, " ");
		say_wait(&to, hang, t);
		if (t == last) {
			say(&to, ", %s ", entry != NULL ? "held by" : "up to");
			say_name(&to, first);
		} else {
			say_whose(
			    &to, hang, t, &hang->threads[hang->path[k + 1]]);
			say(&to, ", which");
		}
	}
}

void
hang_say_stuck(struct hang *hang, const struct hang_thread *t)
{
	const struct hang_thread *whose = hang_blocker(hang, t);
	struct words to = line_of(hang);

	say(&to, "stuck: ");
	say_name(&to, t);
	say(&to, " ");
	say_wait(&to, hang, t);
	if (whose != NULL) {
		say_whose(&to, hang, t, whose);
		say(&to, ", which ");
		say_wait(&to, hang, whose);
	} else if (t->event.site != NULL) {
		say(&to, ", begun in ");
		say_site(&to, hang, t->event.site);
		say(&to, " by a thread that has ended");
	} else
		say(&to, ", and nobody is left to see to it");
}

#define TOLD 3 /* threads in the line of a livelock */

void
hang_say_livelock(struct hang *hang)
{
	struct words to = line_of(hang);
	unsigned runs = 0, waits = 0;

	say(&to, "livelock:");
	for (unsigned i = 0; i < hang->count; i++) {
		const struct hang_thread *t = &hang->threads[i];

		waits += hang_waits(t);
		if (!hang_runs(t) || runs++ >= TOLD)
			continue;
		say(&to, "%s ", runs > 1 ? ";" : "");
		say_name(&to, t);
		say(&to, " ");
		say_wait(&to, hang, t);
	}
	if (runs == 0)
		say(&to, " nobody runs and nobody waits");
	if (runs > TOLD)
		say(&to, "; and %u more", runs - TOLD);
	if (waits != 0)
		say(&to, "; %u wait", waits);
}

static void
say_thread(
    struct words *to, const struct hang *hang, const struct hang_thread *t)
{
	const struct hang_thread *whose = hang_blocker(hang, t);
	char about[160] = "";

	say(to, "  ");
	say_name(to, t);
	if (t->cpu != NULL && (t->held.id != 0 || t->held.cpu != t->cpu->id))
		say(to, " on cpu %u", t->cpu->id);
	say(to, ": ");
	say_wait(to, hang, t);
	if (whose != NULL)
		say_whose(to, hang, t, whose);
	if (hang_waits(t) || t->held.wait == HELD_REST || t->event.rest)
		say(to, ", for %.1f s", (double)t->waited_ns * 1e-9);
	say(to, "\n");
	if (hang->config.about != NULL)
		hang->config.about(
		    hang->config.arg, t->held.thread, about, sizeof(about));
	if (about[0] != '\0')
		say(to, "    is %s\n", about);
	for (unsigned i = 0; i < t->count; i++) {
		say(to, "    holds ");
		say_entry(to, hang, &t->holds[i]);
		say(to, "\n");
	}
	say_machine_locks(to, hang, t);
}

void
hang_say_all(struct hang *hang)
{
	struct words to = { hang->text, 0, sizeof(hang->text) };

	say(&to, "%s\n", hang->line);
	/* A CPU's own thread that only runs others is not worth a line. */
	for (unsigned i = 0; i < hang->count; i++)
		if (hang->threads[i].held.wait != HELD_RUNS ||
		    hang->threads[i].cpu != NULL)
			say_thread(&to, hang, &hang->threads[i]);
	if (hang->lost != 0)
		say(&to, "  and %u threads more\n", hang->lost);
}

UNSEEN_END
