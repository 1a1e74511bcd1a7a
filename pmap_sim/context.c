/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "pmap_sim/context.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "pmap_sim/sync.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONTEXT_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define CONTEXT_ASAN 1
#endif
#ifdef CONTEXT_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

#if defined(SYNC_TSAN) || defined(CONTEXT_ASAN)
#define CONTEXT_STACK (512u << 10)
#else
#define CONTEXT_STACK (128u << 10)
#endif
#define CONTEXT_GUARD 4096u

#if defined(__clang__)
#define UNINSTRUMENTED                                                         \
	__attribute__((disable_sanitizer_instrumentation, noinline))
#else
#define UNINSTRUMENTED                                                         \
	__attribute__((no_sanitize("thread", "address"), noinline))
#endif

#if !defined(__x86_64__)
#error "context_jump is written for x86-64"
#endif

/* void context_jump(void **save_sp, void *sp) */
__asm__(".text\n"
	".globl context_jump\n"
	".type context_jump, @function\n"
	"context_jump:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	subq $8, %rsp\n"
	"	stmxcsr (%rsp)\n"
	"	fnstcw 4(%rsp)\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	ldmxcsr (%rsp)\n"
	"	fldcw 4(%rsp)\n"
	"	addq $8, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size context_jump, .-context_jump\n");
void context_jump(void **save_sp, void *sp);

/* First code on a new stack: r12 holds the context. */
__asm__(".text\n"
	".type context_trampoline, @function\n"
	"context_trampoline:\n"
	"	movq %r12, %rdi\n"
	"	call context_begin\n"
	"	ud2\n"
	".size context_trampoline, .-context_trampoline\n");
extern char context_trampoline[];

void context_begin(struct context *self);

UNINSTRUMENTED void
context_begin(struct context *self)
{
#ifdef CONTEXT_ASAN
	/* The bounds of an OS thread's own stack are learnt on leaving it. */
	__sanitizer_finish_switch_fiber(
	    NULL, &self->from->bottom, &self->from->size);
#endif
	self->entry(self->arg);
	abort();
}

void
context_bounds(const char **low, const char **high)
{
	pthread_attr_t attr;
	void *stack;
	size_t size;

	*low = *high = NULL;
	if (pthread_getattr_np(pthread_self(), &attr) != 0)
		return;
	if (pthread_attr_getstack(&attr, &stack, &size) == 0) {
		*low = stack;
		*high = *low + size;
	}
	pthread_attr_destroy(&attr);
}

void
context_self(struct context *self)
{
	*self = (struct context){ 0 };
	SYNC_TSAN_(self->fiber = __tsan_get_current_fiber());
}

struct context *
context_create(void)
{
	struct context *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->size = CONTEXT_STACK;
	c->stack = mmap(NULL, c->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c->stack == MAP_FAILED) {
		free(c);
		return NULL;
	}
	mprotect(c->stack, CONTEXT_GUARD, PROT_NONE);
	c->bottom = c->stack;
	return c;
}

void
context_prepare(struct context *c, void (*entry)(void *arg), void *arg)
{
	uint64_t *sp = (uint64_t *)(c->stack + c->size);

	c->entry = entry;
	c->arg = arg;
	*--sp = 0;
	*--sp = 0; /* the stack is aligned at the trampoline's call */
	*--sp = (uintptr_t)context_trampoline;
	*--sp = 0;            /* rbp */
	*--sp = 0;            /* rbx */
	*--sp = (uintptr_t)c; /* r12 */
	*--sp = 0;            /* r13 */
	*--sp = 0;            /* r14 */
	*--sp = 0;            /* r15 */
	*--sp = 0x037full << 32 | 0x1f80;
	c->sp = sp;
#ifdef SYNC_TSAN
	/* A finished thread's shadow stack is not empty: a new fiber each. */
	if (c->fiber != NULL)
		__tsan_destroy_fiber(c->fiber);
	c->fiber = __tsan_create_fiber(0);
#endif
}

void
context_destroy(struct context *c)
{
#ifdef SYNC_TSAN
	if (c->fiber != NULL)
		__tsan_destroy_fiber(c->fiber);
#endif
	munmap(c->stack, c->size);
	free(c);
}

UNINSTRUMENTED void
context_switch(struct context *from, struct context *to)
{
#ifdef SYNC_TSAN
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
#ifdef CONTEXT_ASAN
	to->from = from;
	__sanitizer_start_switch_fiber(&from->fake_stack, to->bottom, to->size);
	context_jump(&from->sp, to->sp);
	__sanitizer_finish_switch_fiber(
	    from->fake_stack, &from->from->bottom, &from->from->size);
#else
	context_jump(&from->sp, to->sp);
#endif
}

UNINSTRUMENTED void
context_end(struct context *from, struct context *to)
{
#ifdef CONTEXT_ASAN
	to->from = from;
	/* NULL: its fake stack is freed. */
	__sanitizer_start_switch_fiber(NULL, to->bottom, to->size);
	context_jump(&from->sp, to->sp);
#else
	context_switch(from, to);
#endif
	abort();
}
