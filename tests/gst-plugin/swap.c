/* SPDX-License-Identifier: BSD-2-Clause */
#include "swap.h"

#include "checkpoint.h"
#include "threads.h"

typedef struct {
    char *folder;
    GstEfficientNetModelSettings settings;
    GstEfficientNetSwap *swap;
    gint refused; /* how many were refused, */
    gint serial;  /* and the last one's serial */
} Fixture;

static void
refuse(gpointer data, guint serial, const GError *error)
{
    Fixture *f = data;

    g_assert_nonnull(error);
    g_atomic_int_set(&f->serial, (gint)serial);
    g_atomic_int_inc(&f->refused);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = effnet_test_make_folder();
    f->settings = (GstEfficientNetModelSettings){
        .model = g_build_filename(f->folder, "lite0.safetensors", NULL),
        .model_options = gst_structure_new("o", "resolution", G_TYPE_INT, 32, NULL),
        .threads = 1,
    };
    effnet_test_write_lite0(f->settings.model, 1, 3, 1.0f);
    f->swap = gst_efficientnet_swap_new(refuse, f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_clear_pointer(&f->swap, gst_efficientnet_swap_free);
    gst_efficientnet_model_settings_clear(&f->settings);
    effnet_test_remove_folder(f->folder);
}

static void
request(Fixture *f, GstEfficientNetSwap *swap, guint serial)
{
    GError *error = NULL;

    g_assert_true(gst_efficientnet_swap_request(swap, &f->settings, serial, &error));
    g_assert_no_error(error);
}

static GstEfficientNetClassifier *
wait_for(Fixture *f, guint serial)
{
    g_auto(GstEfficientNetModelSettings) settings = {0};
    GstEfficientNetClassifier *classifier;
    guint taken = 0;

    while (!(classifier = gst_efficientnet_swap_take(f->swap, &settings, &taken)))
        g_usleep(1000);
    g_assert_cmpuint(taken, ==, serial);
    g_assert_cmpstr(settings.model, ==, f->settings.model);
    return classifier;
}

static void
test_take(Fixture *f, gconstpointer data)
{
    GstEfficientNetModelSettings settings;
    GstEfficientNetClassifier *classifier;
    guint serial;

    g_assert_null(gst_efficientnet_swap_take(f->swap, &settings, &serial));
    request(f, f->swap, 4);
    classifier = wait_for(f, 4);
    g_assert_cmpuint(classifier->info->n_classes, ==, 3);
    g_assert_null(gst_efficientnet_swap_take(f->swap, &settings, &serial));
    gst_efficientnet_swap_retire(f->swap, classifier);
    g_assert_cmpint(f->refused, ==, 0);
}

/* Of many requests the last one counts. */
static void
test_newest(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 20; i++) {
        request(f, f->swap, i);
        g_usleep(i % 4 * 5000);
    }
    f->settings.labels = g_strsplit("a,b,c", ",", -1);
    request(f, f->swap, 20);
    for (;;) {
        g_auto(GstEfficientNetModelSettings) settings = {0};
        g_autoptr(GstEfficientNetClassifier) classifier = NULL;
        guint serial = 0;

        classifier = gst_efficientnet_swap_take(f->swap, &settings, &serial);
        if (!classifier) {
            g_usleep(1000);
            continue;
        }
        g_assert_cmpuint(serial, ==, 20);
        g_assert_cmpstr(classifier->labels[1], ==, "b");
        break;
    }
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    f->settings.labels = g_strsplit("a,b", ",", -1);
    request(f, f->swap, 8);
    while (g_atomic_int_get(&f->refused) == 0)
        g_usleep(1000);
    g_assert_cmpint(g_atomic_int_get(&f->serial), ==, 8);
    g_clear_pointer(&f->settings.labels, g_strfreev);
    request(f, f->swap, 9);
    gst_efficientnet_classifier_free(wait_for(f, 9));
    g_assert_cmpint(g_atomic_int_get(&f->refused), ==, 1);
}

/* Then nothing counts as requested. */
static void
test_no_thread(Fixture *f, gconstpointer data)
{
    GstEfficientNetModelSettings settings;
    g_autoptr(GError) error = NULL;
    guint serial;

    effnet_test_refuse_threads(TRUE);
    g_assert_false(gst_efficientnet_swap_request(f->swap, &f->settings, 3, &error));
    effnet_test_refuse_threads(FALSE);
    g_assert_true(g_str_has_prefix(error->message, "model: "));
    g_assert_null(gst_efficientnet_swap_take(f->swap, &settings, &serial));
    request(f, f->swap, 4);
    gst_efficientnet_classifier_free(wait_for(f, 4));
    g_assert_cmpint(g_atomic_int_get(&f->refused), ==, 0);
}

/* Freed while it opens, and with something opened that was not taken. */
static void
test_free(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 8; i++) {
        g_autoptr(GstEfficientNetSwap) swap = gst_efficientnet_swap_new(refuse, f);

        request(f, swap, i);
        g_usleep(i * 3000);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/swap/take", test_take);
    ADD("/swap/newest", test_newest);
    ADD("/swap/refused", test_refused);
    ADD("/swap/no-thread", test_no_thread);
    ADD("/swap/free", test_free);
    return g_test_run();
}
