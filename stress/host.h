/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of a record that tells on what, and of what, it was made. */
#ifndef STRESS_HOST_H
#define STRESS_HOST_H

#include <jansson.h>

/* Its name, kernel, processor.  What the kernel does not tell is null. */
void host_describe(json_t *json);
/* The program's version, commit, compiler, sanitizer, allocator. */
void host_describe_build(json_t *json);

#endif /* STRESS_HOST_H */
