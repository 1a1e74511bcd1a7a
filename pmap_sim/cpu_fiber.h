/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A controlled CPU's executor: a stack of its own on the one OS thread that
 * plays them all.
 *
 * Unlike a context (pmap_sim/context.h) a switch between fibers is no edge:
 * ThreadSanitizer sees as many threads as there are fibers, and orders them by
 * what they do, not by who let whom run.  It saves the callee-saved registers
 * only; nothing here changes the floating-point control words.
 *
 * Only for units that are compiled without instrumentation: the run time pops
 * a shadow stack on return from an instrumented function, and after a switch
 * that is another fiber's.
 */
#ifndef PMAP_SIM_CPU_FIBER_H
#define PMAP_SIM_CPU_FIBER_H

#include <stddef.h>

#include "pmap_sim/sanitizer.h"

struct fiber {
	void *sp;
	char *stack; /* NULL: the OS thread's own */
	size_t size;
	void *tsan;         /* ThreadSanitizer's */
	void *fake_stack;   /* AddressSanitizer's */
	const void *bottom; /* its bounds, for AddressSanitizer */
	void (*entry)(void *arg);
	void *arg;
};

/* The calling OS thread's own stack. */
void fiber_self(struct fiber *self);
/* A stack; entry(arg) begins with the first switch there and must not return.
 * FALSE (0): no memory. */
int fiber_init(struct fiber *f, void (*entry)(void *arg), void *arg);
void fiber_fini(struct fiber *f);
/* Let go of whatever stood on its stack; it begins anew.  Not the running
 * one. */
void fiber_restart(struct fiber *f);

/* Save on the stack, leave the place in *save, go on at sp. */
void fiber_jump(void **save, void *sp);

/* Go on at `to`; returns when somebody switches back to `from`. */
static inline void
fiber_switch(struct fiber *from, struct fiber *to)
{
	SANITIZER_TSAN_(
	    __tsan_switch_to_fiber(to->tsan, __tsan_switch_to_fiber_no_sync));
#ifdef SANITIZER_ASAN
	__sanitizer_start_switch_fiber(&from->fake_stack, to->bottom, to->size);
	fiber_jump(&from->sp, to->sp);
	__sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
#else
	fiber_jump(&from->sp, to->sp);
#endif
}

#endif /* PMAP_SIM_CPU_FIBER_H */
