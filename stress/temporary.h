/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that vanish with their last descriptor. */
#ifndef STRESS_TEMPORARY_H
#define STRESS_TEMPORARY_H

/* Where temporary files go: $TMPDIR, or /tmp. */
const char *temporary_directory(void);
/* Open for reading and writing, without a name; -1: errno says why. */
int temporary_file(void);

#endif /* STRESS_TEMPORARY_H */
