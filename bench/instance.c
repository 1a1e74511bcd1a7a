/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One strategy, measured from within: core/ and the loops in one translation
 * unit, so that its verbs are inlined into them.  A second copy is compiled
 * with a wider identity table (LK_IDENTITIES), under a name of its own; the
 * fixed 157 are the original's.
 *
 * A third copy is on libc's allocator, whatever the program's is (BENCH_LIBC):
 * a row beside its own strategy in W4.
 *
 * What has no locking is the ceiling of those that have (BENCH_CEILING): of a
 * table, where it finds and changes nothing; and of address spaces, where each
 * thread has a VM to itself.  The wide copies have the loops about a table
 * only.
 */
#include "core/names.h"

#if LK_IDENTITIES == 157 && !defined(BENCH_LIBC)
#define BENCH_SPACES
#ifndef BENCH_CEILING
#define BENCH_WHOLE
#endif
#endif

/* A copy has no line in strategies.def. */
#if LK_IDENTITIES != 157
static const char VM_NAME(summary)[] = BENCH_STRATEGY ", a wide table";
#elif defined(BENCH_LIBC)
static const char VM_NAME(summary)[] = BENCH_STRATEGY ", on libc's malloc";
#endif

#ifdef BENCH_LIBC
#include "bench/libc_malloc.h"
#endif

#include "core/instance.c"

#ifdef BENCH_LIBC
#undef malloc
#undef calloc
#undef free
#endif

#include "bench/vm_world.h"

#ifndef BENCH_LIBC
#include "bench/vm_table.h"

#include "bench/table.h"

#include "workloads_table.h"
#endif

#ifdef BENCH_SPACES
#include "bench/vm_space.h"

#include "bench/space.h"

#include "workloads_space.h"
#endif

#ifdef BENCH_WHOLE
#include <unistd.h>

#include "bench/vm_files.h"
#include "bench/vm_pair.h"
#include "stress/plan.h"
#include "stress/temporary.h"

#include "workloads_vm.h"
#endif

#if defined(BENCH_LIBC) && !defined(BENCH_CEILING)
#include "bench/vm_files.h"

#include "bench/workloads/churn.c"
#endif

static const struct loop *const loops[] = {
#ifdef BENCH_LIBC
#ifndef BENCH_CEILING
	&churn,
#endif
#else
#define WORKLOAD(id, operation, on) WORKLOAD_##on(operation)
#define WORKLOAD_table(operation)   &operation,
#define WORKLOAD_library(operation)
#ifdef BENCH_SPACES
#define WORKLOAD_space(operation) &operation,
#else
#define WORKLOAD_space(operation)
#endif
#ifdef BENCH_WHOLE
#define WORKLOAD_vm(operation) &operation,
#else
#define WORKLOAD_vm(operation)
#endif
#include "bench/workloads.def"
#undef WORKLOAD
#endif
	NULL,
};

extern const struct subject VM_NAME(subject);

const struct subject VM_NAME(subject) = {
#ifdef BENCH_LIBC
	.name = BENCH_STRATEGY "_libc",
	.allocator = "libc",
	.copy_of = BENCH_STRATEGY,
#else
	.name = BENCH_STRATEGY,
#endif
#ifdef BENCH_CEILING
	.kind = SUBJECT_CEILING,
#elif defined(BENCH_LIBC)
	.kind = SUBJECT_PEER,
#else
	.kind = SUBJECT_STRATEGY,
#endif
	.table = LK_IDENTITIES,
	.loops = loops,
};
