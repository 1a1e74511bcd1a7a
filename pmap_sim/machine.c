/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine, its beginning and end, and its snapshots.
 *
 * FIXED MEMORY is one region, handed out from its beginning and never given
 * back.  Whatever a small VM needs at rest lies in it (frames' records, pages,
 * hash buckets, struct vm), so a snapshot is a copy of it and a reset is a copy
 * back: a microsecond, which is what lets a scheduler run millions of VMs.
 * Pointers stay true because the region stays where it is.  The contents of a
 * frame are part of a snapshot only if the frame was in use when it was taken.
 */
#include "pmap_sim/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pmap_sim/disk_impl.h"
#include "pmap_sim/event_impl.h"
#include "pmap_sim/held.h"
#include "pmap_sim/pmap.h"
#include "pmap_sim/run_queue.h"
#include "pmap_sim/shootdown.h"

#ifdef SYNC_CONTROLLED
#define MACHINE_SLACK 1024u /* is put back each time */
#else
#define MACHINE_SLACK (64u << 10)
#endif
#define MACHINE_CPUS 64 /* pmap->cpus_using is one word */

struct machine_snapshot {
	size_t used;    /* bytes of fixed memory */
	char *fixed;    /* a copy of them */
	unsigned count; /* frames in use */
	struct {
		unsigned frame;
		unsigned char *bytes;
	} * frames;
};

void *
machine_fixed(struct machine *m, size_t bytes)
{
	size_t at = m->fixed_used;

	bytes = (bytes + SYNC_APART - 1) & ~(size_t)(SYNC_APART - 1);
	if (m->fixed_size - at < bytes)
		return NULL;
	m->fixed_used = at + bytes;
	return m->fixed + at;
}

static void
machine_defaults(struct machine_config *c)
{
	if (c->cpus == 0)
		c->cpus = 1;
	if (c->frames == 0)
		c->frames = 64;
	if (c->tlb_sets == 0)
		c->tlb_sets = 16;
	if (c->tlb_ways == 0)
		c->tlb_ways = 4;
	if (c->shootdown == NULL)
		c->shootdown = "mach";
}

/* CPUs begin idle: nobody plays them yet. */
static int
machine_cpus(struct machine *m)
{
	m->cpus =
	    aligned_alloc(_Alignof(struct cpu), m->ncpus * sizeof(*m->cpus));
	if (m->cpus == NULL)
		return -1;
	memset(m->cpus, 0, m->ncpus * sizeof(*m->cpus));
	for (unsigned i = 0; i < m->ncpus; i++) {
		struct cpu *cpu = &m->cpus[i];

		cpu->id = i;
		cpu->machine = m;
#ifdef SYNC_CONTROLLED
		cpu->interrupts = m->config.interrupts;
#endif
		cpu->idle = 1;
		sync_spin_init(&cpu->mailbox.lock);
		if (tlb_init(cpu, m->config.tlb_sets, m->config.tlb_ways) != 0)
			return -1;
	}
	return 0;
}

/* What is needed beyond the caller's own: the frames' records. */
static int
machine_memory(struct machine *m)
{
	m->fixed_size = m->config.fixed_bytes +
			frame_count(m) * sizeof(struct frame) + MACHINE_SLACK;
	m->fixed = mmap(NULL, m->fixed_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->fixed == MAP_FAILED) {
		m->fixed = NULL;
		return -1;
	}
	return frame_init(m);
}

struct machine *
machine_create(const struct machine_config *config)
{
	struct machine *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->config = *config;
	machine_defaults(&m->config);
	m->ncpus = m->config.cpus;
	m->nframes = m->config.frames;
	m->ndevice = m->config.device_frames;
	sync_spin_init(&m->pmap_list_lock);
	if (m->ncpus > MACHINE_CPUS) {
		fprintf(stderr, "vmrace: %u CPUs: %d at most\n", m->ncpus,
		    MACHINE_CPUS);
		free(m);
		return NULL;
	}
	m->shootdown = shootdown_find(m->config.shootdown);
	if (m->shootdown == NULL) {
		fprintf(stderr, "vmrace: no shootdown scheme '%s'\n",
		    m->config.shootdown);
		free(m);
		return NULL;
	}
	m->events = event_table_create();
	m->run_queue = run_queue_create();
	m->disk = disk_create();
	if (m->events == NULL || m->run_queue == NULL || m->disk == NULL ||
	    machine_memory(m) != 0 || machine_cpus(m) != 0 ||
	    pmap_init(m) != 0) {
		fprintf(stderr,
		    "vmrace: no memory for a machine of %u CPUs and %u "
		    "frames\n",
		    m->ncpus, m->nframes);
		machine_destroy(m);
		return NULL;
	}
	return m;
}

void
machine_destroy(struct machine *m)
{
	if (m->disk != NULL)
		disk_free(m->disk);
	if (m->kernel_pmap != NULL)
		pmap_fini(m);
	if (m->frames != NULL)
		frame_fini(m);
	if (m->cpus != NULL)
		for (unsigned i = 0; i < m->ncpus; i++)
			tlb_fini(&m->cpus[i]);
	free(m->cpus);
	if (m->fixed != NULL)
		munmap(m->fixed, m->fixed_size);
	if (m->run_queue != NULL)
		run_queue_free(m->run_queue);
	if (m->events != NULL)
		event_table_free(m->events);
	held_free(m);
	free(m);
}

/* Copies of the frames that are in use. */
static int
snapshot_frames(struct machine *m, struct machine_snapshot *s)
{
	for (unsigned i = 0; i < frame_count(m); i++)
		s->count += m->frames[i].in_use != 0;
	s->frames = calloc(s->count + 1, sizeof(*s->frames));
	if (s->frames == NULL)
		return -1;
	for (unsigned i = 0, n = 0; i < frame_count(m); i++) {
		if (!m->frames[i].in_use)
			continue;
		s->frames[n].frame = i;
		s->frames[n].bytes = malloc(PAGE_SIZE);
		if (s->frames[n].bytes == NULL)
			return -1;
		memcpy(s->frames[n].bytes, frame_bytes(m, ptoa(i)), PAGE_SIZE);
		n++;
	}
	return 0;
}

struct machine_snapshot *
machine_snapshot(struct machine *m)
{
	struct machine_snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->used = m->fixed_used;
	s->fixed = malloc(s->used);
	if (s->fixed == NULL || snapshot_frames(m, s) != 0) {
		machine_snapshot_free(s);
		return NULL;
	}
	memcpy(s->fixed, m->fixed, s->used);
	return s;
}

void
machine_snapshot_free(struct machine_snapshot *s)
{
	if (s->frames != NULL)
		for (unsigned i = 0; i < s->count; i++)
			free(s->frames[i].bytes);
	free(s->frames);
	free(s->fixed);
	free(s);
}

void
machine_reset(struct machine *m, const struct machine_snapshot *s)
{
	disk_drain(m);
	pmap_reset(m);
	memcpy(m->fixed, s->fixed, s->used);
	/* What has been handed out since will be again, zeroed. */
	if (m->fixed_used > s->used)
		memset(m->fixed + s->used, 0, m->fixed_used - s->used);
	m->fixed_used = s->used;
	for (unsigned i = 0; i < s->count; i++)
		memcpy(frame_bytes(m, ptoa(s->frames[i].frame)),
		    s->frames[i].bytes, PAGE_SIZE);
	for (unsigned i = 0; i < m->ncpus; i++)
		tlb_flush(&m->cpus[i].tlb);
}
