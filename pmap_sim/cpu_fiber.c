/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "pmap_sim/cpu_fiber.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "pmap_sim/cpu_fiber_sched.h"

__thread struct sched *cpu_fiber_sched;
__thread struct sched *cpu_fiber_made;

#if defined(SANITIZER_TSAN) || defined(SANITIZER_ASAN)
#define FIBER_STACK (256u << 10)
#else
#define FIBER_STACK (64u << 10)
#endif
#define FIBER_GUARD 4096u

#if !defined(__x86_64__)
#error "fiber_jump is written for x86-64"
#endif

/*
 * The way back is a jump, not a return: the return-address predictor knows only
 * the stack that was left, an indirect jump goes where it went last time.
 */
__asm__(".text\n"
	".p2align 4\n"
	".globl fiber_jump\n"
	".type fiber_jump, @function\n"
	"fiber_jump:\n"
	"	popq %rdx\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	pushq %rdx\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %rdx\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	jmp *%rdx\n"
	".size fiber_jump, .-fiber_jump\n");

/* First code on a new stack: r12 holds the fiber. */
__asm__(".text\n"
	".type fiber_trampoline, @function\n"
	"fiber_trampoline:\n"
	"	movq %r12, %rdi\n"
	"	call fiber_begin\n"
	"	ud2\n"
	".size fiber_trampoline, .-fiber_trampoline\n");
extern char fiber_trampoline[];

void fiber_begin(struct fiber *self);

void
fiber_begin(struct fiber *self)
{
#ifdef SANITIZER_ASAN
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
#endif
	self->entry(self->arg);
	abort();
}

void
fiber_self(struct fiber *self)
{
	*self = (struct fiber){ 0 };
	SANITIZER_TSAN_(self->tsan = __tsan_get_current_fiber());
#ifdef SANITIZER_ASAN
	pthread_attr_t attr;
	void *stack;

	if (pthread_getattr_np(pthread_self(), &attr) != 0)
		return;
	if (pthread_attr_getstack(&attr, &stack, &self->size) == 0)
		self->bottom = stack;
	pthread_attr_destroy(&attr);
#endif
}

static void
fiber_prepare(struct fiber *f)
{
	uint64_t *sp = (uint64_t *)(f->stack + f->size);

	*--sp = 0;
	*--sp = 0; /* the stack is aligned at the trampoline's call */
	*--sp = 0; /* rbp */
	*--sp = 0; /* rbx */
	*--sp = (uintptr_t)f; /* r12 */
	*--sp = 0;            /* r13 */
	*--sp = 0;            /* r14 */
	*--sp = 0;            /* r15 */
	*--sp = (uintptr_t)fiber_trampoline;
	f->sp = sp;
	f->fake_stack = NULL;
	SANITIZER_TSAN_(f->tsan = __tsan_create_fiber(0));
#ifdef SANITIZER_ASAN
	__asan_unpoison_memory_region(
	    f->stack + FIBER_GUARD, f->size - FIBER_GUARD);
#endif
}

int
fiber_init(struct fiber *f, void (*entry)(void *arg), void *arg)
{
	*f = (struct fiber){ .size = FIBER_STACK, .entry = entry, .arg = arg };
	f->stack = mmap(NULL, f->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (f->stack == MAP_FAILED) {
		f->stack = NULL;
		return 0;
	}
	mprotect(f->stack, FIBER_GUARD, PROT_NONE);
	f->bottom = f->stack;
	fiber_prepare(f);
	return 1;
}

void
fiber_restart(struct fiber *f)
{
	SANITIZER_TSAN_(__tsan_destroy_fiber(f->tsan));
	fiber_prepare(f);
}

void
fiber_fini(struct fiber *f)
{
	if (f->stack == NULL)
		return;
	SANITIZER_TSAN_(__tsan_destroy_fiber(f->tsan));
	munmap(f->stack, f->size);
	f->stack = NULL;
}
