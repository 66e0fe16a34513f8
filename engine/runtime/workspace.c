/* SPDX-License-Identifier: BSD-2-Clause */
#include "workspace.h"

#include <effnet/cpu.h>
#include <stdlib.h>

struct _EffNetWorkspaces {
    gsize image_bytes, scratch_bytes; /* of each piece; scratch_bytes for each thread */
    guint threads;                    /* the most pieces, and the scratches of each */

    GMutex lock; /* guards what follows */
    GCond changed;
    guint sessions, pieces;
    GPtrArray *idle;         /* room for all pieces; the last one given back is still in caches */
    guint64 tickets, called; /* callers so far, and those of them that were served */
};

EffNetWorkspaces *
effnet_workspaces_new(const EffNetPlan *plan)
{
    EffNetWorkspaces *self = g_new0(EffNetWorkspaces, 1);

    self->image_bytes = plan->image_bytes;
    self->scratch_bytes = plan->scratch_bytes;
    self->threads = effnet_cpu_get_threads();
    self->idle = g_ptr_array_new_full(self->threads, free);
    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    return self;
}

void
effnet_workspaces_free(EffNetWorkspaces *self)
{
    if (!self)
        return;
    g_ptr_array_unref(self->idle);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

static guint
wanted(const EffNetWorkspaces *self)
{
    return MIN(self->sessions, self->threads);
}

/* Pages that are never touched, since a session has fewer threads, cost nothing. */
static gboolean
add_piece(EffNetWorkspaces *self, GError **error)
{
    gsize bytes;
    gpointer memory;

    if (!g_size_checked_mul(&bytes, self->scratch_bytes, self->threads) ||
        !g_size_checked_add(&bytes, bytes, self->image_bytes))
        bytes = G_MAXSIZE;
    memory = effnet_memory_new(1, bytes, error);
    if (!memory)
        return FALSE;
    g_ptr_array_add(self->idle, memory);
    self->pieces++;
    return TRUE;
}

gboolean
effnet_workspaces_join(EffNetWorkspaces *self, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    self->sessions++;
    if (self->pieces == wanted(self) || add_piece(self, error))
        return TRUE;
    self->sessions--;
    return FALSE;
}

/* A session that leaves is not inferring, so that at least one piece is idle. */
void
effnet_workspaces_leave(EffNetWorkspaces *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    self->sessions--;
    if (self->pieces == wanted(self))
        return;
    g_ptr_array_remove_index(self->idle, 0);
    self->pieces--;
}

guint8 *
effnet_workspaces_take(EffNetWorkspaces *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
    guint64 ticket = self->tickets++;

    while (self->called != ticket || self->idle->len == 0)
        g_cond_wait(&self->changed, &self->lock);
    self->called++;
    if (self->called != self->tickets)
        g_cond_broadcast(&self->changed);
    return g_ptr_array_steal_index(self->idle, self->idle->len - 1);
}

void
effnet_workspaces_give_back(EffNetWorkspaces *self, guint8 *memory)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    g_ptr_array_add(self->idle, memory);
    g_cond_broadcast(&self->changed);
}
