/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory: frames of 4 KiB with real contents, and for each what the
 * pmap module keeps about it.
 *
 * A physical address is frame number << PAGE_SHIFT.  Kernel accesses (zero,
 * copy, I/O) are plain memory accesses and user accesses relaxed atomics, so
 * a ThreadSanitizer report on a frame byte is a defect of the VM: a stale
 * translation or a missing protection, never the program's own race.
 */
#ifndef PMAP_SIM_FRAME_H
#define PMAP_SIM_FRAME_H

#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

struct machine;
struct pmap;

#define FRAME_REFERENCED 1
#define FRAME_MODIFIED   2

/* Neighbours are other CPUs' as often as not.  Where one runs at a time they
 * are packed: what is put back before each run is the less. */
#ifdef SYNC_CONTROLLED
#define FRAME_LINE
#else
#define FRAME_LINE _Alignas(64)
#endif

/* One mapping of a frame: the reverse map's link. */
struct pv_entry {
	struct pmap *pmap; /* NULL in an empty first entry */
	vm_offset_t va;
	struct pv_entry *next;
};

struct frame {
	FRAME_LINE struct sync_spin lock; /* of pv and attributes; a leaf */
	unsigned char attributes; /* bits folded in from dead mappings */
	boolean_t in_use;         /* between frame_alloc and frame_free */
	unsigned generation;      /* atomic; counts frees */
	unsigned tag;       /* atomic: a word for the stale oracle's tale */
	struct pv_entry pv; /* the first mapping; more are pool entries */
};

/* Its lock, where an initiator may be waiting for us with a pmap's lock. */
#define frame_enter(frame)                                                     \
	do {                                                                   \
		cpu_defer();                                                   \
		sync_spin_take(&(frame)->lock);                                \
	} while (0)
#define frame_exit(frame)                                                      \
	do {                                                                   \
		sync_spin_drop(&(frame)->lock);                                \
		cpu_undefer();                                                 \
	} while (0)

static inline unsigned
frame_number(vm_offset_t pa)
{
	return (unsigned)(pa >> PAGE_SHIFT);
}

/* How many there are, a device's included. */
unsigned frame_count(const struct machine *m);
/* NULL if pa is not of this memory. */
struct frame *frame_of(struct machine *m, vm_offset_t pa);
unsigned char *frame_bytes(struct machine *m, vm_offset_t pa);

/*
 * Told by the VM when a frame leaves and enters its free queue.  frame_free
 * checks I11: no mapping may be left; it ends the generation, so any TLB entry
 * that survived is found at its next touch.
 */
void frame_alloc(struct machine *m, vm_offset_t pa);
void frame_free(struct machine *m, vm_offset_t pa);

/*
 * While the machine is made: m->nframes frames, all free, m->ndevice in use,
 * and their contents, which cost nothing until touched.  0, or -1 for want of
 * memory.
 */
int frame_init(struct machine *m);
/* After pmap_fini(). */
void frame_fini(struct machine *m);

#endif /* PMAP_SIM_FRAME_H */
