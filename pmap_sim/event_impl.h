/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PMAP_SIM_EVENT_IMPL_H
#define PMAP_SIM_EVENT_IMPL_H

struct event_table;

/* A machine's wait queues; NULL: no memory. */
struct event_table *event_table_create(void);
void event_table_free(struct event_table *table);

#endif /* PMAP_SIM_EVENT_IMPL_H */
