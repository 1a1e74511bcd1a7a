/* SPDX-License-Identifier: BSD-2-Clause */
/* How often a driver does what, of all that it can do. */
#ifndef STRESS_WEIGHTS_H
#define STRESS_WEIGHTS_H

#include <argp.h>

#include "stress/random.h"

#define WEIGHTS_MAX 32

struct weight {
	const char *name; /* NULL: the end of a list */
	unsigned weight;  /* unless the command line says otherwise */
};

/* The list's own. */
void weights_default(const struct weight *list, unsigned *weights);
/* NAME=WEIGHT,... in place of some of them.  What is wrong ends the program
 * with status 64. */
void weights_parse(struct argp_state *state, const struct weight *list,
    const char *text, unsigned *weights);
/* All of them, as the command line has them; the caller's. */
char *weights_words(const struct weight *list, const unsigned *weights);
/* One of the list, by number. */
unsigned weights_draw(const struct weight *list, const unsigned *weights,
    struct random_stream *random);

#endif /* STRESS_WEIGHTS_H */
