/* SPDX-License-Identifier: BSD-2-Clause */
/* What this program was built with: part of every record. */
#ifndef STRESS_BUILD_H
#define STRESS_BUILD_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BUILD_SANITIZER "thread"
#elif __has_feature(address_sanitizer)
#define BUILD_SANITIZER "address"
#elif __has_feature(undefined_behavior_sanitizer)
#define BUILD_SANITIZER "undefined"
#endif
#endif
#if !defined(BUILD_SANITIZER) && defined(__SANITIZE_THREAD__)
#define BUILD_SANITIZER "thread"
#elif !defined(BUILD_SANITIZER) && defined(__SANITIZE_ADDRESS__)
#define BUILD_SANITIZER "address"
#endif
#ifndef BUILD_SANITIZER
#define BUILD_SANITIZER "none"
#endif

#if defined(__clang__)
#define BUILD_COMPILER "clang " __clang_version__
#else
#define BUILD_COMPILER "gcc " __VERSION__
#endif

/* Of what text, and how.  Known to the program's main file alone; a test's
 * program has none. */
struct build_source {
	const char *version, *commit; /* or "unknown" */
	int dirty;                    /* changed since that commit */
	const char *flags;
};

extern const struct build_source build_source __attribute__((weak));

/* "jemalloc", "libc" or "sanitizer". */
const char *build_allocator(void);
/* Does it check itself, and has it exhibits? */
int build_has_checks(void);
/* Is everything several times slower than it would be? */
int build_is_slow(void);
/* " --tsan", " --asan" or "": what the launcher is told. */
const char *build_flag(void);

#endif /* STRESS_BUILD_H */
