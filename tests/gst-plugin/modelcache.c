/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelcache.h"

#include <unistd.h>

#include "checkpoint.h"

typedef struct {
    char *folder;
    char *path;
} Fixture;

static const EffNetModelOptions small = {.resolution = 32};

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
    g_autofree char *link = g_build_filename(f->folder, "link.safetensors", NULL);
    EffNetModel *first = acquire(f->path, &small), *second = acquire(f->path, &small), *third;

    g_assert_true(first == second);
    /* The same file by another name. */
    g_assert_cmpint(symlink(f->path, link), ==, 0);
    third = acquire(link, &small);
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/modelcache/shared", test_shared);
    ADD("/modelcache/options", test_options);
    ADD("/modelcache/changed-file", test_changed_file);
    ADD("/modelcache/missing", test_missing);
    ADD("/modelcache/threads", test_threads);
    return g_test_run();
}
