/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a grace period is for: memory that readers may still hold.
 *
 * An item that is freed is first marked as gone, so a reader that had a right
 * to it would see that, whatever else notices.
 */
#include "stress/scenarios/rcu.h"

struct shelf {
	struct item *item[2]; /* atomic */
	struct item *cursor;  /* atomic */
	struct sync_spin lock;
	struct item *kept; /* the updater's: what was removed */
	int work[4];
};

static void
one_item(struct scene *scene)
{
	struct shelf *shelf = scene->memory;

	shelf->item[0] = item_new();
}

static void
two_items(struct scene *scene)
{
	struct shelf *shelf = scene->memory;

	shelf->item[0] = item_new();
	shelf->item[1] = item_new();
}

static void
shelf_watch(const struct scene *scene, struct watch *watch)
{
	struct shelf *shelf = scene->memory;

	item_watch(watch, "shelf[0]", &shelf->item[0]);
	item_watch(watch, "shelf[1]", &shelf->item[1]);
	item_watch(watch, "cursor", &shelf->cursor);
	items_watch(watch);
	watch_name(watch, "lock", &shelf->lock, sizeof(shelf->lock));
	watch_name(watch, "work[0..3]", shelf->work, sizeof(shelf->work));
}

#define MEMORY(symbol, title, about, count, before, ...)                       \
	RCU_SCENARIO(symbol, title, about, count, struct shelf,                \
	    .setup = before, .task = symbol##_task, .watch = shelf_watch,      \
	    ##__VA_ARGS__)

/* --- replace: waited for; retire: called back ----------------------------- */

static void
replace_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;
	struct item *old = shelf->item[0];

	if (i > 0) {
		item_read(&shelf->item[0]);
		return;
	}
	old = sync_load(&shelf->item[0]);
	sync_store(&shelf->item[0], shelf->item[1]);
	rcu_ctl_synchronize();
	item_free(old);
}

MEMORY(replace, "replace",
    "an item is replaced, and freed behind a grace period; two readers", 3,
    two_items);

static struct item *
take_off(struct item **shared)
{
	struct item *item = sync_load(shared);

	sync_store(shared, NULL);
	return item;
}

static void
retire_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;

	if (i == 0)
		item_retire(take_off(&shelf->item[0]));
	else
		item_read(&shelf->item[0]);
}

MEMORY(retire, "retire", "an item is removed and retired; two readers", 3,
    one_item);

/* --- share: two retirements ----------------------------------------------- */

static void
share_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;

	if (i == 0) {
		item_retire(take_off(&shelf->item[0]));
		item_retire(take_off(&shelf->item[1]));
	} else
		item_read(&shelf->item[i - 1]);
}

MEMORY(
    share, "share", "two items are retired, each has its reader", 3, two_items);

/* --- own: in a section of one's own --------------------------------------- */

static void
own_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;
	struct item *item;

	(void)i;
	sync_rcu_enter();
	item = take_off(&shelf->item[0]);
	item_retire(item);
	item_use(item);
	sync_rcu_exit();
}

MEMORY(own, "own", "an item is used by who has retired it, in one section", 1,
    one_item);

/* --- held: the callback takes a lock that a reader has -------------------- */

static void
held_reclaim(struct sync_rcu_head *head)
{
	struct item *item =
	    (struct item *)((char *)head - offsetof(struct item, retired));

	sync_spin_take(&item->lock);
	sync_spin_drop(&item->lock);
	item_free(item);
}

static void
held_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;
	struct item *item;

	if (i == 0) {
		sync_rcu_retire(
		    &take_off(&shelf->item[0])->retired, held_reclaim);
		return;
	}
	sync_rcu_enter();
	item = sync_load(&shelf->item[0]);
	if (item != NULL) {
		sync_spin_take(&item->lock);
		item_use(item);
		sync_spin_drop(&item->lock);
	}
	sync_rcu_exit();
}

MEMORY(held, "held", "a callback takes the lock of the item that it frees", 2,
    one_item);

/* --- cursor: a second pointer to it --------------------------------------- */

/* Readers leave a cursor on what they found; who removes an item waits, moves
 * the cursor off it, and waits for those who took it from there. */
static void
cursor_read(struct shelf *shelf)
{
	struct item *item;

	sync_rcu_enter();
	item = sync_load(&shelf->cursor);
	if (item == NULL)
		item = sync_load(&shelf->item[0]);
	item_use(item);
	sync_store(&shelf->cursor, item);
	sync_rcu_exit();
}

