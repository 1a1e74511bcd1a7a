/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture for a person of a machine that has hung, on stderr. */
#ifndef STRESS_TELL_H
#define STRESS_TELL_H

#include "pmap_sim/hang.h"

struct machine;

/* What hang has found out, and the CPUs.  Takes no lock, stdio's included: one
 * of those who hang may have it. */
void tell_hang(const struct hang *hang, const struct machine *m);

#endif /* STRESS_TELL_H */
