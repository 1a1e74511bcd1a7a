/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens when something is wrong.
 *
 * A panic is the original's: the VM cannot go on.  A violation is an oracle's:
 * something was observed that must not be; the run goes on, is counted, and
 * ends with the verdict "violation".  Both print what was expected, what was
 * found; how to repeat it is told by whoever waits for the process.  Want of
 * memory is nobody's fault: the machine is too small for what is asked of it.
 */
#ifndef PMAP_SIM_PANIC_H
#define PMAP_SIM_PANIC_H

struct machine;

/*
 * Print the message, then leave the process with status 1 (machine->on_panic,
 * if there is one, is called before, and need not return).
 */
_Noreturn void panic(struct machine *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The status that says so to whoever waits for the process. */
#define NO_MEMORY_EXIT 5

/* The same, for want of memory. */
_Noreturn void no_memory(struct machine *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Count an oracle's finding; the first few are printed.  May be called by
 * anyone, holding anything. */
void violation(struct machine *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* PMAP_SIM_PANIC_H */
