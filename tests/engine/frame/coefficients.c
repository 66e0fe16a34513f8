/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/coefficients.h"

static gint32
exact_weight(const EffNetResizeTable *table, gsize at)
{
    return table->high[at] * (1 << EFFNET_RESIZE_LOW_BITS) + table->low[at];
}

static EffNetTableSpec
spec_new(const EffNetAxis *axis, guint length)
{
    return (EffNetTableSpec){.axis = axis,
                             .length = length,
                             .total = length,
                             .interpolation = EFFNET_INTERPOLATION_BICUBIC,
                             .align = EFFNET_RESIZE_GROUP,
                             .pad = EFFNET_RESIZE_GROUP};
}

static void
test_same_size(void)
{
    EffNetAxis axis = {.full = 50, .n = 50};
    EffNetTableSpec spec = spec_new(&axis, 50);
    EffNetResizeTable table;
    guint origin;

    g_assert_true(effnet_resize_table_init(&table, &origin, &spec));
    g_assert_cmpuint(origin, ==, 0);
    g_assert_cmpuint(table.n_in, ==, 50);
    for (guint i = 0; i < 50; i++)
        for (guint k = 0; k < table.count[i]; k++)
            g_assert_cmpint(exact_weight(&table, i * table.taps + k), ==,
                            table.first[i] + k == i ? 1 << EFFNET_RESIZE_BITS : 0);
    effnet_resize_table_clear(&table);
}

/* Half the size, far from the edges: bicubic weights at 1/4, 3/4, 5/4 and 7/4 on either side. */
static void
test_known_weights(void)
{
    static const double weights[8] = {-0.01171875, -0.03515625, 0.11328125,  0.43359375,
                                      0.43359375,  0.11328125,  -0.03515625, -0.01171875};
    EffNetAxis axis = {.full = 20, .first = 10, .n = 1};
    EffNetTableSpec spec = spec_new(&axis, 40);
    EffNetResizeTable table;
    guint origin;

    g_assert_true(effnet_resize_table_init(&table, &origin, &spec));
    g_assert_cmpuint(origin, ==, 17);
    g_assert_cmpuint(table.n_in, ==, 8);
    for (guint k = 0; k < 8; k++)
        g_assert_cmpint(exact_weight(&table, k), ==, weights[k] * (1 << EFFNET_RESIZE_BITS));
    effnet_resize_table_clear(&table);
}

static void
check_invariants(const EffNetTableSpec *spec)
{
    EffNetResizeTable table;
    guint origin, plane = spec->halved ? spec->total / 2 + spec->total % 2 : spec->total;

    g_assert_true(effnet_resize_table_init(&table, &origin, spec));
    g_assert_cmpuint(origin + table.n_in, <=, plane);
    for (guint i = 0; i < table.n_out; i++) {
        gint64 sum = 0;

        g_assert_cmpuint(table.first[i] % spec->align, ==, 0);
        g_assert_cmpuint(table.count[i] % spec->pad, ==, 0);
        g_assert_cmpuint(table.count[i], <=, table.taps);
        g_assert_cmpuint(i == 0 ? 0 : table.first[i - 1], <=, table.first[i]);
        for (guint k = 0; k < table.taps; k++) {
            gsize at = (gsize)i * table.taps + k;
            gint32 weight = spec->fine ? table.fine[at] : exact_weight(&table, at);

            sum += weight;
            if (k >= table.count[i] || table.first[i] + k >= table.n_in)
                g_assert_cmpint(weight, ==, 0);
        }
        if (spec->fine)
            g_assert_cmpint(sum, ==, 1 << EFFNET_RESIZE_FINE_BITS);
        else
            g_assert_cmpint(ABS(sum - (1 << EFFNET_RESIZE_BITS)), <=, table.taps / 2);
    }
    effnet_resize_table_clear(&table);
}

static void
test_invariants(void)
{
    static const guint lengths[] = {1, 2, 3, 7, 64, 223, 480, 1081, 40000};
    static const EffNetAxis axes[] = {{.full = 224, .n = 224},
                                      {.full = 1, .n = 1},
                                      {.full = 5000000000, .first = 1 << 30, .n = 9}};

    for (guint i = 0; i < G_N_ELEMENTS(lengths) * G_N_ELEMENTS(axes) * 8; i++) {
        EffNetTableSpec spec =
            spec_new(&axes[i / 8 % G_N_ELEMENTS(axes)], lengths[i / 8 / G_N_ELEMENTS(axes)]);

        spec.fine = spec.halved = i & 1;
        spec.cosited = i & 2;
        spec.interpolation = i & 4 ? EFFNET_INTERPOLATION_BILINEAR : EFFNET_INTERPOLATION_BICUBIC;
        spec.start = i % 5;
        spec.total = spec.start + spec.length + i % 3;
        check_invariants(&spec);
        spec.align = 1;
        spec.pad = 2;
        check_invariants(&spec);
    }
}

/* A ramp of chroma becomes the same ramp over the luma positions, whatever the siting. */
static void
test_siting(gconstpointer data)
{
    gboolean cosited = GPOINTER_TO_INT(data);
    EffNetAxis axis = {.full = 25, .n = 25};
    EffNetTableSpec spec = spec_new(&axis, 60);
    EffNetResizeTable table;
    guint origin;

    spec.start = 21;
    spec.total = 101;
    spec.fine = spec.halved = TRUE;
    spec.cosited = cosited;
    g_assert_true(effnet_resize_table_init(&table, &origin, &spec));
    for (guint i = 5; i < 20; i++) {
        double luma = 21 + (i + 0.5) * 60 / 25 - 0.5; /* samples are at 0, 1, 2, … */
        double expected = cosited ? luma / 2 : (luma - 0.5) / 2, sum = 0;

        for (guint k = 0; k < table.count[i]; k++)
            sum += table.fine[i * table.taps + k] * (double)(origin + table.first[i] + k);
        g_assert_cmpfloat_with_epsilon(sum / (1 << EFFNET_RESIZE_FINE_BITS), expected, 2e-2);
    }
    effnet_resize_table_clear(&table);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/coefficients/same-size", test_same_size);
    g_test_add_func("/frame/coefficients/known-weights", test_known_weights);
    g_test_add_func("/frame/coefficients/invariants", test_invariants);
    g_test_add_data_func("/frame/coefficients/cosited", GINT_TO_POINTER(TRUE), test_siting);
    g_test_add_data_func("/frame/coefficients/centred", GINT_TO_POINTER(FALSE), test_siting);
    return g_test_run();
}
