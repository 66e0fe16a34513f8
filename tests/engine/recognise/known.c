/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognise/known.h"

#include <math.h>
#include <string.h>

#include "checkpoint.h"
#include "checkpoint/safetensors_writer.h"

#define FEATURES 37 /* odd, and not a multiple of anything */

typedef struct {
    char *folder, *path;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = effnet_test_make_folder();
    f->path = g_build_filename(f->folder, "m.safetensors", NULL);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_remove_folder(f->folder);
    g_free(f->path);
}

static EffNetKnown *
open_known(const Fixture *f, const char *pictures, const char *features, GError **error)
{
    g_autoptr(EffNetSafetensorsWriter) writer = effnet_safetensors_writer_new();
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;

    effnet_safetensors_writer_add(writer, "a", EFFNET_DTYPE_F32, 1, (guint64[]){1},
                                  g_bytes_new("\0\0\0\0", 4));
    if (pictures)
        effnet_safetensors_writer_set_metadata(writer, EFFNET_KNOWN_PICTURES, pictures);
    if (features)
        effnet_safetensors_writer_set_metadata(writer, EFFNET_KNOWN_FEATURES, features);
    g_assert_true(effnet_safetensors_writer_finish(writer, f->path, NULL));
    checkpoint = effnet_checkpoint_open(f->path, NULL);
    return effnet_known_new(checkpoint, error);
}

/* Rows of LEAST and STEP, whose features are whole numbers from SEED on. */
static char *
write_rows(guint n, float least, float step)
{
    gsize row_bytes = effnet_known_row_bytes(FEATURES);
    g_autofree guint8 *rows = g_malloc0(n * row_bytes);

    for (guint row = 0; row < n; row++) {
        guint8 *at = rows + row * row_bytes;

        memcpy(at, &least, sizeof least); /* tests run on little-endian machines */
        memcpy(at + 4, &step, sizeof step);
        for (guint i = 0; i < FEATURES; i++)
            at[8 + i / 2] |= (guint8)((i * (row + 1) * 7 % 16) << (i % 2 ? 4 : 0));
    }
    return g_base64_encode(rows, n * row_bytes);
}

static void
read_row(guint row, float least, float step, float *features)
{
    for (guint i = 0; i < FEATURES; i++)
        features[i] = least + step * (i * (row + 1) * 7 % 16);
}

static double
cosine(const float *a, const float *b)
{
    double product = 0, aa = 0, bb = 0;

    for (guint i = 0; i < FEATURES; i++) {
        product += (double)a[i] * b[i];
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
    }
    return product / sqrt(aa * bb);
}

static void
test_compare(Fixture *f, gconstpointer data)
{
    const float least = -0.2f, step = 0.1f;
    g_autofree char *features = write_rows(3, least, step);
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetKnown) known =
        open_known(f, "{\"pictures\": 3, \"threshold\": 0.25}", features, &error);
    float query[FEATURES], row[FEATURES];
    double best = -1;

    g_assert_no_error(error);
    g_assert_true(effnet_known_unpack(known, FEATURES, &error));
    g_assert_cmpfloat(effnet_known_get_threshold(known), ==, 0.25f);
    for (guint i = 0; i < FEATURES; i++)
        query[i] = cosf((float)i) + 0.3f;
    for (guint i = 0; i < 3; i++) {
        read_row(i, least, step, row);
        best = MAX(best, cosine(query, row));
        for (guint k = 0; k < FEATURES; k++)
            row[k] *= 3; /* as long as it likes */
        g_assert_cmpfloat_with_epsilon(effnet_known_compare(known, row), 1, 1e-5);
    }
    g_assert_cmpfloat_with_epsilon(effnet_known_compare(known, query), best, 1e-5);
    memset(query, 0, sizeof query);
    g_assert_cmpfloat(effnet_known_compare(known, query), ==, 0);
    query[3] = NAN;
    g_assert_cmpfloat(effnet_known_compare(known, query), ==, 0);
}

