/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One OS thread that serves requests in order of arrival, but for those that
 * are not due yet (struct disk_fate).
 *
 * It plays no CPU: it takes no interrupt and is in nobody's way.  A request is
 * the disk's from disk_start until done() returns.
 */
#include "pmap_sim/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "pmap_sim/disk_impl.h"
#include "pmap_sim/event.h"
#include "pmap_sim/machine.h"

struct disk {
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	pthread_cond_t quiet; /* nothing is pending */
	struct disk_request *first, **last;
	unsigned pending; /* queued or under way */
	boolean_t stop;
	boolean_t released; /* nobody waits for ever any more */
	pthread_t thread;
};

int
disk_open(struct machine *m, const char *path, off_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	(void)m;
	if (fd >= 0 && (unlink(path) != 0 || ftruncate(fd, size) != 0)) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	return fd;
}

void
disk_close(struct machine *m, int fd)
{
	(void)m;
	close(fd);
}

/* As much of it as there is; short only at the end of the file. */
static void
disk_move(struct disk_request *r)
{
	unsigned char *bytes = frame_bytes(r->machine, r->pa);

	r->moved = 0;
	r->error = r->fails ? EIO : 0;
	while (!r->fails && r->moved < r->length) {
		ssize_t n =
		    r->write ? pwrite(r->fd, bytes + r->moved,
				   r->length - r->moved, r->offset + r->moved)
			     : pread(r->fd, bytes + r->moved,
				   r->length - r->moved, r->offset + r->moved);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r->error = errno;
		if (n <= 0)
			break;
		r->moved += (unsigned)n;
	}
	sync_count(r->write ? &r->machine->stats.disk_writes
			    : &r->machine->stats.disk_reads);
}

static uint64_t
disk_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The first that is due, off the queue; or NULL, and when one will be. */
static struct disk_request *
disk_take(struct disk *d, uint64_t *due_ns)
{
	struct disk_request **link, *r;
	uint64_t now = 0;

	*due_ns = DISK_NEVER;
	for (link = &d->first; (r = *link) != NULL; link = &r->next) {
		if (r->due_ns != 0 && r->due_ns != DISK_NEVER && now == 0)
			now = disk_now();
		if (r->due_ns <= now) {
			*link = r->next;
			if (d->last == &r->next)
				d->last = link;
			return r;
		}
		if (r->due_ns < *due_ns)
			*due_ns = r->due_ns;
	}
	return NULL;
}

/* Until something is new, or due. */
static void
disk_wait(struct disk *d, uint64_t due_ns)
{
	struct timespec end = {
		.tv_sec = (time_t)(due_ns / 1000000000u),
		.tv_nsec = (long)(due_ns % 1000000000u),
	};

	if (due_ns == DISK_NEVER)
		pthread_cond_wait(&d->wanted, &d->lock);
	else
		pthread_cond_timedwait(&d->wanted, &d->lock, &end);
}

static void *
disk_serve(void *arg)
{
	struct disk *d = arg;
	struct disk_request *r;
	uint64_t due_ns;

	pthread_mutex_lock(&d->lock);
	for (;;) {
		while ((r = disk_take(d, &due_ns)) == NULL && !d->stop)
			disk_wait(d, due_ns);
		if (r == NULL)
			break;
		pthread_mutex_unlock(&d->lock);
		disk_move(r);
		r->done(r);
		pthread_mutex_lock(&d->lock);
		if (--d->pending == 0)
			pthread_cond_broadcast(&d->quiet);
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

struct disk *
disk_create(void)
{
	struct disk *d = calloc(1, sizeof(*d));
	pthread_condattr_t monotonic;

	if (d == NULL)
		return NULL;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&d->wanted, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_cond_init(&d->quiet, NULL);
	d->last = &d->first;
	if (pthread_create(&d->thread, NULL, disk_serve, d) != 0) {
		free(d);
		return NULL;
	}
	return d;
}

void
disk_free(struct disk *d)
{
	pthread_mutex_lock(&d->lock);
	d->stop = TRUE;
	pthread_cond_signal(&d->wanted);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	pthread_cond_destroy(&d->quiet);
	pthread_cond_destroy(&d->wanted);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static struct disk_fate
disk_fate(struct machine *m, const struct disk_request *r, boolean_t awaited)
{
	const struct disk_trouble *trouble = m->disk_trouble;

	if (trouble == NULL)
		return (struct disk_fate){ 0 };
	return trouble->fate(trouble, r, awaited);
}

/* It is due, and comes to nothing. */
static void
disk_fail(struct disk_request *r)
{
	r->due_ns = 0;
	r->fails = TRUE;
}

static void
disk_queue(struct machine *m, struct disk_request *r, struct disk_fate fate)
{
	struct disk *d = m->disk;

	r->next = NULL;
	r->fails = fate.fails;
	r->due_ns = fate.never           ? DISK_NEVER
		    : fate.delay_ns != 0 ? disk_now() + fate.delay_ns
					 : 0;
	pthread_mutex_lock(&d->lock);
	if (r->due_ns == DISK_NEVER && d->released)
		disk_fail(r);
	*d->last = r;
	d->last = &r->next;
	d->pending++;
	pthread_cond_signal(&d->wanted);
	pthread_mutex_unlock(&d->lock);
}

void
disk_start(struct machine *m, struct disk_request *r)
{
	struct disk_fate fate;

	r->machine = m;
	fate = disk_fate(m, r, FALSE);
	if (!fate.at_once) {
		disk_queue(m, r, fate);
		return;
	}
	r->fails = fate.fails;
	disk_move(r);
	r->done(r);
}

unsigned
disk_release(struct machine *m)
{
	struct disk *d = m->disk;
	unsigned released = 0;

	pthread_mutex_lock(&d->lock);
	d->released = TRUE;
	for (struct disk_request *r = d->first; r != NULL; r = r->next)
		if (r->due_ns == DISK_NEVER) {
			disk_fail(r);
			released++;
		}
	pthread_cond_signal(&d->wanted);
	pthread_mutex_unlock(&d->lock);
	return released;
}

static void
disk_wake(struct disk_request *r)
{
	struct machine *m = r->machine;

	/* The sleeper's frame, and the request, may be gone after this: the
	 * event is only its address. */
	sync_store(&r->finished, TRUE);
	thread_wakeup(m, r);
}

int
disk_transfer(struct machine *m, struct disk_request *r)
{
	struct disk_fate fate;

	r->machine = m;
	fate = disk_fate(m, r, TRUE);
	/* Who cannot sleep cannot wait for ever either. */
	if (current_thread() == NULL) {
		r->fails = fate.fails || fate.never;
		disk_move(r);
		return r->error;
	}
	r->done = disk_wake;
	sync_store(&r->finished, FALSE);
	disk_queue(m, r, fate);
	for (;;) {
		assert_wait_at(r, __func__);
		if (sync_load(&r->finished))
			break;
		thread_block();
	}
	clear_wait();
	return r->error;
}

unsigned
disk_pending(struct machine *m)
{
	unsigned n;

	pthread_mutex_lock(&m->disk->lock);
	n = m->disk->pending;
	pthread_mutex_unlock(&m->disk->lock);
	return n;
}

void
disk_drain(struct machine *m)
{
	struct disk *d = m->disk;

	if (disk_pending(m) == 0)
		return;
	cpu_idle_enter();
	pthread_mutex_lock(&d->lock);
	while (d->pending != 0)
		pthread_cond_wait(&d->quiet, &d->lock);
	pthread_mutex_unlock(&d->lock);
	cpu_idle_exit();
}
