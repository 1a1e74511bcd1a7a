/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/tlb.h"

int
tlb_init(struct cpu *cpu, unsigned sets, unsigned ways)
{
	struct tlb_entry *entries;

	entries = calloc((size_t)sets * ways, sizeof(*entries));
	if (entries == NULL)
		return -1;
	cpu->tlb = (struct tlb){
		.epoch = 1, .sets = sets, .ways = ways, .entries = entries
	};
	return 0;
}

void
tlb_fini(struct cpu *cpu)
{
	free(cpu->tlb.entries);
	cpu->tlb.entries = NULL;
}

static inline struct tlb_entry *
tlb_set(struct tlb *tlb, vm_offset_t vpn)
{
	return &tlb->entries[(vpn & (tlb->sets - 1)) * tlb->ways];
}

struct tlb_entry *
tlb_find(struct tlb *tlb, vm_offset_t va)
{
	vm_offset_t vpn = va >> PAGE_SHIFT;
	struct tlb_entry *e = tlb_set(tlb, vpn);

	for (struct tlb_entry *last = e + tlb->ways; e < last; e++)
		if (e->vpn == vpn && e->epoch == tlb->epoch)
			return e;
	return NULL;
}

struct tlb_entry *
tlb_slot(struct tlb *tlb, vm_offset_t va)
{
	vm_offset_t vpn = va >> PAGE_SHIFT;
	struct tlb_entry *set = tlb_set(tlb, vpn);
	struct tlb_entry *unused = NULL;

	for (unsigned i = 0; i < tlb->ways; i++) {
		if (set[i].epoch != tlb->epoch)
			unused = unused == NULL ? &set[i] : unused;
		else if (set[i].vpn == vpn)
			return &set[i];
	}
	if (unused != NULL)
		return unused;
	return &set[tlb->hand++ % tlb->ways];
}

/* The entries that one set has for [first, last]. */
static void
tlb_flush_set(
    struct tlb *tlb, struct tlb_entry *set, vm_offset_t first, vm_offset_t last)
{
	for (unsigned i = 0; i < tlb->ways; i++)
		if (set[i].vpn >= first && set[i].vpn <= last)
			set[i].epoch = 0;
}

void
tlb_flush_range(struct tlb *tlb, vm_offset_t start, vm_offset_t end)
{
	vm_offset_t first = start >> PAGE_SHIFT;
	vm_offset_t last = (end - 1) >> PAGE_SHIFT;

	if (start >= end)
		return;
	if (last - first >= tlb->sets) {
		for (unsigned s = 0; s < tlb->sets; s++)
			tlb_flush_set(tlb, tlb_set(tlb, s), first, last);
		return;
	}
	for (vm_offset_t vpn = first; vpn <= last; vpn++)
		tlb_flush_set(tlb, tlb_set(tlb, vpn), vpn, vpn);
}

void
tlb_flush(struct tlb *tlb)
{
	if (++tlb->epoch != 0)
		return;
	/* Four thousand million flushes later: old entries must not return. */
	memset(tlb->entries, 0,
	    (size_t)tlb->sets * tlb->ways * sizeof(*tlb->entries));
	tlb->epoch = 1;
}
