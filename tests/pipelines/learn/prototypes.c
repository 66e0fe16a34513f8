/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/prototypes.h"

#include <string.h>

#include "checkpoint.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors_writer.h"
#include "learn/algebra.h"
#include "recognise/known.h"

#define FEATURES 33
#define N        400

typedef struct {
    EffNetAlbum album;
    guint groups[N];
} Fixture;

/* Pictures about one direction, some further from it than others; each has a copy in its group. */
static void
set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(2);

    f->album = (EffNetAlbum){.n = N, .views = 2, .n_features = FEATURES};
    f->album.features = g_new0(float, N * 2 * FEATURES);
    f->album.labels = g_ptr_array_new();
    g_ptr_array_add(f->album.labels, (char *)"thing");
    f->album.targets = g_malloc(N);
    memset(f->album.targets, 1, N);
    for (guint i = 0; i < N; i++) {
        float *row = f->album.features + i * 2 * FEATURES;

        f->groups[i] = i / 2;
        if (i % 2 == 0) {
            for (guint k = 0; k < FEATURES; k++)
                row[k] = 1 + (float)(g_rand_double_range(random, 0, 2) * (i % 7));
        } else {
            memcpy(row, row - 2 * FEATURES, FEATURES * sizeof *row);
        }
    }
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_free(f->album.features);
    g_free(f->album.targets);
    g_ptr_array_unref(f->album.labels);
}

static EffNetKnown *
read_back(const char *pictures, const char *features)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "m.safetensors", NULL);
    g_autoptr(EffNetSafetensorsWriter) writer = effnet_safetensors_writer_new();
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    EffNetKnown *known;

    effnet_safetensors_writer_add(writer, "a", EFFNET_DTYPE_F32, 1, (guint64[]){1},
                                  g_bytes_new("\0\0\0\0", 4));
    effnet_safetensors_writer_set_metadata(writer, EFFNET_KNOWN_PICTURES, pictures);
    effnet_safetensors_writer_set_metadata(writer, EFFNET_KNOWN_FEATURES, features);
    g_assert_true(effnet_safetensors_writer_finish(writer, path, NULL));
    checkpoint = effnet_checkpoint_open(path, NULL);
    known = effnet_known_new(checkpoint, NULL);
    g_assert_true(effnet_known_unpack(known, FEATURES, NULL));
    effnet_test_remove_folder(folder);
    return known;
}

/* Every picture is similar to itself, and the threshold is below 95 of 100 by the others. */
static void
test_write(Fixture *f, gconstpointer data)
{
    g_autofree char *pictures = NULL, *features = NULL;
    g_autoptr(EffNetKnown) known = NULL;
    float threshold;

    g_assert_true(effnet_prototypes_write(&f->album, f->groups, &pictures, &features));
    known = read_back(pictures, features);
    threshold = effnet_known_get_threshold(known);
    for (guint i = 0; i < N; i++)
        g_assert_cmpfloat(effnet_known_compare(known, f->album.features + i * 2 * FEATURES), >,
                          0.8);
    g_assert_cmpfloat(threshold, >, 0.5);
    g_assert_cmpfloat(threshold, <, 0.99); /* copies in the same group do not count */
}

static void
test_threshold(Fixture *f, gconstpointer data)
{
    guint below = 0;

    for (guint out = 0; out < N; out += 2) { /* a group left out, by all the others */
        g_autofree char *pictures = NULL, *features = NULL, *all = NULL, *about = NULL;
        g_autoptr(EffNetKnown) known = NULL, whole = NULL;
        EffNetAlbum rest = f->album;
        guint groups[N];

        if (out % 40)
            continue; /* of some, as each is a whole model */
        rest.n = N - 2;
        rest.features = g_memdup2(f->album.features, N * 2 * FEATURES * sizeof(float));
        memmove(rest.features + out * 2 * FEATURES, rest.features + (out + 2) * 2 * FEATURES,
                (N - 2 - out) * 2 * FEATURES * sizeof(float));
        for (guint i = 0; i < N - 2; i++)
            groups[i] = i / 2;
        g_assert_true(effnet_prototypes_write(&rest, groups, &pictures, &features));
        g_assert_true(effnet_prototypes_write(&f->album, f->groups, &about, &all));
        known = read_back(pictures, features);
        whole = read_back(about, all);
        below += effnet_known_compare(known, f->album.features + out * 2 * FEATURES) <
                 effnet_known_get_threshold(whole);
        g_free(rest.features);
    }
    g_assert_cmpuint(below, <=, 2); /* of 10 */
}

static void
test_limits(Fixture *f, gconstpointer data)
{
    guint n = EFFNET_KNOWN_MAX_PICTURES + 100;
    g_autofree guint *groups = g_new(guint, n);
    EffNetAlbum many = {.n = n, .views = 1, .n_features = FEATURES};
    g_autofree char *pictures = NULL, *features = NULL;
    g_autofree float *rows = g_new(float, (gsize)n *FEATURES);

    for (guint i = 0; i < n * FEATURES; i++)
        rows[i] = (float)(i % 97);
    for (guint i = 0; i < n; i++)
        groups[i] = i;
    many.features = rows;
    many.labels = f->album.labels;
    many.targets = g_memdup2(groups, n);
    memset(many.targets, 1, n);
    g_assert_true(effnet_prototypes_write(&many, groups, &pictures, &features));
    g_free(many.targets);
    g_assert_nonnull(strstr(pictures, "\"pictures\": 4096"));
    g_assert_nonnull(strstr(pictures, "\"nearest\": 3"));
    g_clear_pointer(&pictures, g_free);
    g_clear_pointer(&features, g_free);
    memset(f->groups, 0, sizeof f->groups); /* one group: nothing to compare with */
    g_assert_false(effnet_prototypes_write(&f->album, f->groups, &pictures, &features));
}

/* With three pictures of a class, others would be among the nearest. */
static void
test_few(Fixture *f, gconstpointer data)
{
    g_autofree char *pictures = NULL, *features = NULL;

    memset(f->album.targets + 3, 0, N - 3);
    g_assert_true(effnet_prototypes_write(&f->album, f->groups, &pictures, &features));
    g_assert_nonnull(strstr(pictures, "\"nearest\": 1"));
}

/* At most 1 MB for 1000 pictures of Lite0. */
static void
test_size(Fixture *f, gconstpointer data)
{
    g_assert_cmpuint(1000 * (effnet_known_row_bytes(1280) + 2) / 3 * 4, <, 1000000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(effnet_algebra_open(NULL));
    g_test_add("/learn/prototypes/write", Fixture, NULL, set_up, test_write, tear_down);
    g_test_add("/learn/prototypes/few", Fixture, NULL, set_up, test_few, tear_down);
    g_test_add("/learn/prototypes/threshold", Fixture, NULL, set_up, test_threshold, tear_down);
    g_test_add("/learn/prototypes/limits", Fixture, NULL, set_up, test_limits, tear_down);
    g_test_add("/learn/prototypes/size", Fixture, NULL, set_up, test_size, tear_down);
    return g_test_run();
}
