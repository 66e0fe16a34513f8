/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

static gboolean
load(EffNetWatchConfig *config, const char *text, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("effnet-XXXXXX.conf", &path, NULL);
    gboolean ok;

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    ok = effnet_watch_config_load(config, path, error);
    g_unlink(path);
    return ok;
}

static const EffNetWatchConfigStream *
get_stream(const EffNetWatchConfig *config, guint i)
{
    g_assert_cmpuint(i, <, config->streams->len);
    return g_ptr_array_index(config->streams, i);
}

static void
test_layers(void)
{
    g_autoptr(EffNetWatchConfig) config = effnet_watch_config_new();
    g_autoptr(GError) error = NULL;
    const EffNetWatchConfigStream *a, *b;

    g_assert_true(load(config,
                       "[watch]\ntop-k=2\nthreshold=0.1\nhttp=80\n"
                       "[stream a]\nsource=rtsp://host/a\ntop-k=3\n"
                       "[stream the b]\nsource=b.mkv\nthreshold=0.5\ndisplay=true\n",
                       &error));
    g_assert_no_error(error);
    g_hash_table_insert(config->command_line, g_strdup("threshold"), g_strdup("0.9"));
    a = get_stream(config, 0);
    b = get_stream(config, 1);
    g_assert_cmpstr(a->name, ==, "a");
    g_assert_cmpstr(a->source, ==, "rtsp://host/a");
    g_assert_cmpstr(b->name, ==, "the b");
    g_assert_cmpstr(effnet_watch_config_get(config, a, "top-k"), ==, "3");
    g_assert_cmpstr(effnet_watch_config_get(config, b, "top-k"), ==, "2");
    g_assert_cmpstr(effnet_watch_config_get(config, NULL, "top-k"), ==, "2");
    g_assert_cmpstr(effnet_watch_config_get(config, b, "threshold"), ==, "0.9");
    g_assert_cmpstr(effnet_watch_config_get(config, b, "display"), ==, "true");
    g_assert_null(effnet_watch_config_get(config, a, "display"));
    g_assert_cmpstr(effnet_watch_config_get(config, NULL, "http"), ==, "80");
}

static void
test_wrong_files(void)
{
    static const char *const wrong[][2] = {
        {"no groups", "key"},
        {"[other]\n", "[other]"},
        {"[stream ]\n", "[stream ]"},
        {"[stream a]\ntop-k=3\n", "source"},
        {"[stream a]\nsource=\n", "source"},
        {"[stream a]\nsource=x\nsuorce=y\n", "suorce"},
        {"[stream a]\nsource=x\njson=true\n", "json"},
        {"[watch]\nsource=x\n", "source"},
        {"[watch]\ndisplay=maybe\n", "display"},
        {"[watch]\nmodel=\\q\n", "model"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(EffNetWatchConfig) config = effnet_watch_config_new();
        g_autoptr(GError) error = NULL;

        if (load(config, wrong[i][0], &error))
            g_error("\"%s\" was read", wrong[i][0]);
        if (strstr(error->message, wrong[i][1]) == NULL || strchr(error->message, '\n'))
            g_error("\"%s\" says \"%s\"", wrong[i][0], error->message);
    }
}

static void
test_names(void)
{
    static const char *const names[][2] = {
        {"/dev/video0", "video0"},
        {"v4l2:///dev/video2", "video2"},
        {"rtsp://user:secret@host:554/live/1", "host/live/1"},
        {"rtsp://host", "host"},
        {"http://host/", "host-2"},
        {"films/a.mkv", "a.mkv"},
        {"other/a.mkv", "a.mkv-2"},
        {"door=rtsp://host/x?a=b", "door"},
        {"rtsp://host/x?a=b", "host/x"},
        {"videotest:", "videotest"},
        {"videotest:ball", "ball"},
        {"file:///tmp/b.mkv", "b.mkv"},
        {"front door=z.mkv", "front door"},
        {" Küche =rtsp://host/x", "Küche"},
        {"films/x y=z.mkv", "x y=z.mkv"},
        {"\xff=z.mkv", "\357\277\275=z.mkv"},
        {"=z.mkv", "=z.mkv"},
    };
    g_autoptr(EffNetWatchConfig) config = effnet_watch_config_new();
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_true(effnet_watch_config_add(config, names[i][0], &error));
        g_assert_no_error(error);
        g_assert_cmpstr(get_stream(config, i)->name, ==, names[i][1]);
    }
    g_assert_cmpstr(get_stream(config, 12)->source, ==, "z.mkv");
    g_assert_cmpstr(get_stream(config, 13)->source, ==, "rtsp://host/x");
    g_assert_cmpstr(get_stream(config, 7)->source, ==, "rtsp://host/x?a=b");
    g_assert_false(effnet_watch_config_add(config, "door=y", &error));
    g_assert_nonnull(strstr(error->message, "\"door\""));
    g_clear_error(&error);
    g_assert_false(effnet_watch_config_add(config, "", &error));
    g_clear_error(&error);
    g_assert_false(effnet_watch_config_add(config, "a=", &error));
}

static void
test_too_many(void)
{
    g_autoptr(EffNetWatchConfig) config = effnet_watch_config_new();
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < EFFNET_WATCH_MAX_STREAMS; i++) {
        g_autofree char *source = g_strdup_printf("s%u=x", i);

        g_assert_true(effnet_watch_config_add(config, source, NULL));
    }
    g_assert_false(effnet_watch_config_add(config, "more=x", &error));
    g_assert_nonnull(strstr(error->message, "65536"));
}

static void
test_keys(void)
{
    for (guint i = 0; i < effnet_watch_n_keys; i++) {
        for (guint k = 0; k < i; k++) {
            g_assert_cmpstr(effnet_watch_keys[i].name, !=, effnet_watch_keys[k].name);
            g_assert_true(effnet_watch_keys[i].letter == 0 ||
                          effnet_watch_keys[i].letter != effnet_watch_keys[k].letter);
        }
        g_assert_true(effnet_watch_keys[i].kind != EFFNET_WATCH_KEY_PROPERTY ||
                      effnet_watch_keys[i].argument);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/layers", test_layers);
    g_test_add_func("/config/wrong-files", test_wrong_files);
    g_test_add_func("/config/names", test_names);
    g_test_add_func("/config/too-many", test_too_many);
    g_test_add_func("/config/keys", test_keys);
    return g_test_run();
}
