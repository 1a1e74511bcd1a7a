/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that can be mapped: as much of a vnode as the vnode pager needs.
 * Alike under every strategy; whoever made it outlives every mapping of it.
 */
#ifndef CORE_VNODE_H
#define CORE_VNODE_H

#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

#define VN_PAGER_LOCKED 1 /* somebody is making or ending its pager */

struct vnode {
	int fd;         /* open for reading and writing */
	unsigned id;    /* for messages */
	vm_size_t size; /* bytes; atomic, changed by file_setsize only */

	struct sync_spin interlock; /* of what follows */
	unsigned flags;
	void *v_vmdata; /* its pager, or NULL */
	int users;      /* pagers and mappers-in-progress */
};

static inline void
vnode_init(struct vnode *vp, int fd, unsigned id, vm_size_t size)
{
	*vp = (struct vnode){ .fd = fd, .id = id, .size = size };
	sync_spin_init(&vp->interlock);
}

#endif /* CORE_VNODE_H */
