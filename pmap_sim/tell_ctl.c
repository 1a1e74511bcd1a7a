/* SPDX-License-Identifier: BSD-2-Clause */
/* What stories say of the machine. */
#include <stdarg.h>
#include <stdio.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/pmap_table.h"
#include "pmap_sim/tell.h"
#include "pmap_sim/tlb.h"

#define PMAPS_MAX 6 /* told of; a list that is torn may have no end */
#define PAGES_MAX 8 /* of each */

UNSEEN_BEGIN

struct teller {
	tell_t *tell;
	void *arg;
	unsigned space;
	unsigned pages; /* of its translations told */
};

__attribute__((format(printf, 5, 6))) static void
tell_word(const struct teller *t, const volatile void *at, size_t size,
    const char *value, const char *format, ...)
{
	char name[48];
	va_list ap;

	va_start(ap, format);
	vsnprintf(name, sizeof(name), format, ap);
	va_end(ap);
	t->tell(t->arg, name, at, size, value);
}

#define TELL(value, member, ...)                                               \
	tell_word(t, &(member), sizeof(member), value, __VA_ARGS__)

static const char *
rights(vm_prot_t prot)
{
	return (prot & VM_PROT_WRITE) != 0  ? "rw"
	       : (prot & VM_PROT_READ) != 0 ? "r"
					    : "no right";
}

/* --- CPUs ----------------------------------------------------------------- */

static void
tell_tlb(const struct teller *t, const struct cpu *cpu)
{
	const struct tlb *tlb = &cpu->tlb;
	char text[96] = "";
	size_t used = 0;

	for (unsigned i = 0; i < tlb->sets * tlb->ways; i++) {
		const struct tlb_entry *e = &tlb->entries[i];

		if (e->epoch == tlb->epoch && used < sizeof(text))
			used +=
			    (size_t)snprintf(text + used, sizeof(text) - used,
				"%s%#lx: frame %u %s", used > 0 ? ", " : "",
				(unsigned long)e->vpn << PAGE_SHIFT, e->frame,
				rights(e->prot));
	}
	TELL(used > 0 ? text : "empty", cpu->tlb, "cpu %u.tlb", cpu->id);
}

static void
tell_number(const struct teller *t, const int *at, unsigned cpu,
    const char *what, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	tell_word(t, at, sizeof(*at), text, "cpu %u.%s", cpu, what);
}

static void
tell_cpu(const struct teller *t, const struct cpu *cpu)
{
	const struct cpu_mailbox *box = &cpu->mailbox;

	tell_number(
	    t, &cpu->active, cpu->id, "active", sync_peek(&cpu->active));
	tell_number(t, &cpu->idle, cpu->id, "idle", sync_peek(&cpu->idle));
	tell_number(t, &box->update_needed, cpu->id, "mailbox.update_needed",
	    sync_peek(&box->update_needed));
	TELL(NULL, cpu->inside, "cpu %u.inside", cpu->id);
	TELL(NULL, box->lock, "cpu %u.mailbox lock", cpu->id);
	TELL(NULL, *box, "cpu %u.mailbox", cpu->id);
	TELL(NULL, *cpu, "cpu %u", cpu->id);
	tell_tlb(t, cpu);
}

/* --- Translations --------------------------------------------------------- */

static void
tell_translation(struct teller *t, const uint64_t *slot, vm_offset_t va)
{
	pt_entry_t pte = sync_peek(slot);
	char text[40];

	if ((pte & PTE_VALID) == 0 || t->pages++ >= PAGES_MAX)
		return;
	snprintf(text, sizeof(text), "frame %u %s%s%s", pte_frame(pte),
	    rights(pte_rights(pte)),
	    (pte & PTE_REFERENCED) != 0 ? " referenced" : "",
	    (pte & PTE_MODIFIED) != 0 ? " modified" : "");
	TELL(text, *slot, "space %u's page %#lx", t->space, (unsigned long)va);
}

static void
tell_table(struct teller *t, const struct pmap_node *node, unsigned level,
    vm_offset_t va)
{
	char at[24] = "";

	if (node == NULL)
		return;
	if (va != 0)
		snprintf(at, sizeof(at), " of %#lx", (unsigned long)va);
	tell_word(t, node->slot, sizeof(node->slot), NULL,
	    "space %u's level %u table%s[0..%u]", t->space, level, at,
	    NODE_SLOTS - 1);
	for (unsigned i = 0; i < NODE_SLOTS; i++) {
		vm_offset_t here = va + ((vm_offset_t)i << NODE_SHIFT(level));
		uint64_t slot = sync_peek(&node->slot[i]);

		if (level == 0 && (node->used[i / 64] >> i % 64 & 1) != 0)
			tell_translation(t, &node->slot[i], here);
		else if (level > 0 && slot != 0)
			tell_table(
			    t, (const struct pmap_node *)slot, level - 1, here);
	}
}

static void
tell_pmaps(struct teller *t, const struct machine *m)
{
	unsigned count = 0;

	for (const struct pmap *pmap = m->pmap_all; pmap != NULL;
	     pmap = pmap->next_all) {
		if (count++ == PMAPS_MAX)
			return;
		t->space = pmap->serial;
		t->pages = 0;
		TELL(NULL, pmap->lock, "space %u.pmap lock", t->space);
		TELL(NULL, pmap->cpus_using, "space %u.pmap.cpus_using",
		    t->space);
		TELL(
		    NULL, pmap->ref_count, "space %u.pmap.ref_count", t->space);
		TELL(NULL, pmap->root, "space %u.pmap.root", t->space);
		TELL(NULL, *pmap, "space %u.pmap", t->space);
		tell_table(t, sync_peek(&pmap->root), NODE_LEVELS - 1, 0);
	}
}

/* --- Frames --------------------------------------------------------------- */

static void
tell_frames(const struct teller *t, const struct machine *m)
{
	size_t size = m->nframes * sizeof(*m->frames);
	unsigned last = m->nframes - 1;

	tell_word(t, m->frames, size, NULL, "frame[0..%u]", last);
#define PART(member, name)                                                     \
	tell_word(t, &m->frames->member, size, NULL, "frame[0..%u]" name, last)
	PART(lock, " lock");
	PART(attributes, ".attributes");
	PART(generation, ".generation");
	PART(tag, ".tag");
	PART(pv.pmap, ".pv.pmap");
#undef PART
	tell_word(t, m->memory, (size_t)m->nframes << PAGE_SHIFT, NULL,
	    "the bytes of frame[0..%u]", last);
}

void
machine_tell(struct machine *m, tell_t *tell, void *arg)
{
	struct teller teller = { .tell = tell, .arg = arg }, *t = &teller;

	for (unsigned i = 0; i < m->ncpus; i++)
		tell_cpu(t, &m->cpus[i]);
	tell_frames(t, m);
	TELL(NULL, m->pv_pool->entries.lock, "mappings' pool lock");
	TELL(NULL, m->pv_pool->nodes.lock, "page tables' pool lock");
	TELL(NULL, m->pmap_list_lock, "pmap list's lock");
	tell_pmaps(t, m);
}

UNSEEN_END
