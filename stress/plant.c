/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>

#include "pmap_sim/event.h"
#include "pmap_sim/pmap.h"
#include "stress/plant.h"

#ifdef VM_CHECKS

/* TRUE once a run, if it is this fault's. */
static boolean_t
plant_now(struct replay *replay, enum plant plant)
{
	boolean_t planted = FALSE;

	return replay->config->plant == plant &&
	       !sync_load(&replay->plant.done) &&
	       sync_cas(&replay->plant.done, &planted, TRUE);
}

boolean_t
plant_wrong_value(struct process *process, vm_offset_t address)
{
	struct machine *m = process->replay->rig->machine;
	vm_offset_t pa;
	vm_prot_t prot;

	if (!plant_now(process->replay, PLANT_WRONG_VALUE))
		return FALSE;
	if (!pmap_extract_ok(curcpu()->pmap, address, &pa, &prot))
		return FALSE;
	uint64_t *word = (uint64_t *)(void *)frame_bytes(m, trunc_page(pa));

	sync_store_relaxed(word, sync_load_relaxed(word) ^ 1);
	return TRUE;
}

boolean_t
plant_leak(struct process *process)
{
	return plant_now(process->replay, PLANT_LEAK);
}

/* A handler that refuses what it should resolve, and puts itself out. */
static kern_return_t
refuse(void *arg, void *space, vm_offset_t va, vm_prot_t type)
{
	struct replay *replay = arg;
	struct machine *m = replay->rig->machine;

	(void)space, (void)va, (void)type;
	m->fault_vm = replay->plant.vm;
	m->fault = replay->plant.fault;
	return KERN_FAILURE;
}

/* The next fault is refused.  With one CPU only: two words change. */
static void
plant_refusal(struct replay *replay)
{
	struct machine *m = replay->rig->machine;

	replay->plant.fault = m->fault;
	replay->plant.vm = m->fault_vm;
	m->fault_vm = replay;
	m->fault = refuse;
}

void
plant_event(struct process *process)
{
	struct replay *replay = process->replay;

	if (replay->config->plant == PLANT_NOTHING)
		return;
	if (replay->config->plant == PLANT_RACE)
		*(volatile unsigned long *)&replay->plant.word += 1;
	if (process->position < 10)
		return;
	if (plant_now(replay, PLANT_REFUSAL))
		plant_refusal(replay);
	if (plant_now(replay, PLANT_CRASH))
		(void)raise(SIGKILL);
	if (plant_now(replay, PLANT_HANG)) {
		assert_wait_at(&replay->plant, "plant_event");
		thread_block();
	}
}

#else

boolean_t
plant_wrong_value(struct process *process, vm_offset_t address)
{
	(void)process, (void)address;
	return FALSE;
}

boolean_t
plant_leak(struct process *process)
{
	(void)process;
	return FALSE;
}

void
plant_event(struct process *process)
{
	(void)process;
}

#endif
