/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a peer's file: the verbs that most need not say, the loops, and
 * PEER(), which makes a subject of it all.
 *
 *	TABLE_ENTERS	it has its own table_enter and table_leave
 *	TABLE_COUNTS	letting go is one atomic count less; the table keeps
 *			the last
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

#ifdef TABLE_COUNTS
static inline void
table_put(struct table *table, void *arg)
{
	(void)table;
	if (!count_put(arg))
		abort();
}
#endif

static inline void
table_check(struct table *table, struct aftermath *after)
{
	stock_check((const struct stock *)table, after);
}

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
#define WORKLOAD_space(operation)
#define WORKLOAD_vm(operation)
#define WORKLOAD_library(operation)
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
