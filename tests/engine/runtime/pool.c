/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/wait.h>
#include <unistd.h>

#include <effnet/cpu.h>

#include "runtime/pool.h"

typedef struct {
    gint members[8], entered, inside;
} Visit;

static void
visit(gpointer data, guint member)
{
    Visit *v = data;

    g_atomic_int_inc(&v->inside);
    g_atomic_int_inc(&v->members[member]);
    g_atomic_int_inc(&v->entered);
    g_atomic_int_add(&v->inside, -1);
}

/* The caller is always called, nobody is called twice, and all have returned at the end. */
static void
test_members(void)
{
    for (int round = 0; round < 2000; round++) {
        Visit v = {0};

        effnet_pool_run(1 + round % 8, visit, &v);
        g_assert_cmpint(v.inside, ==, 0);
        g_assert_cmpint(v.members[0], ==, 1);
        g_assert_cmpint(v.entered, <=, 1 + round % 8);
        for (int i = 0; i < 8; i++)
            g_assert_cmpint(v.members[i], <=, 1);
    }
}

static gpointer
caller(gpointer unused)
{
    test_members();
    return NULL;
}

static void
test_many_callers(void)
{
    GThread *threads[6];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("caller", caller, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

static void
wait_for_another(gpointer data, guint member)
{
    gint *came = data;

    g_atomic_int_inc(came);
    while (g_atomic_int_get(came) < 2)
        g_usleep(1000);
}

/* A process that was forked has workers of its own. */
static void
test_forked(void)
{
    gint came = 0;
    int status;
    pid_t child;

    if (effnet_cpu_get_threads() < 2) {
        g_test_skip("this process may use one thread");
        return;
    }
#ifdef __SANITIZE_THREAD__
    g_test_skip("the thread sanitizer starts no threads after a fork");
    return;
#endif
    effnet_pool_run(2, wait_for_another, &came);
    child = fork();
    if (child == 0) {
        alarm(60); /* where it would wait for ever */
        came = 0;
        effnet_pool_run(2, wait_for_another, &came);
        _exit(0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/members", test_members);
    g_test_add_func("/pool/many-callers", test_many_callers);
    g_test_add_func("/pool/forked", test_forked);
    return g_test_run();
}