static void
cursor_remove(struct shelf *shelf, bool again)
{
	struct item *item = take_off(&shelf->item[0]), *found = item;

	rcu_ctl_synchronize();
	if (sync_cas(&shelf->cursor, &found, NULL) && again)
		rcu_ctl_synchronize();
	item_free(item);
}

static void
cursor_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;

	if (i == 0)
		cursor_remove(shelf, true);
	else
		cursor_read(shelf);
}

MEMORY(cursor, "cursor",
    "a cursor is left on an item that is removed; two waits, a reader", 2,
    one_item);

static void
cursor_once_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;

	if (i == 0)
		cursor_remove(shelf, false);
	else
		cursor_read(shelf);
}

MEMORY(cursor_once, "cursor.once", "the same with one wait, two readers", 3,
    one_item, .wrong = "who took the item from the cursor is not waited for",
    .verdict = SCHED_ASSERTION);

/* --- What is wrong with its use ------------------------------------------- */

#define AFTER(what) .wrong = what, .verdict = SCHED_RETIRED

static void
outside_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;
	struct item *item;

	if (i == 0) {
		item_retire(take_off(&shelf->item[0]));
		return;
	}
	sync_rcu_enter();
	item = sync_load(&shelf->item[0]);
	sync_rcu_exit();
	item_use(item);
}

MEMORY(outside, "outside", "an item is found in a section and used behind it",
    2, one_item, AFTER("behind the section nothing keeps it"));

/* Others' words, so that it takes a while. */
static void
work(struct shelf *shelf, unsigned i)
{
	for (unsigned n = 0; n < 3; n++)
		sync_add(&shelf->work[i], 1);
}

static struct item *
found(struct shelf *shelf)
{
	struct item *item;

	sync_rcu_enter();
	item = sync_load(&shelf->item[0]);
	sync_rcu_exit();
	return item;
}

static void
leak_word_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;
	struct item *item;

	if (i == 0) {
		item_retire(take_off(&shelf->item[0]));
		return;
	}
	item = found(shelf);
	work(shelf, i);
	sync_rcu_enter();
	item_use(item);
	sync_rcu_exit();
}

MEMORY(leak_word, "leak.word",
    "an item is found in one section and used in the next", 2, one_item,
    AFTER("the second section does not keep what the first found"));

/* The same where nothing announces the use: plain memory. */
static void
leak_reclaim(struct sync_rcu_head *head)
{
	struct item *item =
	    (struct item *)((char *)head - offsetof(struct item, retired));

	item->value = ITEM_GONE;
	arena_free(item);
}

#define LEAK_ROUNDS 3

static void
leak_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;

	for (unsigned n = 0; n < LEAK_ROUNDS; n++) {
		struct item *item;

		if (i == 0) {
			struct item *old = shelf->item[0];

			sync_store(&shelf->item[0], item_new());
			sync_rcu_retire(&old->retired, leak_reclaim);
			continue;
		}
		item = found(shelf);
		work(shelf, i);
		sync_rcu_enter();
		sched_expect(item->value == ITEM_GOOD);
		sync_rcu_exit();
	}
}

MEMORY(leak, "leak",
    "items are found in one section and read in the next, plainly, while they "
    "are replaced",
    3, one_item,
    .wrong = "the second section does not keep what the first found",
    .verdict = SCHED_ASSERTION);

static void
early_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;

	if (i > 0) {
		item_read(&shelf->item[0]);
		return;
	}
	item_retire(shelf->item[0]);
	sync_store(&shelf->item[0], NULL);
}

MEMORY(early, "early", "an item is retired, and then removed", 2, one_item,
    AFTER("a section that begins between finds what is retired"));

static void
unlock_task(struct scene *scene, unsigned i)
{
	struct shelf *shelf = scene->memory;
	struct item *item = shelf->item[0];

	if (i > 0) {
		item_read(&shelf->item[0]);
		return;
	}
	sync_spin_take(&item->lock);
	sync_store(&shelf->item[0], NULL);
	item_retire(item);
	sync_spin_drop(&item->lock);
}

MEMORY(unlock, "unlock", "an item is retired with its lock held", 2, one_item,
    AFTER("the lock is dropped when it may be freed"));
