/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/album.h"

#include <string.h>

#include "checkpoint.h"
#include "checkpoint/safetensors_writer.h"
#include "learn/kept.h"

#define FEATURES 6

/* An album with LABELS and one picture for each of CLASSES (-1 ends them), with features that
 * follow from SEED plus the picture's number. PATHS: of the pictures, or NULL. */
static EffNetAlbum *
album_with(const char *const *labels, const int *classes, guint32 seed, const char *const *paths)
{
    g_autoptr(EffNetDataset) dataset = g_new0(EffNetDataset, 1);
    EffNetGathered *gathered = g_new0(EffNetGathered, 1);

    dataset->labels = g_ptr_array_new_with_free_func(g_free);
    dataset->examples = g_ptr_array_new();
    for (; *labels; labels++)
        g_ptr_array_add(dataset->labels, g_strdup(*labels));
    gathered->views = 2;
    gathered->n_features = FEATURES;
    gathered->features = g_new(float, 100 * 2 * FEATURES);
    gathered->files = g_new(guint, 100);
    for (; classes[gathered->n] >= 0; gathered->n++) {
        guint i = gathered->n;
        g_autoptr(GRand) random = g_rand_new_with_seed(seed + i);
        EffNetExample *example = g_new0(EffNetExample, 1);

        example->path = paths ? g_strdup(paths[i]) : g_strdup_printf("%u", i);
        example->n_labels = 1;
        example->labels = g_new(guint, 1);
        example->labels[0] = (guint)classes[i];
        g_ptr_array_add(dataset->examples, example);
        gathered->files[i] = i;
        for (guint k = 0; k < 2 * FEATURES; k++)
            gathered->features[i * 2 * FEATURES + k] = (float)g_rand_double(random);
    }
    {
        EffNetAlbum *album = effnet_album_new(dataset, gathered);

        for (guint i = 0; i < dataset->examples->len; i++) {
            EffNetExample *example = g_ptr_array_index(dataset->examples, i);

            g_free(example->path);
            g_free(example->labels);
            g_free(example);
        }
        return album;
    }
}

static EffNetAlbum *
album_of(const char *const *labels, const int *classes, guint32 seed)
{
    return album_with(labels, classes, seed, NULL);
}

static void
write_file(const char *path, const char *pictures, const char *features)
{
    g_autoptr(EffNetSafetensorsWriter) writer = effnet_safetensors_writer_new();

    effnet_safetensors_writer_add(writer, "a", EFFNET_DTYPE_F32, 1, (guint64[]){1},
                                  g_bytes_new("\0\0\0\0", 4));
    if (pictures)
        effnet_safetensors_writer_set_metadata(writer, EFFNET_KEPT_PICTURES, pictures);
    if (features)
        effnet_safetensors_writer_set_metadata(writer, EFFNET_KEPT_FEATURES, features);
    g_assert_true(effnet_safetensors_writer_finish(writer, path, NULL));
}

static void
assert_equal(const EffNetAlbum *a, const EffNetAlbum *b)
{
    gsize row = (gsize)a->views * a->n_features * sizeof(float);

    g_assert_cmpuint(a->n, ==, b->n);
    g_assert_cmpuint(a->views, ==, b->views);
    g_assert_cmpuint(a->labels->len, ==, b->labels->len);
    g_assert_cmpmem(a->features, a->n * row, b->features, b->n * row);
    g_assert_cmpmem(a->targets, (gsize)a->n * a->labels->len, b->targets,
                    (gsize)b->n * b->labels->len);
    g_assert_cmpmem(a->sources, a->n * sizeof(guint), b->sources, b->n * sizeof(guint));
}

