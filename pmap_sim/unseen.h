/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code that ThreadSanitizer must not see.
 *
 * Whatever two CPUs meet in orders them, for the sanitizer: the model that
 * watches the machine from outside, the lock inside a lock, the bucket two
 * events happen to share.  A race of the VM between those CPUs would then look
 * ordered.  So every function between UNSEEN_BEGIN and UNSEEN_END is compiled
 * without instrumentation: no access, no atomic and no call is told to the
 * sanitizer.  (no_sanitize("thread") alone would still tell of atomics.)  No
 * flag is needed for these files, and -fno-sanitize=thread does them no harm.
 *
 * What such code does order, if anything, it says itself: SYNC_TSAN_().
 */
#ifndef PMAP_SIM_UNSEEN_H
#define PMAP_SIM_UNSEEN_H

#if defined(__clang__)
/* One function. */
#define UNSEEN __attribute__((disable_sanitizer_instrumentation))
/* clang-format off */
#define UNSEEN_BEGIN                                                           \
	_Pragma("clang attribute push(__attribute__((disable_sanitizer_instrumentation)), apply_to = function)")
/* clang-format on */
#define UNSEEN_END _Pragma("clang attribute pop")
#else
#define UNSEEN
#define UNSEEN_BEGIN
#define UNSEEN_END
#endif

#endif /* PMAP_SIM_UNSEEN_H */
