/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/cpu.h>
#include <effnet/error.h>

#include "runtime/workspace.h"

#define IMAGE   1000
#define SCRATCH 100

static EffNetWorkspaces *
new_workspaces(guint sessions)
{
    const EffNetPlan plan = {.image_bytes = IMAGE, .scratch_bytes = SCRATCH};
    EffNetWorkspaces *workspaces = effnet_workspaces_new(&plan);

    for (guint i = 0; i < sessions; i++)
        g_assert_true(effnet_workspaces_join(workspaces, NULL));
    return workspaces;
}

static gsize
piece_bytes(void)
{
    return IMAGE + SCRATCH * effnet_cpu_get_threads();
}

/* With fewer sessions than cores, each has a whole piece of its own; the last one given back is the
 * next one taken. */
static void
test_pieces(void)
{
    guint n = effnet_cpu_get_threads();
    EffNetWorkspaces *workspaces = new_workspaces(n);
    g_autofree guint8 **pieces = g_new(guint8 *, n);

    for (guint i = 0; i < n; i++) {
        pieces[i] = effnet_workspaces_take(workspaces);
        memset(pieces[i], (int)i, piece_bytes());
    }
    for (guint i = 0; i < n; i++)
        for (gsize j = 0; j < piece_bytes(); j++)
            g_assert_cmpuint(pieces[i][j], ==, i % 256);
    for (guint i = 0; i < n; i++)
        effnet_workspaces_give_back(workspaces, pieces[i]);
    g_assert_true(effnet_workspaces_take(workspaces) == pieces[n - 1]);
    effnet_workspaces_give_back(workspaces, pieces[n - 1]);
    for (guint i = 0; i < n; i++)
        effnet_workspaces_leave(workspaces);
    effnet_workspaces_free(workspaces);
}

typedef struct {
    EffNetWorkspaces *workspaces;
    gint inside;
} Shared;

static gpointer
run_often(gpointer data)
{
    Shared *shared = data;

    g_assert_true(effnet_workspaces_join(shared->workspaces, NULL));
    for (guint i = 0; i < 500; i++) {
        guint8 *piece = effnet_workspaces_take(shared->workspaces);
        gint inside = g_atomic_int_add(&shared->inside, 1) + 1;

        g_assert_cmpint(inside, <=, (gint)effnet_cpu_get_threads());
        memset(piece, inside, piece_bytes());
        g_thread_yield();
        for (gsize j = 0; j < piece_bytes(); j++)
            g_assert_cmpint(piece[j], ==, inside % 256);
        g_atomic_int_add(&shared->inside, -1);
        effnet_workspaces_give_back(shared->workspaces, piece);
    }
    effnet_workspaces_leave(shared->workspaces);
    return NULL;
}

/* However many sessions there are, no more infer at once than there are cores, each alone in its
 * piece; and all get their turn. */
static void
test_more_sessions_than_cores(void)
{
    guint n = effnet_cpu_get_threads() + 3;
    Shared shared = {.workspaces = new_workspaces(0)};
    g_autofree GThread **threads = g_new(GThread *, n);

    for (guint i = 0; i < n; i++)
        threads[i] = g_thread_new("session", run_often, &shared);
    for (guint i = 0; i < n; i++)
        g_thread_join(threads[i]);
    effnet_workspaces_free(shared.workspaces);
}

static gpointer
take(gpointer workspaces)
{
    return effnet_workspaces_take(workspaces);
}

/* If all pieces are taken, one waits until a piece is given back. */
static void
test_waiting(void)
{
    guint n = effnet_cpu_get_threads();
    EffNetWorkspaces *workspaces = new_workspaces(n + 1);
    g_autofree guint8 **pieces = g_new(guint8 *, n);
    GThread *waiting;

    for (guint i = 0; i < n; i++)
        pieces[i] = effnet_workspaces_take(workspaces);
    waiting = g_thread_new("waiting", take, workspaces);
    effnet_workspaces_give_back(workspaces, pieces[0]);
    g_assert_true(g_thread_join(waiting) == pieces[0]);
    for (guint i = 0; i < n; i++)
        effnet_workspaces_give_back(workspaces, pieces[i]);
    for (guint i = 0; i < n + 1; i++)
        effnet_workspaces_leave(workspaces);
    effnet_workspaces_free(workspaces);
}

static void
test_no_memory(void)
{
    const EffNetPlan plans[] = {{.image_bytes = G_MAXSIZE / 2},
                                {.image_bytes = 64, .scratch_bytes = G_MAXSIZE}};

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        EffNetWorkspaces *workspaces = effnet_workspaces_new(&plans[i]);
        g_autoptr(GError) error = NULL;

        g_assert_false(effnet_workspaces_join(workspaces, &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY);
        effnet_workspaces_free(workspaces);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/workspace/pieces", test_pieces);
    g_test_add_func("/workspace/more-sessions-than-cores", test_more_sessions_than_cores);
    g_test_add_func("/workspace/waiting", test_waiting);
    g_test_add_func("/workspace/no-memory", test_no_memory);
    return g_test_run();
}
