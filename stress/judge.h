/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trial of `stress` or a `run` came to: the one rule.
 *
 * It could not start: not started.  Else, what an oracle has found: a
 * violation, whatever a sanitizer says beside it; a hang, a panic and a crash
 * are findings like any other.  Else a sanitizer's report.  Else want of
 * memory. Else nothing tested.  Else it is sound.  The note of a violation
 * counts the reports, too.
 *
 * The process that does the work gathers the evidence, in memory that it
 * shares; the one that started it adds how it ended, and judges.
 */
#ifndef STRESS_JUDGE_H
#define STRESS_JUDGE_H

#include "core/ops.h"
#include "stress/verdict.h"

/* Zeroed: nothing is known against it. */
struct evidence {
	boolean_t not_started;
	char finding[512];     /* what an oracle expected and found, or "" */
	unsigned long reports; /* of a sanitizer */
	char no_memory[256];   /* what there was too little of, or "" */
	char unexposed[128];   /* why nothing was tested, or "" */
};

/* The verdict, and why. */
enum verdict
judge(const struct evidence *evidence, char *note, size_t note_size);

/* What is left of a VM that is gone, or else its violations; first: what the
 * first of them said, or NULL. */
void evidence_of_vm(struct evidence *evidence, const struct vm_census *left,
    unsigned long violations, const char *first);

#endif /* STRESS_JUDGE_H */
