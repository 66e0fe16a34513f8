/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelcache.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint.h"

typedef struct {
    char *folder;
    char *path;
} Fixture;

static const EffNetModelOptions small = {.resolution = 32};

/* Holds whoever opens the model at HELD until it is released. */
static struct {
    GMutex lock;
    GCond changed;
    const char *held; /* NULL: none */
    guint holding;    /* threads that are held */
    guint opened;     /* opened so far */
} door;

EffNetModel *__real_effnet_model_open(const char *path, const EffNetModelOptions *options,
                                      GError **error);
EffNetModel *__wrap_effnet_model_open(const char *path, const EffNetModelOptions *options,
                                      GError **error);

EffNetModel *
__wrap_effnet_model_open(const char *path, const EffNetModelOptions *options, GError **error)
{
    g_mutex_lock(&door.lock);
    door.opened++;
    door.holding++;
    g_cond_broadcast(&door.changed);
    while (g_strcmp0(path, door.held) == 0)
        g_cond_wait(&door.changed, &door.lock);
    door.holding--;
    g_mutex_unlock(&door.lock);
    return __real_effnet_model_open(path, options, error);
}

static void
hold(const char *path)
{
    g_mutex_lock(&door.lock);
    door.held = path;
    door.opened = 0;
    g_mutex_unlock(&door.lock);
}

static void
wait_until_held(void)
{
    g_mutex_lock(&door.lock);
    while (door.holding == 0)
        g_cond_wait(&door.changed, &door.lock);
    g_mutex_unlock(&door.lock);
}

