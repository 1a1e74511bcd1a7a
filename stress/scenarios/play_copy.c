/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of a file that is being written: what a copy showed once it must show
 * for ever.
 */
#include "stress/scenarios/play.h"

/* --- D1: a copy is put between an older one and the file ------------------ */

/* CPU 1 has a copy of a state of which page 0 has been pushed. */
static void
splice_make(struct scene *scene)
{
	play_map(scene, 0, PLAY_HERE, 2, MAP_SHARED_);
	play_map(scene, 1, PLAY_THERE, 2, MAP_COPY_);
	play_as(scene, 0);
	play_store(PLAY_HERE, 1);
}

static void
splice_copy(struct scene *scene, unsigned cpu)
{
	play_map(scene, cpu, PLAY_THERE, 2, MAP_COPY_);
	play_expect(scene, PLAY_THERE, 1);
}

/* Page 1 is not in the copy: it is the file's. */
static void
splice_read(struct scene *scene, unsigned cpu)
{
	(void)cpu;
	play_expect(scene, PLAY_THERE, PLAY_FILE(0));
	play_expect(scene, PLAY_THERE + ptoa(1), PLAY_FILE(1));
}

static const struct play play_splice = {
	.size = { .frames = 12, .file_pages = 2, .places = TRUE },
	.make = splice_make,
	.act = { splice_copy, splice_read },
};
PLAY(copy_splice, "copy.splice", 2,
    "a second copy of a file is made while the first is read", play_splice);

/* --- D2: a copy is made of a page in flight ------------------------------- */

/* The page is resident, and CPU 0 has not touched it. */
static void
snapshot_make(struct scene *scene)
{
	play_map(scene, 0, PLAY_HERE, 1, MAP_SHARED_);
	play_map(scene, 1, PLAY_HERE, 1, MAP_SHARED_);
	play_as(scene, 1);
	(void)play_load(PLAY_HERE);
}

static void
snapshot_write(struct scene *scene, unsigned cpu)
{
	(void)scene, (void)cpu;
	play_store(PLAY_HERE, 1);
	play_store(PLAY_HERE, 2);
}

static void
snapshot_read(struct scene *scene, unsigned cpu)
{
	play_map(scene, cpu, PLAY_THERE, 1, MAP_COPY_);
	play_expect(scene, PLAY_THERE, play_load(PLAY_THERE));
}

static const struct play play_snapshot = {
	.size = { .frames = 12, .file_pages = 1, .places = TRUE },
	.make = snapshot_make,
	.act = { snapshot_write, snapshot_read },
};
PLAY(snapshot_write, "snapshot.write", 2,
    "a file is written through one mapping and copied by another",
    play_snapshot);

/* --- A9: a flag is lent --------------------------------------------------- */

static void
lend_make(struct scene *scene)
{
	play_map(scene, 1, PLAY_HERE, 1, MAP_SHARED_);
	play_as(scene, 1);
	(void)play_load(PLAY_HERE);
}

static void
lend_private(struct scene *scene, unsigned cpu)
{
	play_map(scene, cpu, PLAY_THERE, 1, MAP_PRIVATE_);
}

static void
lend_copy(struct scene *scene, unsigned cpu)
{
	play_map(scene, cpu, PLAY_THERE, 1, MAP_COPY_);
	play_store(PLAY_HERE, 1);
	play_expect(scene, PLAY_THERE, PLAY_FILE(0));
}

static const struct play play_lend = {
	.size = { .frames = 12, .file_pages = 1, .places = TRUE },
	.make = lend_make,
	.act = { lend_private, lend_copy },
};
PLAY(private_copy, "private.copy", 2,
    "a file is mapped privately by one, copied and written by another",
    play_lend);
