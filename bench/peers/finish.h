/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a peer's file: the verbs that most need not say (those with
 * threads to tell of them define TABLE_ENTERS), the loops, and PEER(), which
 * makes a subject of it all.
 */
#ifndef BENCH_PEERS_FINISH_H
#define BENCH_PEERS_FINISH_H

#ifndef TABLE_ENTERS
static inline void
table_enter(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
}

static inline void
table_leave(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
}
#endif

static inline void
table_rest(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
}

static inline void
table_wake(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
}

#include "bench/table.h"

#include "workloads_table.h"

static const struct loop *const loops[] = {
#define WORKLOAD(id, operation, on) WORKLOAD_##on(operation)
#define WORKLOAD_table(operation)   &operation,
#define WORKLOAD_vm(operation)
#include "bench/workloads.def"
#undef WORKLOAD
	NULL,
};

#define PEER(p, what)                                                          \
	extern const struct subject p##_subject;                               \
                                                                               \
	const struct subject p##_subject = {                                   \
		.name = #p, .kind = (what), .loops = loops                     \
	}

#endif /* BENCH_PEERS_FINISH_H */
