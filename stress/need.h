/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that the harness cannot do without: there, or the program ends. */
#ifndef STRESS_NEED_H
#define STRESS_NEED_H

#include <stddef.h>

/* Zeroed; never NULL.  Says so and exits with status 4 when there is none. */
void *need_zeroed(size_t count, size_t size);
/* The same, at a multiple of alignment. */
void *need_aligned(size_t alignment, size_t count, size_t size);
/* Grow or make; contents kept, the rest not zeroed. */
void *need_resized(void *old, size_t count, size_t size);
/* Say so and exit with status 4. */
_Noreturn void need_failed(void);
/* printf into memory of the caller's. */
char *
need_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The word as a shell would read it back; the caller's. */
char *need_quoted(const char *word);

#endif /* STRESS_NEED_H */
