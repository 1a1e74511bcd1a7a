/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PMAP_SIM_DISK_IMPL_H
#define PMAP_SIM_DISK_IMPL_H

struct disk;

/* A machine's disk; NULL: no memory or no thread. */
struct disk *disk_create(void);
/* Nothing may be pending. */
void disk_free(struct disk *disk);

#endif /* PMAP_SIM_DISK_IMPL_H */
