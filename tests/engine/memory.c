/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <effnet/error.h>

#include "memory.h"

static void
test_sizes(void)
{
    const gsize sizes[] = {0, 1, 63, 64, 65, 2097151, 2097152, 2097153, 5000000};

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GError) error = NULL;
        guint8 *memory = effnet_memory_new(1, sizes[i], &error);

        g_assert_no_error(error);
        g_assert_cmpuint((gsize)memory % EFFNET_ALIGNMENT, ==, 0);
        memset(memory, 1, sizes[i]);
        free(memory);
    }
}

static void
test_too_much(void)
{
    g_autoptr(GError) overflow = NULL, limit = NULL;

    g_assert_null(effnet_memory_new(G_MAXSIZE / 2, 3, &overflow));
    g_assert_error(overflow, EFFNET_ERROR, EFFNET_ERROR_MEMORY);
    g_assert_null(effnet_memory_new(G_MAXSSIZE, 1, &limit));
    g_assert_error(limit, EFFNET_ERROR, EFFNET_ERROR_MEMORY);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/memory/sizes", test_sizes);
    g_test_add_func("/memory/too-much", test_too_much);
    return g_test_run();
}
