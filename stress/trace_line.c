/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One event, one line: a letter, the task, and what the letter needs.
 *
 * There is one way to write an event: a line that is taken prints as it was
 * read.
 */
#include "stress/trace.h"

#include <inttypes.h>
#include <string.h>

#include "stress/trace_scan.h"

/* What follows the task: a address, s size, o other, z other size, p rights,
 * k kind and perhaps a file, c child. */
static const struct {
	char letter;
	const char *fields;
} forms[] = {
	[TRACE_LOAD] = { 'r', "a" },
	[TRACE_STORE] = { 'w', "a" },
	[TRACE_MMAP] = { 'm', "aspk" },
	[TRACE_MUNMAP] = { 'u', "as" },
	[TRACE_PROTECT] = { 'p', "asp" },
	[TRACE_BRK] = { 'b', "ao" },
	[TRACE_REMAP] = { 'R', "asoz" },
	[TRACE_ADVISE] = { 'a', "as" },
	[TRACE_FORK] = { 'F', "c" },
	[TRACE_VFORK] = { 'V', "c" },
	[TRACE_THREAD] = { 'T', "c" },
	[TRACE_EXEC] = { 'x', "" },
	[TRACE_EXIT] = { 'e', "" },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

#define ADDRESS       "%" PRIxPTR
#define ADDRESS_LIMIT ((vm_offset_t)1 << 47)

static void
print_field(FILE *out, const struct trace_event *e, char field)
{
	switch (field) {
	case 'a':
		fprintf(out, " " ADDRESS, e->address);
		break;
	case 's':
		fprintf(out, " " ADDRESS, e->size);
		break;
	case 'o':
		fprintf(out, " " ADDRESS, e->other);
		break;
	case 'z':
		fprintf(out, " " ADDRESS, e->other_size);
		break;
	case 'p':
		fprintf(out, " %u", e->prot);
		break;
	case 'c':
		fprintf(out, " %u", e->child);
		break;
	default:
		fputs(e->shared ? " s" : " p", out);
		if (e->file != TRACE_NONE)
			fprintf(out, " %u " ADDRESS, e->file, e->other);
	}
}

void
trace_print(FILE *out, const struct trace_event *e)
{
	fprintf(out, "%c %u", forms[e->op].letter, e->task);
	for (const char *field = forms[e->op].fields; *field != '\0'; field++)
		print_field(out, e, *field);
	fputc('\n', out);
}

/* A blank and a number. */
static boolean_t
scan_field(const char **s, unsigned base, uint64_t most, uint64_t *number)
{
	return scan_word(s, " ") && scan_number(s, base, most, number);
}

static boolean_t
scan_address(const char **s, vm_offset_t *address)
{
	uint64_t number;

	if (!scan_field(s, 16, ADDRESS_LIMIT, &number))
		return FALSE;
	*address = number;
	return TRUE;
}

/* TRACE_NONE is no task and no file. */
static boolean_t
scan_index(const char **s, unsigned *index)
{
	uint64_t number;

	if (!scan_field(s, 10, TRACE_NONE - 1, &number))
		return FALSE;
	*index = (unsigned)number;
	return TRUE;
}

static boolean_t
scan_prot(const char **s, struct trace_event *e)
{
	uint64_t number;

	if (!scan_field(s, 10, VM_PROT_ALL, &number))
		return FALSE;
	e->prot = (unsigned char)number;
	return TRUE;
}

static boolean_t
scan_kind(const char **s, struct trace_event *e)
{
	e->shared = scan_word(s, " s");
	if (!e->shared && !scan_word(s, " p"))
		return FALSE;
	e->file = TRACE_NONE;
	if (**s == '\0')
		return TRUE;
	return scan_index(s, &e->file) && scan_address(s, &e->other);
}

static boolean_t
parse_field(const char **s, struct trace_event *e, char field)
{
	switch (field) {
	case 'a':
		return scan_address(s, &e->address);
	case 's':
		return scan_address(s, &e->size);
	case 'o':
		return scan_address(s, &e->other);
	case 'z':
		return scan_address(s, &e->other_size);
	case 'p':
		return scan_prot(s, e);
	case 'c':
		return scan_index(s, &e->child);
	default:
		return scan_kind(s, e);
	}
}

boolean_t
trace_parse(const char *s, struct trace_event *e)
{
	*e = (struct trace_event){ 0 };
	while (e->op < FORMS && forms[e->op].letter != *s)
		e->op++;
	if (e->op == FORMS)
		return FALSE;
	s++;
	if (!scan_index(&s, &e->task))
		return FALSE;
	for (const char *field = forms[e->op].fields; *field != '\0'; field++)
		if (!parse_field(&s, e, *field))
			return FALSE;
	return *s == '\0' && trace_possible(e);
}

/* --- What can be -------------------------------------------------------- */

static boolean_t
whole_pages(vm_offset_t address, vm_size_t size)
{
	return ((address | size) & PAGE_MASK) == 0 && size != 0 &&
	       address < ADDRESS_LIMIT && size <= ADDRESS_LIMIT - address;
}

boolean_t
trace_possible(const struct trace_event *e)
{
	if (strchr(forms[e->op].fields, 's') != NULL &&
	    !whole_pages(e->address, e->size))
		return FALSE;
	switch ((enum trace_op)e->op) {
	case TRACE_MMAP:
		return (e->other & PAGE_MASK) == 0 && e->other < ADDRESS_LIMIT;
	case TRACE_REMAP:
		return whole_pages(e->other, e->other_size);
	case TRACE_BRK:
		return e->address < ADDRESS_LIMIT && e->other < ADDRESS_LIMIT;
	default:
		return e->address < ADDRESS_LIMIT;
	}
}