static void
let_go(void)
{
    g_mutex_lock(&door.lock);
    door.held = NULL;
    g_cond_broadcast(&door.changed);
    g_mutex_unlock(&door.lock);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = effnet_test_make_folder();
    f->path = g_build_filename(f->folder, "lite0.safetensors", NULL);
    effnet_test_write_lite0(f->path, 1, 10, 1.0f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_remove_folder(f->folder);
    g_free(f->path);
}

static EffNetModel *
acquire(const char *path, const EffNetModelOptions *options)
{
    GError *error = NULL;
    EffNetModel *model = gst_efficientnet_modelcache_acquire(path, options, &error);

    g_assert_no_error(error);
    g_assert_nonnull(model);
    return model;
}

static void
test_shared(Fixture *f, gconstpointer data)
{
    g_autofree char *name = g_path_get_basename(f->path), *cwd = g_get_current_dir();
    EffNetModel *first = acquire(f->path, &small), *second = acquire(f->path, &small), *third;

    g_assert_true(first == second);
    /* The same file by another path. */
    g_assert_cmpint(chdir(f->folder), ==, 0);
    third = acquire(name, &small);
    g_assert_cmpint(chdir(cwd), ==, 0);
    g_assert_true(third == first);
    gst_efficientnet_modelcache_release(first);
    gst_efficientnet_modelcache_release(second);
    g_assert_cmpuint(effnet_model_get_info(third)->n_classes, ==, 10);
    gst_efficientnet_modelcache_release(third);
}

static void
test_options(Fixture *f, gconstpointer data)
{
    EffNetModelOptions large = {.resolution = 64};
    EffNetModel *first = acquire(f->path, &small), *second = acquire(f->path, &large);

    g_assert_true(first != second);
    g_assert_cmpuint(effnet_model_get_info(first)->resolution, ==, 32);
    g_assert_cmpuint(effnet_model_get_info(second)->resolution, ==, 64);
    gst_efficientnet_modelcache_release(first);
    gst_efficientnet_modelcache_release(second);
}

/* Another file under the old name is another model. */
static void
test_changed_file(Fixture *f, gconstpointer data)
{
    EffNetModel *first = acquire(f->path, &small), *second;

    effnet_test_write_lite0(f->path, 2, 11, 1.0f);
    second = acquire(f->path, &small);
    g_assert_true(first != second);
    g_assert_cmpuint(effnet_model_get_info(first)->n_classes, ==, 10);
    g_assert_cmpuint(effnet_model_get_info(second)->n_classes, ==, 11);
    gst_efficientnet_modelcache_release(first);
    gst_efficientnet_modelcache_release(second);
}

/* Another config beside the file, or none, makes it another network. */
static void
test_config(Fixture *f, gconstpointer data)
{
    static const char config[] =
        "{\"architecture\": \"tf_efficientnet_lite0\", \"labels\": "
        "[\"0\", \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"cat\"]}";
    g_autofree char *path = g_build_filename(f->folder, "config.json", NULL);
    EffNetModel *first = acquire(f->path, &small), *second, *third;

    g_assert_true(g_file_set_contents(path, config, -1, NULL));
    second = acquire(f->path, &small);
    third = acquire(f->path, &small);
    g_assert_true(second != first);
    g_assert_true(third == second);
    g_assert_null(effnet_model_get_info(first)->labels);
    g_assert_cmpstr(effnet_model_get_info(second)->labels[9], ==, "cat");
    gst_efficientnet_modelcache_release(first);
    gst_efficientnet_modelcache_release(second);
    gst_efficientnet_modelcache_release(third);
}

/* Another way of preparing images makes it another network, too. */
static void
test_preprocessor(Fixture *f, gconstpointer data)
{
    g_autofree char *path = g_build_filename(f->folder, "preprocessor_config.json", NULL);
    EffNetModel *first = acquire(f->path, &small), *second;

    g_assert_true(g_file_set_contents(path, "{\"resample\": 3}", -1, NULL));
    second = acquire(f->path, &small);
    g_assert_true(second != first);
    g_assert_cmpint(effnet_model_get_info(second)->interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    gst_efficientnet_modelcache_release(first);
    gst_efficientnet_modelcache_release(second);
}

/* Writes the index of all tensors of the checkpoint PATH beside it, as if it were a shard. */
static char *
write_index(const char *path)
{
    g_autofree char *content = NULL, *header = NULL, *folder = g_path_get_dirname(path);
    g_autofree char *shard = g_path_get_basename(path), *numbers = NULL, *map = NULL;
    g_autoptr(GRegex) tensor = g_regex_new("(\"[^\"]+\"):\\{\"dtype\"[^}]*\\}", 0, 0, NULL);
    g_autoptr(GRegex) metadata = g_regex_new("\"__metadata__\":\\{[^}]*\\},?", 0, 0, NULL);
    g_autofree char *entry = g_strdup_printf("\\1:\"%s\"", shard), *index = NULL;
    char *written = g_build_filename(folder, "model.safetensors.index.json", NULL);
    guint64 length;

    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    memcpy(&length, content, sizeof length);
    header = g_strndup(content + sizeof length, GUINT64_FROM_LE(length));
    numbers = g_regex_replace(metadata, header, -1, 0, "", 0, NULL);
    map = g_regex_replace(tensor, numbers, -1, 0, entry, 0, NULL);
    index = g_strdup_printf("{\"weight_map\": %s}", map);
    g_assert_true(g_file_set_contents(written, index, -1, NULL));
    return written;
}

/* Other shards under the same index make it another network. */
static void
test_shards(Fixture *f, gconstpointer data)
{
    g_autofree char *shard = g_build_filename(f->folder, "model-1.safetensors", NULL);
    char *elsewhere = effnet_test_make_folder(); /* lest config.json change as well */
    g_autofree char *other = g_build_filename(elsewhere, "other.safetensors", NULL), *index = NULL;
    EffNetModel *first, *second, *third;

    g_assert_cmpint(rename(f->path, shard), ==, 0);
    effnet_test_write_lite0(other, 77, 10, 1.0f);
    index = write_index(shard);
    first = acquire(index, &small);
    second = acquire(index, &small);
    g_assert_true(second == first);
    g_assert_cmpint(rename(other, shard), ==, 0);
    third = acquire(index, &small);
    g_assert_true(third != first);
    gst_efficientnet_modelcache_release(first);
    gst_efficientnet_modelcache_release(second);
    gst_efficientnet_modelcache_release(third);
    effnet_test_remove_folder(elsewhere);
}

/* The name says how the network was trained if nothing else does. */
static void
test_name(Fixture *f, gconstpointer data)
{
    g_autofree char *config = g_build_filename(f->folder, "config.json", NULL);
    g_autofree char *same = g_build_filename(f->folder, "tf_efficientnet_lite0.safetensors", NULL);
    g_autofree char *symmetric =
        g_build_filename(f->folder, "efficientnet_lite0.safetensors", NULL);
    EffNetModel *first, *second;

    g_assert_cmpint(unlink(config), ==, 0);
    g_assert_cmpint(rename(f->path, same), ==, 0);
    g_assert_cmpint(symlink(same, symmetric), ==, 0);
    first = acquire(same, &small);
    second = acquire(symmetric, &small);
    g_assert_cmpint(effnet_model_get_info(first)->padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpint(effnet_model_get_info(second)->padding, ==, EFFNET_PADDING_SYMMETRIC);
    gst_efficientnet_modelcache_release(first);
    gst_efficientnet_modelcache_release(second);
}

static void
test_missing(Fixture *f, gconstpointer data)
{
    g_autofree char *path = g_build_filename(f->folder, "none.pth", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(gst_efficientnet_modelcache_acquire(path, &small, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "none.pth"));
}

static gpointer
acquire_and_release(gpointer path)
{
    for (guint i = 0; i < 20; i++)
        gst_efficientnet_modelcache_release(acquire(path, &small));
    return NULL;
}

static void
test_threads(Fixture *f, gconstpointer data)
{
    EffNetModel *model = acquire(f->path, &small);
    GThread *threads[4];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("user", acquire_and_release, f->path);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_true(acquire(f->path, &small) == model);
    gst_efficientnet_modelcache_release(model);
    gst_efficientnet_modelcache_release(model);
}

static gpointer
acquire_only(gpointer path)
{
    return acquire(path, &small);
}

/* A slow model does not delay others. */
static void
test_parallel(Fixture *f, gconstpointer data)
{
    g_autofree char *path = g_build_filename(f->folder, "other.safetensors", NULL);
    EffNetModel *slow, *other;
    GThread *thread;

    effnet_test_write_lite0(path, 2, 11, 1.0f);
    hold(f->path);
    thread = g_thread_new("slow", acquire_only, f->path);
    wait_until_held();
    other = acquire(path, &small);
    gst_efficientnet_modelcache_release(other);
    other = acquire(path, &small);
    let_go();
    slow = g_thread_join(thread);
    g_assert_cmpuint(effnet_model_get_info(slow)->n_classes, ==, 10);
    g_assert_cmpuint(effnet_model_get_info(other)->n_classes, ==, 11);
    gst_efficientnet_modelcache_release(slow);
    gst_efficientnet_modelcache_release(other);
}

/* Whoever wants a model that is being opened waits for it. */
static void
test_once(Fixture *f, gconstpointer data)
{
    EffNetModel *model, *same;
    GThread *threads[4];

    hold(f->path);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("user", acquire_only, f->path);
    wait_until_held();
    let_go();
    model = g_thread_join(threads[0]);
    for (gsize i = 1; i < G_N_ELEMENTS(threads); i++) {
        same = g_thread_join(threads[i]);
        g_assert_true(same == model);
        gst_efficientnet_modelcache_release(same);
    }
    g_assert_cmpuint(door.opened, ==, 1);
    g_assert_cmpuint(effnet_model_get_info(model)->n_classes, ==, 10);
    gst_efficientnet_modelcache_release(model);
}

static gpointer
fail_to_acquire(gpointer path)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(gst_efficientnet_modelcache_acquire(path, &small, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_null(gst_efficientnet_modelcache_acquire(path, &small, NULL));
    return NULL;
}

/* All who waited get the error, and the next one tries again. */
static void
test_failed(Fixture *f, gconstpointer data)
{
    g_autofree char *path = g_build_filename(f->folder, "wrong.safetensors", NULL);
    GThread *threads[4];

    g_assert_true(g_file_set_contents(path, "not a model", -1, NULL));
    hold(path);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("user", fail_to_acquire, path);
    wait_until_held();
    let_go();
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    hold(NULL);
    fail_to_acquire(path);
    g_assert_cmpuint(door.opened, ==, 2);
    effnet_test_write_lite0(path, 1, 10, 1.0f);
    gst_efficientnet_modelcache_release(acquire(path, &small));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/modelcache/shared", test_shared);
    ADD("/modelcache/options", test_options);
    ADD("/modelcache/changed-file", test_changed_file);
    ADD("/modelcache/config", test_config);
    ADD("/modelcache/preprocessor", test_preprocessor);
    ADD("/modelcache/shards", test_shards);
    ADD("/modelcache/name", test_name);
    ADD("/modelcache/missing", test_missing);
    ADD("/modelcache/threads", test_threads);
    ADD("/modelcache/parallel", test_parallel);
    ADD("/modelcache/once", test_once);
    ADD("/modelcache/failed", test_failed);
    return g_test_run();
}
