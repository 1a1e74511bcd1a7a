/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One VM: boot, memory, statistics, end.
 *
 * Statistics and the allocation census are kept per CPU, each CPU writing its
 * own line; a sum is exact when all is quiet.
 */
#include "core/vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/vm_page_batch.h"
#include "core/vm_pageout.h"

struct vm_percpu *
vm_percpu(struct vm *vm)
{
	struct cpu *cpu = curcpu();

	return &vm->percpu[cpu != NULL ? cpu->id : vm->machine->ncpus];
}

boolean_t
vm_comes_up(struct vm *vm, enum vm_hazard hazard)
{
	if (vm->config.came_up != NULL)
		sync_count(&vm->config.came_up[hazard]);
	return TRUE;
}

/* Does this allocation fail, by request? */
boolean_t
vm_allocation_fails(struct vm *vm)
{
	const struct vm_trouble *trouble = vm->config.trouble;

	if (vm->config.fail_allocation != 0 &&
	    sync_add_relaxed(&vm->allocations, 1) == vm->config.fail_allocation)
		return TRUE;
	return trouble != NULL && trouble->allocation(trouble);
}

void *
vm_malloc(struct vm *vm, size_t size, enum vm_memory kind)
{
	void *memory = NULL;

	if (!vm_allocation_fails(vm))
		memory = malloc(size);
	if (memory == NULL) {
		vm_count(failed_allocations);
		return NULL;
	}
	vm_percpu(vm)->allocated[kind]++;
	return memory;
}

void
vm_mfree(struct vm *vm, void *memory, enum vm_memory kind)
{
	vm_percpu(vm)->allocated[kind]--;
	free(memory);
}

long
vm_allocated(struct vm *vm, enum vm_memory kind)
{
	long sum = 0;

	for (unsigned i = 0; i <= vm->machine->ncpus; i++)
		sum += vm->percpu[i].allocated[kind];
	return sum;
}

void
vm_stat(struct vm *vm, struct vm_statistics *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i <= vm->machine->ncpus; i++) {
		struct vm_percpu *p = &vm->percpu[i];
#define COUNTER(name, sentence) s->name += sync_load_relaxed(&p->name);
#include "core/counters.def"
#undef COUNTER
	}
	/* In this order: what wakes the daemon is seen before it sleeps. */
	s->pageout_work =
	    vm_pager_pending(vm) + (sync_load(&vm->vm_pages_needed) != 0);
	if (sync_load(&vm->daemon_running) && !sync_load(&vm->daemon_asleep))
		s->pageout_work++;
	s->free_count = vm_page_free_count(vm);
	s->active_count = sync_load_relaxed(&vm->cnt.v_active_count);
	if (LK_BATCH)
		s->active_count += vm_page_batch_pages(vm);
	s->inactive_count = sync_load_relaxed(&vm->cnt.v_inactive_count);
	s->wire_count = sync_load_relaxed(&vm->cnt.v_wire_count);
	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++) {
		vm_object_list_lock(i);
		s->object_count += vm->vm_object_lists[i].count;
		vm_object_list_unlock(i);
	}
	vm_object_cache_lock();
	s->cached_count = (unsigned)vm->vm_object_cached;
	vm_object_cache_unlock();
}

/* Fixed memory a VM needs beyond what frames take. */
size_t
vm_fixed_bytes(unsigned frames, unsigned cpus)
{
	unsigned buckets = 1;

	while (buckets < frames)
		buckets <<= 1;
	return sizeof(struct vm) + (cpus + 1) * sizeof(struct vm_percpu) +
	       frames * sizeof(struct vm_page) +
	       buckets * sizeof(struct vm_page_bucket) + 4096 +
	       (LK_BATCH ? vm_page_batch_bytes(frames, cpus) : 0);
}

struct vm *
vm_bootstrap(struct machine *m, const struct vm_config *config)
{
	struct vm *vm = machine_fixed(m, sizeof(*vm));

	if (vm == NULL)
		return NULL;
	vm->machine = m;
	vm->config = *config;
	vm->as_found = config->as_found;
	vm->percpu = machine_fixed(m, (m->ncpus + 1) * sizeof(*vm->percpu));
	if (vm->percpu == NULL)
		return NULL;
	vm->vm_cache_max = config->cache_max == 0     ? 100
			   : config->cache_max == ~0u ? 0
						      : (int)config->cache_max;
	sync_spin_init(&vm->vm_pages_needed_lock);
	sync_spin_init(&vm->map_list_lock);
	lk_init(&vm->lk, m);
	return vm;
}

struct vm *
vm_create(struct machine *m, const struct vm_config *config)
{
	struct vm *vm = vm_bootstrap(m, config);

	if (vm == NULL || vm_page_startup(vm) != KERN_SUCCESS) {
		fprintf(stderr,
		    "vmrace: the machine's fixed memory is too small\n");
		return NULL;
	}
	vm_object_init(vm, ptoa(m->nframes));
	vm_pageout_init(vm);
	if (vm_pager_init(vm) != KERN_SUCCESS)
		return NULL;
	m->fault = vm_machine_fault;
	m->fault_vm = vm;
	return vm;
}

void
vm_destroy(struct vm *vm, struct vm_census *left)
{
	vm_object_cache_clear(vm);
	lk_retire_barrier(&vm->lk);
	*left = (struct vm_census){
		.objects = vm_allocated(vm, M_VMOBJ),
		.hash_entries = vm_allocated(vm, M_VMOBJHASH),
		.pagers = vm_allocated(vm, M_VMPAGER),
		.maps = vm_allocated(vm, M_VMMAP),
		.entries = vm_allocated(vm, M_VMMAPENT),
	};
	vm_pager_fini(vm);
	if (LK_BATCH)
		vm_page_batch_fini(vm);
	vm_object_lock_fini(vm->kernel_object);
	vm_object_lock_fini(vm->kmem_object);
	lk_fini(&vm->lk);
}
