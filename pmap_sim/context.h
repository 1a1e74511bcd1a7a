/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks, and switching between them: the fibers that play free threads.
 *
 * A context is a stack with a place on it where to go on.  The switch is by
 * hand (x86-64, System V): callee-saved registers and the floating-point
 * control words, nothing else.  ThreadSanitizer and AddressSanitizer are told.
 * Natively the switch is an edge: what one CPU runs is ordered.
 */
#ifndef PMAP_SIM_CONTEXT_H
#define PMAP_SIM_CONTEXT_H

#include <stddef.h>

struct context {
	void *sp;
	char *stack; /* NULL: an OS thread's own */
	size_t size;
	void *fiber;      /* ThreadSanitizer's */
	void *fake_stack; /* AddressSanitizer's */
	void (*entry)(void *arg);
	void *arg;
	const void *bottom;   /* its bounds, for AddressSanitizer */
	struct context *from; /* who switched here last */
	struct context *next; /* in a pool */
};

/* The calling OS thread's own stack: its bounds. */
void context_bounds(const char **low, const char **high);

/* The calling OS thread's own stack as a context. */
void context_self(struct context *self);

/* A context that will run entry(arg), which must not return, when it is first
 * switched to.  NULL: no memory.  A pooled one may be given again. */
struct context *context_create(void);
void
context_prepare(struct context *context, void (*entry)(void *arg), void *arg);
void context_destroy(struct context *context);

/* Leave `from`, where a later switch comes back; go on at `to`. */
void context_switch(struct context *from, struct context *to);
/* The same for ever: `from` may be prepared anew. */
_Noreturn void context_end(struct context *from, struct context *to);

#endif /* PMAP_SIM_CONTEXT_H */
