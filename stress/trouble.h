/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seeded trouble for the VM: a slow disk, writes that end out of turn or never,
 * pagers that fail, allocations that fail.
 *
 * What a thread meets depends on the seed and on its own calls only.  A pager's
 * FAIL and BAD are said above it (core/trouble.h); its ERROR comes from the
 * disk, so that a write already begun can fail, too.  What was begun and never
 * ends is failed when the run is over, and nothing goes wrong from then on.
 */
#ifndef STRESS_TROUBLE_H
#define STRESS_TROUBLE_H

#include "core/trouble.h"
#include "pmap_sim/disk.h"
#include "pmap_sim/machine.h"

/* How a call fails. */
enum trouble_code {
	TROUBLE_ANY, /* a get: BAD or ERROR; a put: FAIL or ERROR */
	TROUBLE_BAD,
	TROUBLE_FAIL,
	TROUBLE_ERROR,
	TROUBLE_NEVER, /* it does not even do that */
};

/* What becomes of a write that nobody waits for. */
enum trouble_pend {
	PEND_PLAIN, /* its turn comes */
	PEND_NOW,   /* done before the put returns */
	PEND_LATE,  /* what came later is done before it */
	PEND_NEVER,
	PEND_MIX, /* now, late or plain */
};

#define TROUBLE_GIVEN_LATENCY   0x1
#define TROUBLE_GIVEN_FAIL      0x2
#define TROUBLE_GIVEN_PEND      0x4
#define TROUBLE_GIVEN_ALLOCATE  0x8
#define TROUBLE_GIVEN_ALLOCATES 0x10

struct trouble_config {
	unsigned given;            /* by name, on the command line */
	uint64_t latency_ns[2];    /* of each request: from, to */
	double fail[2];            /* by enum vm_pager_call: how often */
	enum trouble_code code[2]; /* likewise: how */
	enum trouble_pend pend;
	unsigned long allocation; /* the n-th fails; 0: none */
	double allocations;       /* how often one fails */
};

/* What was met. */
struct trouble_counts {
	unsigned long gets, puts;       /* failed */
	unsigned long late, now, never; /* requests */
	unsigned long allocations;      /* failed */
};

struct trouble;

/* Can a call or an access fail that is legal? */
boolean_t trouble_can_fail(const struct trouble_config *config);
/* Is anything wrong at all? */
boolean_t trouble_is_any(const struct trouble_config *config);
/* What --perturb adds to what is given; errors only to those who bear them,
 * who lose them otherwise.  TRUE: some that were given are lost. */
boolean_t trouble_settle(
    struct trouble_config *config, boolean_t perturb, boolean_t bears_errors);

struct trouble *
trouble_create(const struct trouble_config *config, uint64_t seed);
void trouble_free(struct trouble *trouble);
const struct vm_trouble *trouble_of_vm(const struct trouble *trouble);
const struct disk_trouble *trouble_of_disk(const struct trouble *trouble);
/* From now on nothing goes wrong; who waits in vain is told: returns how many
 * there were. */
unsigned trouble_end(struct trouble *trouble, struct machine *machine);
void
trouble_count(const struct trouble *trouble, struct trouble_counts *counts);

#endif /* STRESS_TROUBLE_H */
