/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are memory: controlled back end only. */
#ifndef PMAP_SIM_DISK_MEMORY_H
#define PMAP_SIM_DISK_MEMORY_H

#include <stddef.h>

struct machine;

/* A file of so many zeroes; its descriptor, or -1: no memory, or too many. */
int disk_memory_file(struct machine *m, size_t size);
/* Its contents. */
unsigned char *disk_memory_bytes(struct machine *m, int fd);

#endif /* PMAP_SIM_DISK_MEMORY_H */
