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
#include <sanitizer/tsan_interface.h>
#define SANITIZER_TSAN_(call) call
#else
#define SANITIZER_TSAN_(call) ((void)0)
#endif
#ifdef SANITIZER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#endif /* PMAP_SIM_SANITIZER_H */
