/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <string.h>

#include "stress/build.h"

/* jemalloc's, if it is linked. */
extern int mallctl(const char *name, void *old, size_t *old_size, void *new,
    size_t new_size) __attribute__((weak));

const char *
build_allocator(void)
{
	if (strcmp(BUILD_SANITIZER, "thread") == 0 ||
	    strcmp(BUILD_SANITIZER, "address") == 0)
		return "sanitizer";
	return mallctl != NULL ? "jemalloc" : "libc";
}

int
build_has_checks(void)
{
#ifdef VM_CHECKS
	return 1;
#else
	return 0;
#endif
}

int
build_is_slow(void)
{
	return strcmp(BUILD_SANITIZER, "none") != 0;
}

const char *
build_flag(void)
{
	if (strcmp(BUILD_SANITIZER, "thread") == 0)
		return " --tsan";
	if (strcmp(BUILD_SANITIZER, "address") == 0)
		return " --asan";
	return "";
}
