/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One OS thread that serves requests in order of arrival.
 *
 * It plays no CPU: it takes no interrupt and is in nobody's way.  A request is
 * the disk's from disk_start until done() returns.
 */
#include "pmap_sim/disk.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
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
	pthread_t thread;
};

/* As much of it as there is; short only at the end of the file. */
static void
disk_move(struct disk_request *r)
{
	unsigned char *bytes = frame_bytes(r->machine, r->pa);

	r->moved = 0;
	r->error = 0;
	while (r->moved < r->length) {
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

static void *
disk_serve(void *arg)
{
	struct disk *d = arg;
	struct disk_request *r;

	pthread_mutex_lock(&d->lock);
	for (;;) {
		while ((r = d->first) == NULL && !d->stop)
			pthread_cond_wait(&d->wanted, &d->lock);
		if (r == NULL)
			break;
		d->first = r->next;
		if (d->first == NULL)
			d->last = &d->first;
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

	if (d == NULL)
		return NULL;
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wanted, NULL);
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

void
disk_start(struct machine *m, struct disk_request *r)
{
	struct disk *d = m->disk;

	r->machine = m;
	r->next = NULL;
	pthread_mutex_lock(&d->lock);
	*d->last = r;
	d->last = &r->next;
	d->pending++;
	pthread_cond_signal(&d->wanted);
	pthread_mutex_unlock(&d->lock);
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
	r->machine = m;
	if (current_thread() == NULL) {
		disk_move(r);
		return r->error;
	}
	r->done = disk_wake;
	sync_store(&r->finished, FALSE);
	disk_start(m, r);
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
