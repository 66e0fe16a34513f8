/* SPDX-License-Identifier: BSD-2-Clause */
#include "threads.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

typedef int (*Create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static gint refused;

void
effnet_test_refuse_threads(gboolean refuse)
{
    g_atomic_int_set(&refused, refuse);
}

/* Replaces libc's, for GLib as well, since a program's own functions take precedence. */
int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*func)(void *),
               void *data)
{
    Create create = (Create)dlsym(RTLD_NEXT, "pthread_create");

    return g_atomic_int_get(&refused) ? EAGAIN : create(thread, attributes, func, data);
}
