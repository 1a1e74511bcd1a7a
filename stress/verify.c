/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/verify.h"
#include "core/ops.h"
#include "pmap_sim/panic.h"
#include "stress/plant.h"

#define AGAIN_ONE_IN  8  /* events */
#define AGAIN_AT_EXIT 64 /* pages */

static void
verify_report(
    struct process *process, vm_offset_t address, const char why[MODEL_WHY])
{
	struct rig *rig = process->replay->rig;
	char who[160];

	process_describe(process, who, sizeof(who));
	violation(rig->machine, "memory model: %s: page 0x%lx: %s", who,
	    address, why);
	if (sync_load_relaxed(&rig->machine->stats.violations) < 4)
		rig->ops->explain(rig->vm, process->space, address);
}

static kern_return_t
verify_load_checked(struct process *process, vm_offset_t address)
{
	struct tally *tally;
	char why[MODEL_WHY];
	uint64_t found;
	kern_return_t rv = cpu_load(address, &found);

	if (rv != KERN_SUCCESS)
		return rv;
	tally = &process->replay->tallies[curcpu()->id];
	sync_count_own(&tally->model_reads);
	if (!model_read(process->model, process->view, address, found, why))
		verify_report(process, address, why);
	return KERN_SUCCESS;
}

kern_return_t
verify_load(struct process *process, vm_offset_t address)
{
	uint64_t found;

	if (process->view == NULL)
		return cpu_load(address, &found);
	return verify_load_checked(process, address);
}

static kern_return_t
verify_store_checked(struct process *process, vm_offset_t address)
{
	struct model_write write;
	char why[MODEL_WHY];
	kern_return_t rv;

	model_write_begin(&write, process->model, process->view, address);
	rv = cpu_store(address, write.tag);
	if (!model_write_end(
		&write, process->model, process->view, rv == KERN_SUCCESS, why))
		verify_report(process, address, why);
	if (rv == KERN_SUCCESS && plant_wrong_value(process, address))
		(void)verify_load_checked(process, address);
	return rv;
}

kern_return_t
verify_store(struct process *process, vm_offset_t address)
{
	if (process->view == NULL)
		return cpu_store(address,
		    process->writer * MODEL_SEQUENCE | ++process->sequence);
	return verify_store_checked(process, address);
}

/* The i-th page of the sample. */
static void
verify_again(struct process *process, unsigned i)
{
	struct rig *rig = process->replay->rig;
	vm_offset_t address;
	kern_return_t rv;

	if (!model_sample(process->view, process->model, i, &address))
		return;
	rv = verify_load_checked(process, address);
	if (rv == KERN_SUCCESS || rv == KERN_RESOURCE_SHORTAGE)
		return;
	char who[160];

	process_describe(process, who, sizeof(who));
	violation(rig->machine,
	    "memory model: %s: page 0x%lx, read before and still mapped: "
	    "expected a value, found a refusal (%d)",
	    who, address, rv);
}

void
verify_sometimes(struct process *process)
{
	struct random_stream *random = &process->random;
	unsigned sampled;

	if (process->view == NULL || random_below(random, AGAIN_ONE_IN) != 0)
		return;
	sampled = model_sampled(process->view);
	if (sampled != 0)
		verify_again(process, (unsigned)random_below(random, sampled));
}

void
verify_exit(struct process *process)
{
	unsigned sampled, i;

	if (process->view == NULL)
		return;
	sampled = model_sampled(process->view);
	for (i = 0; i < sampled && i < AGAIN_AT_EXIT; i++)
		verify_again(process, i);
}
