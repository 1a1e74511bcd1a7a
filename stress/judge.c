/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/judge.h"

/* By what holds that comes first in the rule. */
static enum verdict
judge_of(const struct evidence *evidence, const char **why)
{
	*why = "";
	if (evidence->not_started)
		return VERDICT_NOT_STARTED;
	*why = evidence->finding;
	if (**why != '\0')
		return VERDICT_VIOLATION;
	if (evidence->reports != 0)
		return VERDICT_SANITIZER;
	*why = evidence->no_memory;
	if (**why != '\0')
		return VERDICT_NO_MEMORY;
	*why = evidence->unexposed;
	if (**why != '\0')
		return VERDICT_NOT_EXPOSED;
	return VERDICT_SOUND;
}

enum verdict
judge(const struct evidence *evidence, char *note, size_t note_size)
{
	const char *why;
	enum verdict verdict = judge_of(evidence, &why);
	char reports[64] = "";

	if (evidence->reports != 0)
		snprintf(reports, sizeof(reports),
		    "%s%lu sanitizer report%s, see above",
		    *why != '\0' ? "; " : "", evidence->reports,
		    evidence->reports == 1 ? "" : "s");
	/* However long the one is, the other fits. */
	snprintf(note, note_size, "%.*s%s", (int)(note_size - sizeof(reports)),
	    why, reports);
	return verdict;
}

void
evidence_of_vm(struct evidence *evidence, const struct vm_census *left,
    unsigned long violations, const char *first)
{
	if ((left->objects | left->hash_entries | left->pagers | left->maps |
		left->entries) != 0)
		snprintf(evidence->finding, sizeof(evidence->finding),
		    "leak census: expected nothing left, found %ld objects, "
		    "%ld hash entries, %ld pagers, %ld maps, %ld entries",
		    left->objects, left->hash_entries, left->pagers, left->maps,
		    left->entries);
	else if (violations != 0)
		snprintf(evidence->finding, sizeof(evidence->finding),
		    "%lu violation%s, %s%s", violations,
		    violations == 1 ? "" : "s",
		    first != NULL ? "the first: " : "see above",
		    first != NULL ? first : "");
}
