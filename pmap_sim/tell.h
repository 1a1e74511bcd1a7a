/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names for what lies in memory, and what it holds just then: for stories.
 *
 * Between two steps of an execution, on the main stack; it takes no lock and
 * changes nothing.  Only in the controlled back end's builds.
 *
 * A name is one thing's for the whole execution.  One with [0..N] in it is that
 * of N + 1 things of one size, size bytes together; what stands behind the
 * bracket is a part of each, and `at` is the first one's.
 */
#ifndef PMAP_SIM_TELL_H
#define PMAP_SIM_TELL_H

#include <stddef.h>

struct machine;

/* value NULL: a name only. */
typedef void tell_t(void *arg, const char *name, const volatile void *at,
    size_t size, const char *value);

/* The machine's: CPUs, TLBs, translations, frames. */
void machine_tell(struct machine *m, tell_t *tell, void *arg);
/* The modelled RCU's, of the scene that is open. */
void rcu_ctl_tell(tell_t *tell, void *arg);

#endif /* PMAP_SIM_TELL_H */
