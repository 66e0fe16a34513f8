/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/parallel.h"

#include "threads.h"

#define N 1000

typedef struct {
    gint done[N];
    gint most_thread;
    gint limit;
} Work;

static gboolean
work(gpointer data, guint index, guint thread)
{
    Work *w = data;
    gint most;

    g_atomic_int_inc(&w->done[index]);
    do {
        most = g_atomic_int_get(&w->most_thread);
    } while ((gint)thread > most &&
             !g_atomic_int_compare_and_exchange(&w->most_thread, most, (gint)thread));
    return (gint)index < w->limit;
}

static void
test_each_once(void)
{
    for (guint threads = 0; threads <= 7; threads++) {
        Work w = {.limit = N};

        effnet_parallel_run(N, threads, work, &w);
        for (guint i = 0; i < N; i++)
            g_assert_cmpint(w.done[i], ==, 1);
        g_assert_cmpint(w.most_thread, <, MAX(threads, 1));
    }
}

static void
test_stop(void)
{
    Work w = {.limit = 10};

    effnet_parallel_run(N, 1, work, &w);
    for (guint i = 0; i < N; i++)
        g_assert_cmpint(w.done[i], ==, i <= 10);
}

static void
test_none(void)
{
    Work w = {0};

    effnet_parallel_run(0, 4, work, &w);
    g_assert_cmpint(w.done[0], ==, 0);
}

/* The caller works alone. */
static void
test_no_threads(void)
{
    Work w = {.limit = N};

    effnet_test_refuse_threads(TRUE);
    effnet_parallel_run(N, 4, work, &w);
    effnet_test_refuse_threads(FALSE);
    for (guint i = 0; i < N; i++)
        g_assert_cmpint(w.done[i], ==, 1);
    g_assert_cmpint(w.most_thread, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/parallel/each-once", test_each_once);
    g_test_add_func("/learn/parallel/stop", test_stop);
    g_test_add_func("/learn/parallel/none", test_none);
    g_test_add_func("/learn/parallel/no-threads", test_no_threads);
    return g_test_run();
}
