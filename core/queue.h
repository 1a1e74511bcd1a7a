/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The original's queues (substrate.md section 3): a list with a tail, not
 * circular.  qe_next is the next element or NULL, qe_prev the address of the
 * qe_next that points here; the head's qe_prev addresses the last qe_next.
 *
 * What is removed has its links poisoned: whoever follows them, or removes
 * twice, runs into an address that cannot be mapped.
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include <stddef.h>

struct queue_entry {
	void *qe_next;
	void *qe_prev;
};

typedef struct queue_entry queue_head_t;
typedef struct queue_entry queue_chain_t;

#define QUEUE_POISON ((void *)0xdead000000000eadul)

#define queue_init(head)                                                       \
	((head)->qe_next = NULL, (void)((head)->qe_prev = &(head)->qe_next))
#define queue_first(head)  ((head)->qe_next)
#define queue_next(chain)  ((chain)->qe_next)
#define queue_empty(head)  ((head)->qe_next == NULL)
#define queue_end(head, e) ((e) == NULL)

static inline void
queue_enter_at_tail(queue_head_t *head, void *element, queue_chain_t *chain)
{
	chain->qe_next = NULL;
	chain->qe_prev = head->qe_prev;
	*(void **)head->qe_prev = element;
	head->qe_prev = &chain->qe_next;
}

/* next_chain: the successor's chain, NULL if there is none. */
static inline void
queue_unlink(
    queue_head_t *head, queue_chain_t *chain, queue_chain_t *next_chain)
{
	if (next_chain != NULL)
		next_chain->qe_prev = chain->qe_prev;
	else
		head->qe_prev = chain->qe_prev;
	*(void **)chain->qe_prev = chain->qe_next;
	chain->qe_next = chain->qe_prev = QUEUE_POISON;
}

/* At the tail. */
#define queue_enter(head, element, type, field)                                \
	queue_enter_at_tail((head), (element), &(element)->field)
/* From this very head: another one is corruption (hazard G1). */
#define queue_remove(head, element, type, field)                               \
	queue_unlink((head), &(element)->field,                                \
	    (element)->field.qe_next != NULL                                   \
		? &((type)(element)->field.qe_next)->field                     \
		: NULL)

#define QUEUE_FOREACH(element, head, type, field)                              \
	for ((element) = (type)queue_first(head); (element) != NULL;           \
	     (element) = (type)queue_next(&(element)->field))

#endif /* CORE_QUEUE_H */
