/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the VM is made of: objects, pages, and struct vm itself.  There are no
 * globals.  Keys are the roles of locking/contract.h.
 *
 * The flags of a page are two words, one for each lock that guards them (hazard
 * G1): one word would be read and written whole by both.
 */
#ifndef CORE_VM_STRUCT_H
#define CORE_VM_STRUCT_H

#include "core/names.h"
#include "core/ops.h"
#include "core/queue.h"
#include "locking/counted.h"
#include "locking/held.h"
#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

struct vm;
struct vm_pager;

typedef struct vm_object *vm_object_t;

#define OBJ_CANPERSIST 0x1  /* cached when its last reference goes */
#define OBJ_INTERNAL   0x2  /* made by the kernel, backed by swap if at all */
#define OBJ_DYING      0x4  /* ref 0 and being terminated (A6, B2) */
#define OBJ_HASHED     0x8  /* has an entry in the pager hash */
#define OBJ_WASHASHED  0x10 /* had one once: a lookup may still see it */

struct vm_object {
	/* What a lookup touches: within a line wherever malloc puts it. */
	struct lk_ref ref;                 /* see contract.h; not counted: copy
					      pointers, hash entries, pages */
	unsigned short flags;              /* (o) OBJ_* */
	unsigned short paging_in_progress; /* (o) holds of busy pages, pager */
	struct vm_pager *pager;            /* (a) written under (o) */
	struct lk_object lk;               /* the object role */

	unsigned serial; /* (i) its name, for hash and print */
#if LK_OBJECT_LISTS > 1
	unsigned salt; /* (i) where its pages are in the page hash */
#endif
	int resident_page_count;   /* (o) */
	queue_head_t memq;         /* (o) resident pages */
	vm_size_t size;            /* (o) bytes; never shrinks */
	vm_object_t copy;          /* (o) takes my old contents; uncounted */
	vm_offset_t paging_offset; /* (o) pager offset = page offset + this */
	vm_object_t shadow;        /* (o) next object down; counted */
	vm_offset_t shadow_offset; /* (o) x here is x + this there */
	queue_chain_t object_list; /* (l) */
	queue_chain_t cached_list; /* (c) */
	struct sync_rcu_head retired; /* while being reclaimed */
	struct held_mark paging_by;   /* (o) who began to page last */
};

/* From a pager to its object.  Holds its key: a walk touches no object. */
struct vm_object_hash_entry {
	struct vm_object_hash_entry *next; /* (a) written under (d) */
	const struct vm_pager *pager;      /* (i) */
	vm_object_t object;                /* (i) */
	boolean_t gone;                    /* (a) written under (d) */
	struct sync_rcu_head retired;
};

typedef struct vm_object_hash_entry *vm_object_hash_entry_t;

#define VM_OBJECT_HASH_COUNT LK_IDENTITIES

typedef struct vm_page *vm_page_t;

/* flags: object-locked */
#define PG_CLEAN       0x01 /* contents are the pager's, but for the M bit */
#define PG_BUSY        0x02
#define PG_WANTED      0x04 /* somebody sleeps on it */
#define PG_TABLED      0x08 /* in an object */
#define PG_COPYONWRITE 0x10 /* a write must go through vm_fault */
#define PG_FICTITIOUS  0x20 /* a device's, never on a queue, never freed */
#define PG_FAKE        0x40 /* stand-in: no data yet */

/* queue_flags: page-queue-locked */
#define PG_INACTIVE 0x1
#define PG_ACTIVE   0x2
#define PG_LAUNDRY  0x4 /* inactive and dirty when deactivated */

struct vm_page {
	queue_chain_t pageq;   /* (q), on the free queue (f) */
	queue_chain_t listq;   /* (o) */
	queue_chain_t hashq;   /* (h) */
	vm_object_t object;    /* (o+q) */
	vm_offset_t offset;    /* (o+q) */
	vm_offset_t phys_addr; /* (i) */
	union {
		struct {
			unsigned short flags;       /* (o) */
			unsigned short queue_flags; /* (q) */
		};
		unsigned all_flags; /* one word, as found (G1) */
	};
	unsigned wire_count; /* (o+q) */
#if LK_BATCH
	unsigned where; /* (a) core/vm_page_batch.h */
#endif
	struct held_mark busy_by; /* (o) who made it busy last */
};

/* Fields away from others: what is written under one lock from what is written
 * under another, or only read. */
#define VM_LINE _Alignas(SYNC_APART)

#define VM_OBJECT_SALTS 8

