/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/resident.h"

#include <stdio.h>
#include <unistd.h>

long
resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

long
resident_own_kb(pid_t process)
{
	char name[64], line[128];
	long sum = 0, kb;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/smaps_rollup", (int)process);
	file = fopen(name, "r");
	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "Private_%*[a-zA-Z]: %ld", &kb) == 1)
			sum += kb;
	fclose(file);
	return sum;
}