static void
test_there_and_back(void)
{
    const char *const labels[] = {"ant", "bee", NULL};
    g_autoptr(EffNetAlbum) album = album_of(labels, (int[]){0, 1, 1, 0, -1}, 1);
    g_autoptr(EffNetAlbum) read = NULL;
    g_autofree char *pictures = NULL, *features = NULL;
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "m.safetensors", NULL);
    const EffNetModelInfo info = {.n_classes = 2, .n_features = FEATURES, .labels = labels};

    album->sources[3] = 1; /* frames of the same video */
    effnet_album_write(album, &pictures, &features);
    write_file(path, pictures, features);
    read = effnet_album_read(path, &info, NULL);
    g_assert_nonnull(read);
    assert_equal(album, read);
    effnet_test_remove_folder(folder);
}

/* Adding one album to another, in either order, gives the same as making one album of all
 * pictures. */
static void
test_add(void)
{
    const char *const labels[] = {"ant", "bee", NULL}, *const others[] = {"bee", "cow", NULL};
    g_autoptr(EffNetAlbum) a = album_of(labels, (int[]){0, 1, 1, -1}, 1);
    g_autoptr(EffNetAlbum) b = album_of(others, (int[]){1, 0, -1}, 10);

    a->sources[2] = 1;
    effnet_album_add(a, b);
    g_assert_cmpuint(a->n, ==, 5);
    g_assert_cmpuint(a->labels->len, ==, 3);
    g_assert_cmpstr(g_ptr_array_index(a->labels, 2), ==, "cow");
    g_assert_cmpmem(a->targets, 15, ((guint8[]){1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0}), 15);
    g_assert_cmpuint(a->sources[2], ==, 1);
    g_assert_cmpuint(a->sources[4], ==, 4);
    g_assert_cmpmem(a->features + 3 * 2 * FEATURES, 2 * 2 * FEATURES * sizeof(float), b->features,
                    2 * 2 * FEATURES * sizeof(float));
}

static void
test_sort(void)
{
    const char *const labels[] = {"ant", "bee", NULL};
    g_autoptr(EffNetAlbum) all = album_of(labels, (int[]){0, 1, 1, 0, 1, 0, -1}, 1);
    g_autoptr(EffNetAlbum) first = album_of(labels, (int[]){0, 1, 1, -1}, 1);
    g_autoptr(EffNetAlbum) second = album_of(labels, (int[]){0, 1, 0, -1}, 4);
    g_autoptr(EffNetAlbum) again = album_of(labels, (int[]){1, 1, -1}, 2);

    effnet_album_add(second, first);
    effnet_album_add(second, again); /* pictures that it has already */
    g_assert_cmpuint(effnet_album_sort(second), ==, 2);
    g_assert_cmpuint(effnet_album_sort(all), ==, 0);
    assert_equal(all, second);
    g_assert_cmpuint(effnet_album_sort(second), ==, 0);
}

/* The same picture in two classes is kept twice, and pictures of one source keep a common
 * source. */
static void
test_sort_classes(void)
{
    const char *const labels[] = {"ant", "bee", NULL};
    g_autoptr(EffNetAlbum) a = album_of(labels, (int[]){0, 0, 0, -1}, 1);
    g_autoptr(EffNetAlbum) b = album_of(labels, (int[]){1, 1, -1}, 1);
    guint together = 0;

    a->sources[1] = 0;
    effnet_album_add(a, b);
    g_assert_cmpuint(effnet_album_sort(a), ==, 0);
    g_assert_cmpuint(a->n, ==, 5);
    for (guint i = 0; i < 5; i++) {
        g_assert_cmpuint(a->sources[a->sources[i]], ==, a->sources[i]);
        together += a->sources[i] != i;
    }
    g_assert_cmpuint(together, ==, 1);
}

