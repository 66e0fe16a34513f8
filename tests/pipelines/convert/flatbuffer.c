/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/flatbuffer.h"

#include <string.h>

/* A root with an int (field 0), a byte (2), a vector of ints (3) and one of tables (4), whose only
 * table has no fields. Field 1 has its default. */
static const guint8 whole[] = {
    20,   0,    0,    0,    'T', 'E', 'S', 'T',              /* 0: the root is at 20 */
    14,   0,    20,   0,    4,   0,   0,   0,   8, 0, 12, 0, /* 8: its vtable; field 4 follows */
    12,   0,    0,    0,    /* 20: the table: the vtable is 12 before */
    0xfe, 0xff, 0xff, 0xff, /* 24: -2 */
    0x85, 0,    0,    0,    /* 28 */
    4,    0,    0,    0,    /* 32: the vector is at 36 */
    2,    0,    0,    0,    7,   0,   0,   0,   9, 0, 0,  0, /* 36 */
};

static void
test_fields(void)
{
    EffNetFlat flat = {.data = whole, .n = sizeof whole};
    EffNetFlatTable root = effnet_flat_root(&flat);
    EffNetFlatVector vector;

    g_assert_cmpuint(root, ==, 20);
    g_assert_cmpint(effnet_flat_number(&flat, root, 0, 4, 0), ==, -2);
    g_assert_cmpint(effnet_flat_number(&flat, root, 1, 4, 5), ==, 5);
    g_assert_cmpint(effnet_flat_number(&flat, root, 2, 1, 0), ==, -123);
    g_assert_cmpint(effnet_flat_number(&flat, root, 99, 4, 6), ==, 6);
    g_assert_cmpuint(effnet_flat_table(&flat, root, 1), ==, 0);
    vector = effnet_flat_vector(&flat, root, 3, 4);
    g_assert_cmpuint(vector.n, ==, 2);
    g_assert_cmpint(effnet_flat_int(&flat, vector, 0), ==, 7);
    g_assert_cmpint(effnet_flat_int(&flat, vector, 1), ==, 9);
    g_assert_cmpint(effnet_flat_int(&flat, vector, 2), ==, 0);
    g_assert_false(flat.broken);
    g_assert_cmpint(effnet_flat_number(&flat, 0, 0, 4, 8), ==,
                    8); /* without a table, the default */
    g_assert_false(flat.broken);
}

/* Whatever is truncated or changed, nothing outside is read; sanitizers check this. */
static void
test_broken(void)
{
    guint n_broken = 0;

    for (gsize i = 0; i < 256 * sizeof whole; i++) {
        g_autofree guint8 *data = g_memdup2(whole, sizeof whole);
        EffNetFlat flat = {.data = data, .n = sizeof whole};
        EffNetFlatVector vector;
        EffNetFlatTable root;

        data[i / 256] = i % 256;
        root = effnet_flat_root(&flat);
        for (guint field = 0; field < 6; field++)
            effnet_flat_number(&flat, root, field, 4, 0);
        vector = effnet_flat_vector(&flat, root, 3, 4);
        for (guint item = 0; item < MIN(vector.n, 4); item++)
            effnet_flat_table(&flat, effnet_flat_item(&flat, vector, item), 0);
        n_broken += flat.broken;
    }
    g_assert_cmpuint(n_broken, >, 256);
    for (gsize n = 0; n < sizeof whole; n++) {
        g_autofree guint8 *data = g_memdup2(whole, n);
        EffNetFlat flat = {.data = data, .n = n};

        effnet_flat_vector(&flat, effnet_flat_root(&flat), 3, 4);
        g_assert_true(flat.broken);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convert/flatbuffer/fields", test_fields);
    g_test_add_func("/convert/flatbuffer/broken", test_broken);
    return g_test_run();
}
