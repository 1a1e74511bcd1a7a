/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What leaves a strategy's build: its ops table (core/ops.h).
 */
#include "core/vm_map.h"
#include "core/vm_pageout.h"

void
vm_file_uncache(struct vm *vm, struct vnode *vp)
{
	(void)vnode_pager_uncache(vm, vp);
}

#define STRATEGY(s, text)                                                      \
	__attribute__((unused)) static const char s##_summary[] = text;
#include "locking/strategies.def"
#undef STRATEGY

#define VM_STRING_(s) #s
#define VM_STRING(s)  VM_STRING_(s)

const struct vm_ops VM_NAME(vm_strategy) = {
	.name = VM_STRING(LK_STRATEGY),
	.summary = VM_NAME(summary),
	.fixed_bytes = vm_fixed_bytes,
	.create = vm_create,
	.destroy = vm_destroy,
	.pageout = vm_pageout,
	.stop = vm_pageout_stop,
	.vmspace_alloc = vmspace_alloc,
	.vmspace_fork = vmspace_fork,
	.vmspace_reference = vmspace_reference,
	.vmspace_free = vmspace_free,
	.vmspace_activate = vmspace_activate,
	.mmap = vm_mmap,
	.munmap = vm_munmap,
	.mprotect = vm_mprotect,
	.msync = vm_msync,
	.brk = vm_brk,
	.exec = vmspace_exec,
	.wire = vm_wire,
	.inherit = vm_inherit,
	.forget = vm_forget,
	.move = vm_move,
	.mapped = vm_mapped,
	.file_setsize = vnode_pager_setsize,
	.cache_limit = vm_object_cache_limit,
	.file_uncache = vm_file_uncache,
	.statistics = vm_stat,
	.check = vm_check,
	.explain = vm_explain,
	.waited = vm_waited,
#ifdef SYNC_CONTROLLED
	.direct = &vm_direct_ops,
#endif
};