static void
test_damaged(void)
{
    static const char *const wrong[] = {
        "{}",
        "[]",
        "no JSON",
        "{\"pictures\": 1, \"views\": 2, \"sources\": [0], \"targets\": [[2]]}",
        "{\"pictures\": 1, \"views\": 2, \"sources\": [1], \"targets\": [[0]]}",
        "{\"pictures\": 1, \"views\": 2, \"sources\": [], \"targets\": [[0]]}",
        "{\"pictures\": 1, \"views\": 3, \"sources\": [0], \"targets\": [[0]]}",
        "{\"pictures\": 2, \"views\": 2, \"sources\": [0, 0], \"targets\": [[0]]}",
        "{\"pictures\": 1, \"views\": 2, \"sources\": [0], \"targets\": [[]]}",
        "{\"pictures\": 1e300, \"views\": 2, \"sources\": [0], \"targets\": [[0]]}",
        /* Without their features: */
        "{\"pictures\": 1, \"views\": 2, \"sources\": [0], \"targets\": [[0]]}",
    };
    const char *const labels[] = {"ant", "bee", NULL};
    const EffNetModelInfo info = {.n_classes = 2, .n_features = FEATURES, .labels = labels};
    g_autoptr(GError) error = NULL;
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "m.safetensors", NULL);
    const float rows[2 * FEATURES] = {0};
    g_autofree char *features = effnet_kept_write(rows, 2, FEATURES);

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        write_file(path, wrong[i], i + 1 < G_N_ELEMENTS(wrong) ? features : "AAAA");
        g_assert_null(effnet_album_read(path, &info, &error));
        g_assert_nonnull(strstr(error->message, "damaged"));
        g_clear_error(&error);
    }
    write_file(path, NULL, NULL);
    g_assert_null(effnet_album_read(path, &info, &error));
    g_assert_nonnull(strstr(error->message, "keeps nothing"));
    effnet_test_remove_folder(folder);
}

/* Whether N pictures of N_FEATURES, each of all of N_LABELS classes, can be kept. */
static gboolean
can_be_kept(guint n, guint n_features, guint n_labels)
{
    g_autofree guint8 *targets = g_malloc((gsize)n * n_labels);
    g_autoptr(GPtrArray) labels = g_ptr_array_new();
    const EffNetAlbum album = {
        .n = n, .views = 2, .n_features = n_features, .labels = labels, .targets = targets};

    memset(targets, 1, (gsize)n * n_labels);
    g_ptr_array_set_size(labels, (gint)n_labels);
    return effnet_album_can_be_kept(&album);
}

static void
test_too_many(void)
{
    g_assert_true(can_be_kept(10000, 1280, 1));
    g_assert_false(can_be_kept(20000, 1280, 1)); /* 103 MB */
    g_assert_true(can_be_kept(80000, 6, 1));
    g_assert_false(can_be_kept(80000, 6, 2)); /* 320000 values */
}

/* Pictures that were taken in one go are one source, wherever they have been sorted to. */
static void
test_bursts(void)
{
    const char *const labels[] = {"open", "shut", NULL};
    const char *const paths[] = {
        "g/open/cam-1-burst-001.jpg", "g/open/cam-2-burst-001.jpg", "g/open/cam-1.jpg",
        "g/shut/cam-1-burst-2.jpg",   "g/shut/cam-1-burst-x.jpg",   "g/shut/-burst-1.jpg",
        "g/x-burst-1.jpg/a.jpg",      "g/x-burst-1.jpg/b.jpg",      "g/open/cam-2-burst-044.png"};
    g_autoptr(EffNetAlbum) album =
        album_with(labels, (int[]){0, 0, 0, 1, 1, 1, 0, 0, 0, -1}, 1, paths);

    g_assert_cmpmem(album->sources, album->n * sizeof(guint),
                    ((guint[]){0, 1, 2, 0, 4, 5, 6, 7, 1}), 9 * sizeof(guint));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/album/there-and-back", test_there_and_back);
    g_test_add_func("/learn/album/add", test_add);
    g_test_add_func("/learn/album/sort", test_sort);
    g_test_add_func("/learn/album/sort-classes", test_sort_classes);
    g_test_add_func("/learn/album/damaged", test_damaged);
    g_test_add_func("/learn/album/too-many", test_too_many);
    g_test_add_func("/learn/album/bursts", test_bursts);
    return g_test_run();
}
