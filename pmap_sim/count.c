/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/count.h"

#include <stddef.h>
#include <string.h>

#include "pmap_sim/cpu.h"

const char *
event_name(enum event event)
{
	static const char *const names[] = {
#define EVENT(name, sentence) #name,
#include "pmap_sim/count.def"
#undef EVENT
	};

	return names[event];
}

#ifdef VMRACE_COUNT
void
event_count(enum event event)
{
	struct cpu *cpu = curcpu();

	if (cpu != NULL)
		cpu->events[event]++;
}

bool
event_read(unsigned long events[EVENTS])
{
	const struct cpu *cpu = curcpu();

	if (cpu == NULL)
		return false;
	memcpy(events, cpu->events, sizeof(cpu->events));
	return true;
}
#else
bool
event_read(unsigned long events[EVENTS])
{
	memset(events, 0, EVENTS * sizeof(events[0]));
	return false;
}
#endif
