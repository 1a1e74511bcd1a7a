/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All subjects.  A strategy is there once for each size of the identity table
 * and once with the other allocator (bench/instance.c); a new one comes by its
 * line in locking/strategies.def.
 */
#include <stddef.h>

#include "bench/subject.h"

#define STRATEGY(s, sentence)                                                  \
	extern const struct subject s##_subject, s##_wide_subject,             \
	    s##_libc_subject;
#include "locking/strategies.def"
#undef STRATEGY
#define PEER(p) extern const struct subject p##_subject;
#include "bench/peers.def"
#undef PEER

const struct subject *const subjects[] = {
#define STRATEGY(s, sentence)                                                  \
	&s##_subject, &s##_wide_subject, &s##_libc_subject,
#include "locking/strategies.def"
#undef STRATEGY
#define PEER(p) &p##_subject,
#include "bench/peers.def"
#undef PEER
	NULL,
};
