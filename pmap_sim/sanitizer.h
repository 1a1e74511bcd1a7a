/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which sanitizer's run time is linked, also for the units that are compiled
 * without its instrumentation and still have to talk to it: the build defines
 * SANITIZER_THREAD or SANITIZER_ADDRESS for those.
 */
#ifndef PMAP_SIM_SANITIZER_H
#define PMAP_SIM_SANITIZER_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZER_TSAN 1
#endif
#if __has_feature(address_sanitizer)
#define SANITIZER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(SANITIZER_THREAD)
#undef SANITIZER_TSAN
#define SANITIZER_TSAN 1
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SANITIZER_ADDRESS)
#undef SANITIZER_ASAN
#define SANITIZER_ASAN 1
#endif

#ifdef SANITIZER_TSAN
#include <stddef.h>

#include <sanitizer/tsan_interface.h>
#define SANITIZER_TSAN_(call) call

/* Of its run time, for heaps that it does not know; in no header of its. */
void __tsan_java_alloc(unsigned long at, unsigned long size);
void __tsan_java_free(unsigned long at, unsigned long size);
void __tsan_ignore_thread_begin(void);
void __tsan_ignore_thread_end(void);

#define SANITIZER_PIECE 32768ul

/*
 * No access to that memory, which is not malloc's, has been seen; `at` and size
 * are multiples of 8.  The run time zeroes the shadow of up to 64 KiB in place,
 * and maps anew that of more, as mmap would: that costs system calls, and a
 * fault for each page that is used again.
 *
 * A piece is a block of such a heap, which the calling thread takes without
 * writing to it.  It has to be given back for the next time; who was ordered by
 * its first 8 bytes is forgotten, too.
 */
static inline void
sanitizer_forget(const void *at, size_t size)
{
	unsigned long from = (unsigned long)at, end = from + size, piece;

	__tsan_ignore_thread_begin();
	for (; from < end; from += piece) {
		piece =
		    end - from < SANITIZER_PIECE ? end - from : SANITIZER_PIECE;
		__tsan_java_free(from, 8);
		__tsan_java_alloc(from, piece);
	}
	__tsan_ignore_thread_end();
}

#else
#define SANITIZER_TSAN_(call) ((void)0)
#endif
#ifdef SANITIZER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#endif /* PMAP_SIM_SANITIZER_H */