/* All objects, each on the list that its serial number says. */
struct vm_object_list {
	VM_LINE queue_head_t objects; /* (l) */
	unsigned count;               /* (l) */
	unsigned serial;              /* (l) made on this list so far */
#if LK_OBJECT_LISTS > 1
	unsigned salts; /* (l) made so far */
	unsigned spare; /* (l) of them, here: */
	unsigned salt[VM_OBJECT_SALTS];
#endif
};

#if LK_OBJECT_LISTS > 1
#define VM_OBJECT_SALT(object) ((object)->salt)
#else
#define VM_OBJECT_SALT(object) ((object)->serial)
#endif
#define VM_OBJECT_LIST(object) ((object)->serial % LK_OBJECT_LISTS)

enum vm_memory {
	M_VMOBJ,
	M_VMOBJHASH,
	M_VMPAGER,
	M_VMMAP,
	M_VMMAPENT,
	M_KINDS
};

/* One CPU's share of the statistics: own writer. */
struct vm_percpu {
	VM_LINE
#define COUNTER(name, sentence) unsigned long name;
#include "core/counters.def"
#undef COUNTER
	long allocated[M_KINDS];
};

struct vm_page_bucket {
	queue_head_t pages; /* (h) */
};

#if LK_BATCH
/* What one CPU keeps to itself. */
struct vm_page_cpu {
	VM_LINE struct lk_percpu lk;
	unsigned frames;     /* (a) written under (p) */
	unsigned pages;      /* likewise */
	queue_head_t batch;  /* (p) to become active */
	vm_page_t *magazine; /* (i) [vm_page_kept], (p) free frames */
};
#endif

struct vm {
	struct machine *machine;   /* (i) */
	struct lk_vm lk;           /* the strategy's */
	struct vm_config config;   /* (i) */
	unsigned long as_found;    /* (i) bit per enum vm_hazard */
	struct vm_percpu *percpu;  /* [ncpus + 1]; the last is no CPU's */
	unsigned long allocations; /* (a) M_WAITOK calls, when counted */

	/* vm_object */
	VM_LINE queue_head_t vm_object_cached_list; /* (c) */
	int vm_object_cached;                       /* (c) */
	int vm_cache_max;                           /* (a) */
	struct vm_object_list vm_object_lists[LK_OBJECT_LISTS];
	boolean_t vm_object_collapse_allowed; /* (i) */
	vm_object_hash_entry_t vm_object_hashtable[VM_OBJECT_HASH_COUNT];
	/* (a) written under (d) */
	struct vm_object kernel_object_store, kmem_object_store;
	vm_object_t kernel_object, kmem_object; /* (i) */

	/* vm_page */
	VM_LINE struct vm_page *vm_page_array;  /* (i) one per frame */
	struct vm_page_bucket *vm_page_buckets; /* (i) */
	unsigned vm_page_hash_mask;             /* (i) */
	VM_LINE unsigned vm_page_fresh;         /* (f) first frame never used */
	queue_head_t vm_page_queue_free;        /* (f) */
	VM_LINE queue_head_t vm_page_queue_active; /* (q) */
	queue_head_t vm_page_queue_inactive;       /* (q) */
	struct {
		VM_LINE unsigned v_free_count;   /* (a) written under (f) */
		VM_LINE unsigned v_active_count; /* (a) written under (q) */
		unsigned v_inactive_count;       /* likewise */
		unsigned v_wire_count;           /* likewise */
		VM_LINE unsigned v_free_min, v_free_target; /* (i) */
		unsigned v_inactive_target;                 /* (a) */
		unsigned v_free_reserved; /* (i) for the daemon only */
	} cnt;
#if LK_BATCH
	VM_LINE struct vm_page_cpu *vm_page_cpus; /* (i) [ncpus + 1] */
	unsigned vm_page_batch;                   /* (i) LK_BATCH, or less */
	unsigned vm_page_kept;                    /* (i) LK_KEPT, or less */
#endif

	/* vm_pageout */
	struct sync_spin vm_pages_needed_lock;
	boolean_t vm_pages_needed; /* under that lock; an event, too */
	boolean_t stopping;        /* likewise */
	boolean_t daemon_running;  /* (a) somebody will free pages */
	boolean_t daemon_asleep;   /* (a) until it is wanted */
	struct thread *daemon;     /* (a) */

	/* maps: all of them, for the census */
	struct sync_spin map_list_lock;
	struct vm_map *map_list; /* under that lock */

	/* pagers */
	struct sync_spin pager_list_lock;
	queue_head_t pager_list; /* under that lock */
	struct swap_device *swap_device;
};

#endif /* CORE_VM_STRUCT_H */
