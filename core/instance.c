/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One strategy's VM: the strategy first, then all of core/ in one translation
 * unit, so that a verb that does nothing costs nothing.  What leaves it is the
 * ops table; every other name carries the strategy's (core/names.h), so that a
 * stack, a profile and a race report say which copy they mean.
 */
#include LK_STRATEGY_HEADER

#include "core/device_pager.c"
#include "core/swap_pager.c"
#include "core/vm.c"
#include "core/vm_check.c"
#include "core/vm_direct.c"
#include "core/vm_fault.c"
#include "core/vm_fault_wire.c"
#include "core/vm_glue.c"
#include "core/vm_map.c"
#include "core/vm_map_copy.c"
#include "core/vm_map_lookup.c"
#include "core/vm_map_range.c"
#include "core/vm_map_share.c"
#include "core/vm_mmap.c"
#include "core/vm_object.c"
#include "core/vm_object_cache.c"
#include "core/vm_object_collapse.c"
#include "core/vm_object_copy.c"
#include "core/vm_object_page.c"
#include "core/vm_page.c"
#include "core/vm_page_batch.c"
#include "core/vm_pageout.c"
#include "core/vm_pager.c"
#include "core/vm_probe.c"
#include "core/vm_remap.c"
#include "core/vm_waited.c"
#include "core/vnode_pager.c"

#include "core/ops.c"
