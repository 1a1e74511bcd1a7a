/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A region is mapped, one byte of each page is written, the region is
 * unmapped; so the figure holds what zeroing, mapping and freeing a page cost,
 * as ours does.  Large pages are declined: a fault is then a page.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "stress/clock.h"
#include "stress/yardstick.h"

#define REGION ((size_t)256 << 20)
#define STEP   ((size_t)4096)

/* FALSE: no memory. */
static int
touch_region(void)
{
	volatile unsigned char *bytes =
	    mmap(NULL, REGION, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (bytes == MAP_FAILED)
		return 0;
	(void)madvise((void *)bytes, REGION, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < REGION; i += STEP)
		bytes[i] = 1;
	munmap((void *)bytes, REGION);
	return 1;
}

double
yardstick_kernel_faults_per_s(void)
{
	double start = seconds_now(), elapsed = 0;
	double faults = 0;

	while (elapsed < 1) {
		if (!touch_region())
			return -1;
		faults += (double)(REGION / STEP);
		elapsed = seconds_now() - start;
	}
	return faults / elapsed;
}
