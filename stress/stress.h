/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stress drivers: what a driver says of itself, and what it is given.
 *
 * A driver hunts one family of races.  It works in rounds: the first actor
 * prepares alone, all act at once, the first looks at what came of it alone.
 * Within a round nothing of the harness orders the actors.
 *
 * MET.  A driver names the pairs of halves (core/halves.def) that it means to
 * race.  A pair is met when a CPU enters one half and sees another CPU inside
 * the other, on the same object (window.h).  A run that met none of its pairs
 * has tested nothing, and says so.
 */
#ifndef STRESS_STRESS_H
#define STRESS_STRESS_H

#include "core/ops.h"
#include "stress/random.h"
#include "stress/rig.h"
#include "stress/trouble.h"
#include "stress/verdict.h"
#include "stress/weights.h"
#include "stress/window.h"

#define STRESS_FILES      16
#define STRESS_SWAP_PAGES 16384 /* unless the command line says otherwise */

#define STRESS_AT(point) (1ul << POINT_##point)

struct stress_run;
struct actor;

struct stress {
	const char *name;
	const char *hunts;   /* one sentence each */
	const char *oracle;  /* how it would notice */
	const char *blind;   /* what it cannot */
	const char *hazards; /* ids of docs/hazards.md, or "" */
	struct window_pair pairs[WINDOW_PAIRS]; /* ends with HALF_none */

	/* Where a delay helps most: STRESS_AT(name) of core/points.def,
	 * or-ed. */
	unsigned long points;

	/* What it runs on, unless the command line says otherwise. */
	unsigned frames;
	unsigned cache_max; /* as in struct vm_config */
	boolean_t swap_async;
	unsigned files, file_pages;
	size_t state_size; /* of run->state, zeroed */

	/* NULL, or the builds (BUILD_SANITIZER) whose sanitizer must report it:
	 * such a driver is at fault itself, and is not one of "all". */
	const char *canary;

	boolean_t repeats; /* act can be called again in the same round */
	/* Its oracle knows that what is legal may be refused (trouble.h). */
	boolean_t bears_errors;
	const struct weight *weights; /* what can be weighed, or NULL */

	/* Any may be NULL but act. */
	void (*begin)(struct stress_run *run, struct actor *first);
	void (*act)(struct stress_run *run, struct actor *actor);
	void (*end)(struct stress_run *run, struct actor *first);
	/* Once, after the last round. */
	void (*down)(struct stress_run *run, struct actor *first);
};

/* A simulated thread of the driver. */
struct actor {
	_Alignas(64) unsigned number; /* 0: the first */
	unsigned long ops;            /* relaxed; its own writer */
	unsigned long refused;        /* legal, and refused: likewise */
	struct random_stream random;
	struct stress_run *run;
	struct thread *thread;
	struct vmspace *space; /* its own, or NULL: the driver's business */
	struct vmspace *on;    /* what it runs on */
	uint64_t sequence;     /* likewise */
};

struct stress_config {
	const struct stress *driver;
	const struct vm_ops *ops;
	unsigned cpus;
	uint64_t seed;
	double seconds;
	unsigned long operations; /* 0: until the time is up */
	unsigned frames, cache_max;
	const char *shootdown;
	unsigned swap_pages;
	boolean_t swap_async, daemon, perturb;
	struct trouble_config trouble;
	unsigned weights[WEIGHTS_MAX]; /* of a driver that has some */
	unsigned long as_found;
	unsigned watchdog_s; /* as asked for; 0: the build's choice */
	double patience_s;   /* without an operation, it has hung */
	boolean_t quiet;     /* to be convicted: stderr is nobody's business */
	const char *identity, *replay;
};

struct stress_run {
	const struct stress_config *config;
	const struct stress *driver;
	struct rig *rig;
	const struct vm_ops *ops;
	struct vm *vm;
	unsigned count; /* of actors */
	struct actor *actors;
	struct vnode files[STRESS_FILES];
	void *state;         /* the driver's */
	unsigned long round; /* written by the first, alone */
	boolean_t stop;      /* likewise, at the end */
	boolean_t asked;     /* atomic: to stop */

	struct barrier {
		unsigned count; /* atomic */
		unsigned turn;  /* atomic */
	} barrier;
	struct windows windows;
};

/* By name, or NULL; all of them, NULL-terminated, in the order of
 * stress/drivers.def. */
extern const struct stress *const stress_drivers[];
const struct stress *stress_find(const char *name);

/* Is one of those (ids as struct vm_config has them) among its hazards? */
boolean_t stress_hunts(const struct stress *driver, unsigned long as_found);

/* --- what an actor does (actor.c) ---------------------------------------- */

/* One operation is done. */
void actor_count(struct actor *actor);
uint64_t actor_random(struct actor *actor, uint64_t bound);
/* Run on that space from now on; NULL: on none. */
void actor_on(struct actor *actor, struct vmspace *space);

/* Calls on a space, as a program makes them; sizes in pages. */
boolean_t actor_map(struct actor *actor, struct vmspace *space, vm_offset_t at,
    unsigned pages, int flags, struct vnode *file);
void actor_unmap(
    struct actor *actor, struct vmspace *space, vm_offset_t at, unsigned pages);
/* NULL: no memory. */
struct vmspace *actor_fork(struct actor *actor, struct vmspace *parent);
/* NULL ok. */
void actor_exit(struct actor *actor, struct vmspace *space);

/* A space for every actor that has none, with pages of the file, or of
 * anonymous memory, at STRESS_HERE; the run ends if there is no memory.  And
 * their end. Alone. */
void actors_open(
    struct stress_run *run, unsigned pages, int flags, struct vnode *file);
void actors_close(struct stress_run *run, struct actor *first);

/* A word of the space the actor is on.  FALSE: refused. */
boolean_t actor_load(struct actor *actor, vm_offset_t va, uint64_t *value);
boolean_t actor_store(struct actor *actor, vm_offset_t va, uint64_t value);

/* An oracle's finding: expected, found, where. */
void actor_wrong(struct actor *actor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What a page of a file begins with before anybody has written it. */
#define STRESS_FILE_WORD(file, page)                                           \
	((uint64_t)((file) + 1) << 32 | ((page) + 1))

#define STRESS_HERE ((vm_offset_t)0x10000000)
#define STRESS_RW   (VM_PROT_READ | VM_PROT_WRITE)

#endif /* STRESS_STRESS_H */
