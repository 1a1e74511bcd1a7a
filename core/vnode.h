/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be mapped by name, a file or a device: as much of a vnode as its
 * pager needs.  Alike under every strategy; whoever made it outlives every
 * mapping of it.
 */
#ifndef CORE_VNODE_H
#define CORE_VNODE_H

#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

#define VN_PAGER_LOCKED 1 /* somebody is making or ending its pager */

enum vtype { VREG, VCHR };

struct vnode {
	enum vtype type;
	int fd;         /* VREG: open for reading and writing */
	vm_offset_t pa; /* VCHR: where its memory lies */
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

/* A device whose memory is [pa, pa + size) of the machine's. */
static inline void
vnode_init_device(struct vnode *vp, unsigned id, vm_offset_t pa, vm_size_t size)
{
	*vp = (struct vnode){
		.type = VCHR, .fd = -1, .pa = pa, .id = id, .size = size
	};
	sync_spin_init(&vp->interlock);
}

#endif /* CORE_VNODE_H */
