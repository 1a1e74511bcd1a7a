/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One strategy, measured from within: core/ and the loops in one translation
 * unit, so that its verbs are inlined into them.  A second copy is compiled
 * with a wider identity table (LK_IDENTITIES), under a name of its own; the
 * fixed 157 are the original's.
 *
 * What has no locking is the ceiling of those that have (BENCH_CEILING): it
 * finds, and changes nothing.  It and the wide copies have the loops about a
 * table only.
 */
#include "core/names.h"

#if LK_IDENTITIES == 157 && !defined(BENCH_CEILING)
#define BENCH_WHOLE
#endif

#if LK_IDENTITIES != 157
/* A copy has no line in strategies.def. */
static const char VM_NAME(summary)[] = BENCH_STRATEGY ", a wide table";
#endif

#include "core/instance.c"

#include "bench/vm_world.h"

#include "bench/vm_table.h"

#include "bench/table.h"

#include "workloads_table.h"

#ifdef BENCH_WHOLE
#include "bench/vm_space.h"

#include "bench/space.h"

#include "workloads_space.h"

#include <unistd.h>

#include "bench/vm_files.h"
#include "stress/plan.h"
#include "stress/temporary.h"

#include "workloads_vm.h"
#endif

static const struct loop *const loops[] = {
#define WORKLOAD(id, operation, on) WORKLOAD_##on(operation)
#define WORKLOAD_table(operation)   &operation,
#ifdef BENCH_WHOLE
#define WORKLOAD_space(operation) &operation,
#define WORKLOAD_vm(operation)    &operation,
#else
#define WORKLOAD_space(operation)
#define WORKLOAD_vm(operation)
#endif
#include "bench/workloads.def"
#undef WORKLOAD
	NULL,
};

extern const struct subject VM_NAME(subject);

const struct subject VM_NAME(subject) = {
	.name = BENCH_STRATEGY,
#ifdef BENCH_CEILING
	.kind = SUBJECT_CEILING,
#else
	.kind = SUBJECT_STRATEGY,
#endif
	.table = LK_IDENTITIES,
	.loops = loops,
};