/* With several nearest, the mean of theirs, or of as many as there are. */
static void
test_nearest(Fixture *f, gconstpointer data)
{
    const float least = -0.2f, step = 0.1f;
    g_autofree char *features = write_rows(3, least, step), *one = write_rows(1, least, step);
    g_autoptr(EffNetKnown) two = NULL;
    g_autoptr(EffNetKnown) all = NULL;
    g_autoptr(EffNetKnown) single = NULL;
    float query[FEATURES], row[FEATURES];
    double found[3], sum = 0, lowest = 1;

    two = open_known(f, "{\"pictures\": 3, \"threshold\": 0, \"nearest\": 2}", features, NULL);
    g_assert_true(effnet_known_unpack(two, FEATURES, NULL));
    all = open_known(f, "{\"pictures\": 3, \"threshold\": 0, \"nearest\": 3}", features, NULL);
    g_assert_true(effnet_known_unpack(all, FEATURES, NULL));
    single = open_known(f, "{\"pictures\": 1, \"threshold\": 0, \"nearest\": 3}", one, NULL);
    g_assert_true(effnet_known_unpack(single, FEATURES, NULL));
    for (guint i = 0; i < FEATURES; i++)
        query[i] = cosf((float)i) + 0.3f;
    for (guint i = 0; i < 3; i++) {
        read_row(i, least, step, row);
        found[i] = cosine(query, row);
        sum += found[i];
        lowest = MIN(lowest, found[i]);
    }
    g_assert_cmpfloat_with_epsilon(effnet_known_compare(all, query), sum / 3, 1e-5);
    g_assert_cmpfloat_with_epsilon(effnet_known_compare(two, query), (sum - lowest) / 2, 1e-5);
    g_assert_cmpfloat_with_epsilon(effnet_known_compare(single, query), found[0], 1e-5);
}

static void
test_none(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(open_known(f, NULL, NULL, &error));
    g_assert_no_error(error);
}

static void
assert_damaged(gboolean ok, GError **error)
{
    g_assert_false(ok);
    g_assert_nonnull(strstr((*error)->message, "damaged"));
    g_clear_error(error);
}

static void
test_damaged(Fixture *f, gconstpointer data)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"pictures\": 0, \"threshold\": 0.5}",
        "{\"pictures\": 1}",
        "{\"pictures\": 1, \"threshold\": 2}",
        "{\"pictures\": 1e9, \"threshold\": 0.5}",
        "{\"pictures\": 1, \"threshold\": 0.5, \"nearest\": 0}",
        "{\"pictures\": 1, \"threshold\": 0.5, \"nearest\": 4}",
        "{\"pictures\": 1, \"threshold\": 0.5, \"nearest\": \"1\"}",
        NULL,
    };
    static const char good[] = "{\"pictures\": 2, \"threshold\": 0.5}";
    g_autofree char *features = write_rows(2, 0, 1), *infinite = write_rows(2, INFINITY, 1);
    g_autofree char *huge = write_rows(2, 1e38f, 1e38f);
    const char *const bad_features[] = {infinite, huge, "AAAA", ""};
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_damaged(open_known(f, wrong[i], features, &error) != NULL, &error);
    assert_damaged(open_known(f, good, NULL, &error) != NULL, &error);
    for (gsize i = 0; i < G_N_ELEMENTS(bad_features); i++) {
        g_autoptr(EffNetKnown) known = open_known(f, good, bad_features[i], &error);

        g_assert_no_error(error);
        assert_damaged(effnet_known_unpack(known, FEATURES, &error), &error);
    }
    for (guint n = FEATURES - 2; n <= FEATURES + 2; n += 4) { /* of another network */
        g_autoptr(EffNetKnown) known = open_known(f, good, features, &error);

        assert_damaged(effnet_known_unpack(known, n, &error), &error);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/known/compare", Fixture, NULL, set_up, test_compare, tear_down);
    g_test_add("/known/nearest", Fixture, NULL, set_up, test_nearest, tear_down);
    g_test_add("/known/none", Fixture, NULL, set_up, test_none, tear_down);
    g_test_add("/known/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
    return g_test_run();
}
