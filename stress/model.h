/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory model: what every page of every simulated program must read as.
 * It follows the program's own calls (map, fork, store, ...) and knows nothing
 * of objects, so that fork, copy-on-write, collapse, pageout and file mapping
 * are checked by what a program reads (I13).
 *
 * A value names who stored it: writer << 40 | sequence, never 0.  A page of a
 * file begins with a value that names file and page.
 *
 * Who may call: changers of a space (map to fork) when no other thread of that
 * space is between two of its events; readers and writers at any time.  A
 * view belongs to one simulated process.  Nothing here locks, sleeps, or is
 * seen by ThreadSanitizer (pmap_sim/unseen.h).
 */
#ifndef STRESS_MODEL_H
#define STRESS_MODEL_H

#include "stress/layout.h"
#include "stress/random.h"

#define MODEL_WRITERS  ((uint64_t)1 << 23) /* numbers of files and writers */
#define MODEL_SEQUENCE ((uint64_t)1 << 40)

struct model_cell;
struct model_object; /* what several may map: a file, or shared memory */
struct model_space;  /* one address space */
struct model_store;

/* --- What is mapped ----------------------------------------------------- */

/* How page `page` of file `file` begins before anyone has written it. */
uint64_t model_file_value(unsigned file, vm_offset_t page);

/* A file.  tagged: a bit for each page that begins with its value; the others
 * are holes.  It must outlive the object. */
struct model_object *
model_object_file(unsigned file, vm_size_t pages, const unsigned char *tagged);
/* Shared memory, zero at first. */
struct model_object *model_object_memory(vm_size_t pages);
void model_object_free(struct model_object *object);
/* All writers so far are gone: what the pages hold now is history. */
void model_object_settle(struct model_object *object);

/* --- Address spaces ----------------------------------------------------- */

/* crowd: several threads may touch it at once.  One reference. */
struct model_space *model_space_create(boolean_t crowd);
void model_space_reference(struct model_space *space);
void model_space_free(struct model_space *space);
/* exec: nothing is mapped any more. */
void model_space_clear(struct model_space *space);
const struct layout *model_space_layout(const struct model_space *space);

/* region.backing is a model_object or NULL. */
void model_map(struct model_space *space, struct region region);
void model_unmap(struct model_space *space, vm_offset_t start, vm_size_t size);
void model_protect(struct model_space *space, vm_offset_t start, vm_size_t size,
    vm_prot_t prot);
/* FALSE: [from, from + old_size) is not one mapping. */
boolean_t model_move(struct model_space *space, vm_offset_t from,
    vm_size_t old_size, vm_offset_t to, vm_size_t new_size);
/* Private pages of the range read as they did when first mapped. */
void model_forget(struct model_space *space, vm_offset_t start, vm_size_t size);
/* child, empty, becomes what fork makes of parent. */
void model_fork(struct model_space *child, struct model_space *parent);

/* --- What a process does ------------------------------------------------ */

#define MODEL_SAMPLE 256

struct model_floor {
	const struct model_cell *cell; /* NULL: free slot */
	uint64_t writer;               /* 0: what the page held at first */
	uint64_t sequence;
};

struct model_view {
	unsigned writer;       /* its number */
	unsigned first_writer; /* smaller numbers are files */
	uint64_t sequence;
	struct random_stream random;
	/* A fair sample of the pages touched since exec. */
	vm_offset_t sample[MODEL_SAMPLE];
	uint64_t touches;
	/* The newest store of each writer seen in pages several write. */
	struct model_floor *floors;
	unsigned floor_count, floor_room; /* room: a power of two */
};

/* parent NULL: none.  A child starts with its parent's sample. */
void model_view_init(struct model_view *view, unsigned writer,
    unsigned first_writer, uint64_t seed, const struct model_view *parent);
/* exec */
void model_view_clear(struct model_view *view);
void model_view_fini(struct model_view *view);

/* A store: begin, store tag, end. */
struct model_write {
	uint64_t tag;
	vm_offset_t address;
	uint64_t *entry;
	struct model_cell *cell;
	struct model_store *store;
};

#define MODEL_WHY 256

void model_write_begin(struct model_write *write, struct model_space *space,
    struct model_view *view, vm_offset_t address);
/* stored: the VM let it happen.  FALSE: it should not have; why says so. */
boolean_t model_write_end(struct model_write *write, struct model_space *space,
    struct model_view *view, boolean_t stored, char why[MODEL_WHY]);

/* The VM has read found at address.  FALSE: wrong, and why says what was
 * expected. */
boolean_t model_read(struct model_space *space, struct model_view *view,
    vm_offset_t address, uint64_t found, char why[MODEL_WHY]);

/* The i-th of the sampled pages, if it is still readable.  FALSE: it is not.
 * i < model_sampled(). */
unsigned model_sampled(const struct model_view *view);
boolean_t model_sample(const struct model_view *view,
    const struct model_space *space, unsigned i, vm_offset_t *address);

#endif /* STRESS_MODEL_H */
