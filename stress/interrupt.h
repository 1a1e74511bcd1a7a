/* SPDX-License-Identifier: BSD-2-Clause */
/* ^C: finish what is under way, say the verdict so far, leave with 130. */
#ifndef STRESS_INTERRUPT_H
#define STRESS_INTERRUPT_H

#include <stddef.h>

#include "pmap_sim/types.h"

/* From now on ^C and SIGTERM are only noted.  Inherited by fork. */
void interrupt_install(void);
boolean_t interrupted(void);
/* Say so at the end of a row's note. */
void note_interrupted(char *note, size_t size);

#endif /* STRESS_INTERRUPT_H */
