/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code that ThreadSanitizer must not see.
 *
 * The memory model watches the machine from outside.  Were its atomics
 * instrumented, each would order the CPUs that meet in it, and a race of the
 * VM between those CPUs would look ordered.  So every function between
 * UNSEEN_BEGIN and UNSEEN_END is compiled without instrumentation: no access,
 * no atomic and no call is told to the sanitizer.  (no_sanitize("thread")
 * alone would still tell of atomics.)  No flag is needed for these files, and
 * -fno-sanitize=thread does them no harm.
 */
#ifndef STRESS_UNSEEN_H
#define STRESS_UNSEEN_H

#if defined(__clang__)
/* clang-format off */
#define UNSEEN_BEGIN                                                           \
	_Pragma("clang attribute push(__attribute__((disable_sanitizer_instrumentation)), apply_to = function)")
/* clang-format on */
#define UNSEEN_END _Pragma("clang attribute pop")
#else
#define UNSEEN_BEGIN
#define UNSEEN_END
#endif

#endif /* STRESS_UNSEEN_H */
