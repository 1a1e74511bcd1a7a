/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/count.h"

#include <stdint.h>
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

void
event_rmw(const volatile void *at)
{
	struct cpu *cpu = curcpu();

	if (cpu == NULL)
		return;
	if ((uintptr_t)at - (uintptr_t)cpu->own < cpu->own_bytes)
		cpu->events[EVENT_rmw_own]++;
	else
		cpu->events[EVENT_rmw]++;
}

void
event_own(struct cpu *cpu, const void *from, size_t bytes)
{
	cpu->own = from;
	cpu->own_bytes = bytes;
}

unsigned long
event_of(const struct cpu *cpu, enum event event)
{
	return __atomic_load_n(&cpu->events[event], __ATOMIC_RELAXED);
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
unsigned long
event_of(const struct cpu *cpu, enum event event)
{
	(void)cpu;
	(void)event;
	return 0;
}

bool
event_read(unsigned long events[EVENTS])
{
	memset(events, 0, EVENTS * sizeof(events[0]));
	return false;
}
#endif
