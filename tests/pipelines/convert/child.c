/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/child.h"

#include <stdlib.h>
#include <unistd.h>

#include <effnet/error.h>

static gboolean
succeed(gpointer data, GError **error)
{
    return TRUE;
}

static gboolean
fail(gpointer data, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s says why", (const char *)data);
    return FALSE;
}

static gboolean
die(gpointer data, GError **error)
{
    abort();
}

static gboolean
leave(gpointer data, GError **error)
{
    _exit(3);
}

static void
test_work(void)
{
    GError *error = NULL;

    g_assert_true(effnet_work_in_child(succeed, NULL, "file", &error));
    g_assert_no_error(error);
    g_assert_false(effnet_work_in_child(fail, (gpointer) "the child", "file", &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_assert_cmpstr(error->message, ==, "the child says why");
    g_clear_error(&error);
}

static void
test_death(void)
{
    static const EffNetWork works[] = {die, leave};

    for (gsize i = 0; i < G_N_ELEMENTS(works); i++) {
        GError *error = NULL;

        g_assert_false(effnet_work_in_child(works[i], NULL, "file", &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
        g_assert_true(g_str_has_prefix(error->message, "file is broken"));
        g_clear_error(&error);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convert/child/work", test_work);
    g_test_add_func("/convert/child/death", test_death);
    return g_test_run();
}
