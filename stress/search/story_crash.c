/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last word of an execution that kills its process: which task, at which
 * instruction, by what address.
 *
 * A handler writes it to the story, which outlives the process, puts back what
 * the signal did before, and returns: the instruction is met again, and the
 * process dies as it would have.  It has a stack of its own, for the task's may
 * be what is full.  It knows the address only as what stays the same from one
 * replay to the next: addresses of the heap and of stacks do not.
 */
#define _GNU_SOURCE
#include <execinfo.h>
#include <ucontext.h>

#include "pmap_sim/sched/arena.h"
#include "pmap_sim/sched/engine.h"
#include "stress/need.h"
#include "stress/search/story.h"

#define STACK     (256 * 1024) /* a sanitizer's handler comes on it, too */
#define UNWIND    48
#define PAGE      4096u
#define ERR_WRITE 2 /* in the page fault's error code */
#define ERR_FETCH 16

static const int signals[STORY_SIGNALS] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };

extern const char __executable_start[], etext[];
extern void
__sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static boolean_t
is_code(greg_t address)
{
	return (uintptr_t)address - (uintptr_t)__executable_start <
	       (uintptr_t)(etext - __executable_start);
}

static boolean_t
on_stack(const struct fiber *fiber, uintptr_t address)
{
	return address - (uintptr_t)fiber->stack < fiber->size;
}

/* Places are as a step's, which is where a call returns to: behind the
 * instruction.  What is no code of ours was perhaps called from what lies on
 * top of the stack, unless the unwinder knows better. */
static const void *
place_of(const greg_t *reg, const struct fiber *fiber)
{
	const greg_t *top = (const greg_t *)(uintptr_t)reg[REG_RSP];

	if (is_code(reg[REG_RIP]))
		return (const char *)(uintptr_t)reg[REG_RIP] + 1;
	if (on_stack(fiber, (uintptr_t)top) && is_code(*top))
		return (const void *)(uintptr_t)*top;
	return NULL;
}

/* The callers of what is at `from`, by the unwinder.  It may die of a stack
 * that is not what it was: by then all else is written. */
static void
write_callers(struct story_failure *failure, unsigned used, const void *from)
{
	void *frames[UNWIND];
	int count = backtrace(frames, UNWIND), i = 0;

	while (i < count && frames[i] != from)
		i++;
	while (++i < count && used < STORY_FRAMES)
		failure->where[used++] = frames[i];
}

/* Is there a pointer among the registers that freed memory was taken for, or
 * something a bit behind it? */
static boolean_t
holds_freed(const greg_t *reg)
{
	const uint64_t freed = ARENA_FREED * 0x0101010101010101u;

	for (int i = REG_R8; i <= REG_RCX; i++)
		if ((uint64_t)reg[i] - freed < PAGE)
			return TRUE;
	return FALSE;
}

static enum story_fault
fault_of(const greg_t *reg, const siginfo_t *info, const struct fiber *fiber)
{
	uintptr_t address = (uintptr_t)info->si_addr;

	if (info->si_signo != SIGSEGV && info->si_signo != SIGBUS)
		return FAULT_NONE;
	/* Of what can be no address none is told. */
	if (info->si_code == SI_KERNEL)
		return holds_freed(reg) ? FAULT_FREED : FAULT_WILD;
	if (address < PAGE)
		return FAULT_NULL;
	if (address - (uintptr_t)fiber->stack < PAGE)
		return FAULT_STACK;
	return FAULT_WILD;
}

static void
write_crash(struct story_failure *failure, const struct sched *s,
    const siginfo_t *info, const ucontext_t *context)
{
	const struct sched_task *t = &s->task[s->current];
	const greg_t *reg = context->uc_mcontext.gregs;
	uint64_t offset = (uintptr_t)info->si_addr - (uintptr_t)s->arena;

	failure->task = s->current;
	failure->inside = t->handlers;
	failure->where[0] = place_of(reg, &t->fiber);
	failure->fault = fault_of(reg, info, &t->fiber);
	failure->write = (reg[REG_ERR] & ERR_WRITE) != 0;
	failure->jump = (reg[REG_ERR] & ERR_FETCH) != 0;
	if (failure->fault == FAULT_NULL)
		failure->behind = (uint32_t)(uintptr_t)info->si_addr;
	if (failure->fault == FAULT_WILD && info->si_code != SI_KERNEL &&
	    offset <= UINT32_MAX)
		failure->object = (uint32_t)offset;
	failure->known = TRUE;
	write_callers(failure, is_code(reg[REG_RIP]),
	    (const void *)(uintptr_t)reg[REG_RIP]);
}

static void
crashed(int signal, siginfo_t *info, void *context)
{
	const struct story_crash *crash = cpu_fiber_made->look_arg;

	if (cpu_fiber_sched != NULL && info->si_code > 0)
		write_crash(
		    &crash->story->failure, cpu_fiber_sched, info, context);
	for (unsigned i = 0; i < STORY_SIGNALS; i++)
		sigaction(signals[i], &crash->before[i], NULL);
	if (info->si_code <= 0)
		raise(signal); /* somebody sent it: nothing does it again */
}

/* AddressSanitizer has said what it has to say, and leaves. */
static void
killed(void)
{
	const struct sched *s = cpu_fiber_sched;
	struct story_failure *failure;

	if (s == NULL)
		return;
	failure = &((const struct story_crash *)s->look_arg)->story->failure;
	if (failure->known)
		return;
	failure->task = s->current;
	failure->inside = s->task[s->current].handlers;
	failure->known = TRUE;
	write_callers(failure, 0, __builtin_return_address(0));
}

void
story_crash_begin(struct story_crash *crash, struct story *story)
{
	stack_t stack = { .ss_sp = need_zeroed(1, STACK), .ss_size = STACK };
	struct sigaction action = { .sa_sigaction = crashed,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };

	crash->story = story;
	(void)backtrace((void *[1]){ NULL }, 1); /* it loads what it needs */
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(killed);
	sigemptyset(&action.sa_mask);
	sigaltstack(&stack, NULL);
	for (unsigned i = 0; i < STORY_SIGNALS; i++)
		sigaction(signals[i], &action, &crash->before[i]);
}
