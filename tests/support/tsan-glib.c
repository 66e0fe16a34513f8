/* SPDX-License-Identifier: BSD-2-Clause */
/* GLib's locks are futexes and not compiled with ThreadSanitizer, which therefore does not see what
 * they order. Preloading this tells it. */
#include <dlfcn.h>
#include <glib.h>

#include <sanitizer/tsan_interface.h>

#define REAL(name)                                                                                 \
    static __typeof__(name) *real;                                                                 \
    if (!__atomic_load_n(&real, __ATOMIC_RELAXED))                                                 \
    __atomic_store_n(&real, (__typeof__(name) *)dlsym(RTLD_NEXT, #name), __ATOMIC_RELAXED)

#undef g_once_init_enter
#undef g_once_init_leave

void
g_mutex_lock(GMutex *mutex)
{
    REAL(g_mutex_lock);
    real(mutex);
    __tsan_acquire(mutex);
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
    REAL(g_mutex_trylock);
    gboolean locked = real(mutex);

    if (locked)
        __tsan_acquire(mutex);
    return locked;
}

void
g_mutex_unlock(GMutex *mutex)
{
    REAL(g_mutex_unlock);
    __tsan_release(mutex);
    real(mutex);
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
    REAL(g_cond_wait);
    __tsan_release(mutex);
    real(cond, mutex);
    __tsan_acquire(mutex);
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    REAL(g_cond_wait_until);
    gboolean signalled;

    __tsan_release(mutex);
    signalled = real(cond, mutex, end_time);
    __tsan_acquire(mutex);
    return signalled;
}

gboolean
g_once_init_enter(volatile void *location)
{
    REAL(g_once_init_enter);
    gboolean first = real(location);

    if (!first)
        __tsan_acquire((void *)location);
    return first;
}

void
g_once_init_leave(volatile void *location, gsize result)
{
    REAL(g_once_init_leave);
    __tsan_release((void *)location);
    real(location, result);
}
