/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture for a person of a machine that has hung: read without locks. */
#ifndef STRESS_TELL_H
#define STRESS_TELL_H

struct cpu;
struct machine;

/* One line to stderr; what: of its thread, or "". */
void tell_cpu(const struct cpu *cpu, const char *what);
/* All of them, and who sleeps on what. */
void tell_machine(struct machine *m);

#endif /* STRESS_TELL_H */
