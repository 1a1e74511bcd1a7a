/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is under way, for somebody who watches: one line on stderr, written over
 * again and again, and nothing at all if stderr is no terminal.
 */
#ifndef STRESS_PROGRESS_H
#define STRESS_PROGRESS_H

/* In the place of what was there.  As much of it as the terminal is wide. */
void
progress_show(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Leave no trace, before anything else is printed. */
void progress_clear(void);

#endif /* STRESS_PROGRESS_H */
