/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of processes, in KiB; 0: not known. */
#ifndef BENCH_RESIDENT_H
#define BENCH_RESIDENT_H

#include <sys/types.h>

/* Of the calling process, all of it. */
long resident_kb(void);
/* What only that process has: not what it still shares with its parent. */
long resident_own_kb(pid_t process);

#endif /* BENCH_RESIDENT_H */
