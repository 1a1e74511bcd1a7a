/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of a command line.  What is wrong ends the program with one line and
 * status 64.
 */
#ifndef STRESS_PARSE_H
#define STRESS_PARSE_H

#include <argp.h>
#include <stdint.h>

#include "core/ops.h"

#define MACHINE_CPUS_MAX 63 /* a set of CPUs is a word; one is the daemon's */

/* A whole number of at most max, with K, M or G; what: the option. */
uint64_t parse_number(
    struct argp_state *state, const char *what, const char *text, uint64_t max);
/* The same, and not 0. */
unsigned parse_count(
    struct argp_state *state, const char *what, const char *text, uint64_t max);
/* 10, 90s, 5m, 2h */
double parse_seconds(struct argp_state *state, const char *text);
/* A number, or "random". */
uint64_t parse_seed(struct argp_state *state, const char *text);
/* Call one for each of the words that commas part. */
void parse_list(struct argp_state *state, const char *text,
    void (*one)(struct argp_state *state, const char *word));
/* A strategy's name, or "all": every one but busted. */
void parse_strategies(struct argp_state *state, const char *word,
    void (*add)(struct argp_state *state, const struct vm_ops *ops));
/* As struct vm_config has it. */
unsigned parse_cache_max(struct argp_state *state, const char *text);
/* Ids of core/hazards.def between commas, as struct vm_config has them. */
unsigned long parse_as_found(struct argp_state *state, const char *text);
/* Add the exhibit of that id.  FALSE: there is none. */
boolean_t parse_hazard(const char *id, unsigned long *as_found);
/* The same in words, for a replay line; the caller's. */
char *as_found_words(unsigned long as_found);
/* The name of a scheme. */
const char *parse_shootdown(struct argp_state *state, const char *text);

#endif /* STRESS_PARSE_H */
