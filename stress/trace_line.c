/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One event, one line: a letter, the task, and what the letter needs. Addresses
 * and sizes are hexadecimal, tasks and files decimal.
 */
#include "stress/trace.h"

#include <inttypes.h>

/* The letters, in the order of enum trace_op. */
static const char letters[] = "rwmupbRaFVTxe";

#define ADDRESS "%" PRIxPTR

static void
print_mmap(FILE *out, const struct trace_event *e)
{
	fprintf(out, " " ADDRESS " " ADDRESS " %u %c", e->address, e->size,
	    e->prot, e->shared ? 's' : 'p');
	if (e->file != TRACE_NONE)
		fprintf(out, " %u " ADDRESS, e->file, e->other);
}

void
trace_print(FILE *out, const struct trace_event *e)
{
	fprintf(out, "%c %u", letters[e->op], e->task);
	switch ((enum trace_op)e->op) {
	case TRACE_LOAD:
	case TRACE_STORE:
		fprintf(out, " " ADDRESS, e->address);
		break;
	case TRACE_MMAP:
		print_mmap(out, e);
		break;
	case TRACE_MUNMAP:
	case TRACE_ADVISE:
		fprintf(out, " " ADDRESS " " ADDRESS, e->address, e->size);
		break;
	case TRACE_PROTECT:
		fprintf(out, " " ADDRESS " " ADDRESS " %u", e->address, e->size,
		    e->prot);
		break;
	case TRACE_BRK:
		fprintf(out, " " ADDRESS " " ADDRESS, e->address, e->other);
		break;
	case TRACE_REMAP:
		fprintf(out, " " ADDRESS " " ADDRESS " " ADDRESS " " ADDRESS,
		    e->address, e->size, e->other, e->other_size);
		break;
	case TRACE_FORK:
	case TRACE_VFORK:
	case TRACE_THREAD:
		fprintf(out, " %u", e->child);
		break;
	case TRACE_EXEC:
	case TRACE_EXIT:
		break;
	}
	fputc('\n', out);
}

static boolean_t
whole_pages(vm_offset_t address, vm_size_t size)
{
	vm_offset_t limit = (vm_offset_t)1 << 47;

	return ((address | size) & PAGE_MASK) == 0 && size != 0 &&
	       address < limit && size <= limit - address;
}

static boolean_t
parse_mmap(const char *s, struct trace_event *e)
{
	unsigned prot, n;
	char kind;
	int got = sscanf(s, ADDRESS " " ADDRESS " %u %c %u " ADDRESS,
	    &e->address, &e->size, &prot, &kind, &n, &e->other);

	if ((got != 4 && got != 6) || prot > VM_PROT_ALL ||
	    (kind != 's' && kind != 'p') || !whole_pages(e->address, e->size) ||
	    (e->other & PAGE_MASK) || e->other >> 47 != 0)
		return FALSE;
	e->prot = (unsigned char)prot;
	e->shared = kind == 's';
	e->file = got == 6 ? n : TRACE_NONE;
	return TRUE;
}

static boolean_t
parse_range(const char *s, struct trace_event *e)
{
	unsigned prot = 0;
	int want = e->op == TRACE_PROTECT ? 3 : 2;

	if (sscanf(s, ADDRESS " " ADDRESS " %u", &e->address, &e->size,
		&prot) != want ||
	    prot > VM_PROT_ALL)
		return FALSE;
	e->prot = (unsigned char)prot;
	return whole_pages(e->address, e->size);
}

static boolean_t
parse_rest(const char *s, struct trace_event *e)
{
	switch ((enum trace_op)e->op) {
	case TRACE_LOAD:
	case TRACE_STORE:
		return sscanf(s, ADDRESS, &e->address) == 1 &&
		       e->address >> 47 == 0;
	case TRACE_MMAP:
		return parse_mmap(s, e);
	case TRACE_MUNMAP:
	case TRACE_ADVISE:
	case TRACE_PROTECT:
		return parse_range(s, e);
	case TRACE_BRK:
		return sscanf(s, ADDRESS " " ADDRESS, &e->address, &e->other) ==
			   2 &&
		       (e->address | e->other) >> 47 == 0;
	case TRACE_REMAP:
		return sscanf(s, ADDRESS " " ADDRESS " " ADDRESS " " ADDRESS,
			   &e->address, &e->size, &e->other,
			   &e->other_size) == 4 &&
		       whole_pages(e->address, e->size) &&
		       whole_pages(e->other, e->other_size);
	case TRACE_FORK:
	case TRACE_VFORK:
	case TRACE_THREAD:
		return sscanf(s, "%u", &e->child) == 1;
	case TRACE_EXEC:
	case TRACE_EXIT:
		return TRUE;
	}
	return FALSE;
}

boolean_t
trace_parse(const char *line, struct trace_event *e)
{
	int at = 0;

	*e = (struct trace_event){ 0 };
	for (; letters[e->op] != line[0]; e->op++)
		if (letters[e->op] == '\0')
			return FALSE;
	if (line[0] == '\0' || sscanf(line + 1, " %u%n", &e->task, &at) != 1)
		return FALSE;
	return parse_rest(line + 1 + at, e);
}
