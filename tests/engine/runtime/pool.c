/* SPDX-License-Identifier: BSD-2-Clause */
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/members", test_members);
    g_test_add_func("/pool/many-callers", test_many_callers);
    return g_test_run();
}
