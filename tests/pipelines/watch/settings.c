/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#include <string.h>

#include <glib/gstdio.h>

#include "checkpoint.h"
#include "gstefficientnet.h"

static void
set(EffNetWatchConfig *config, const char *key, const char *text)
{
    g_hash_table_replace(config->command_line, g_strdup(key), g_strdup(text));
}

static EffNetWatchConfig *
new_config(const char *source)
{
    EffNetWatchConfig *config = effnet_watch_config_new();

    g_assert_true(effnet_watch_config_add(config, source, NULL));
    return config;
}

static EffNetWatchProgram *
read_config(const EffNetWatchConfig *config)
{
    g_autoptr(GError) error = NULL;
    EffNetWatchProgram *program = effnet_watch_program_new(config, &error);

    g_assert_no_error(error);
    return program;
}

static void
test_defaults(void)
{
    g_autoptr(EffNetWatchConfig) config = new_config("rtsp://host/x");
    g_autoptr(EffNetWatchProgram) program = read_config(config);
    const EffNetWatchSettings *settings = g_ptr_array_index(program->streams, 0);

    g_assert_cmpstr(settings->name, ==, "host/x");
    g_assert_cmpstr(settings->source, ==, "rtsp://host/x");
    g_assert_true(settings->overlay && !settings->display && !settings->realtime);
    g_assert_cmpint(settings->transport, ==, EFFNET_WATCH_TRANSPORT_AUTO);
    g_assert_cmpuint(settings->latency, ==, 200);
    g_assert_cmpuint(settings->timeout, ==, 10);
    g_assert_null(settings->record);
    g_assert_null(program->http.address);
    g_assert_false(program->json);
}

static void
test_shard(void)
{
    g_autoptr(EffNetWatchConfig) config = new_config("/dev/video3");
    g_autoptr(EffNetWatchProgram) all = read_config(config), some = NULL, none = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(all->shard.count, ==, 0);
    set(config, "shard", "2/7");
    some = read_config(config);
    g_assert_cmpuint(some->shard.count, ==, 7);
    g_assert_cmpuint(some->shard.number, ==, 2);
    set(config, "shard", "2");
    none = effnet_watch_program_new(config, &error);
    g_assert_null(none);
    g_assert_nonnull(strstr(error->message, "shard must be N/COUNT or N/FILE"));
}

static void
test_all(void)
{
    g_autoptr(EffNetWatchConfig) config = new_config("/dev/video3");
    g_autoptr(EffNetWatchProgram) program = NULL;
    const EffNetWatchSettings *settings;
    g_autoptr(GstElement) element =
        gst_object_ref_sink(gst_element_factory_make("efficientnet", NULL));
    guint top_k;

    set(config, "http", "8080");
    set(config, "rtsp-out", "[::]:8554");
    set(config, "json", "true");
    set(config, "no-overlay", "true");
    set(config, "changes-only", "false");
    set(config, "transport", "tcp");
    set(config, "latency", "0");
    set(config, "timeout", "3");
    set(config, "top-k", "2");
    set(config, "publish", "mqtt://broker:1884/a/b");
    program = read_config(config);
    settings = g_ptr_array_index(program->streams, 0);
    g_assert_cmpstr(program->http.address, ==, "127.0.0.1");
    g_assert_cmpuint(program->http.port, ==, 8080);
    g_assert_cmpstr(program->rtsp.address, ==, "::");
    g_assert_true(program->json);
    g_assert_cmpstr(settings->source, ==, "v4l2:///dev/video3");
    g_assert_true(settings->realtime && !settings->overlay && !settings->changes_only);
    g_assert_cmpint(settings->transport, ==, EFFNET_WATCH_TRANSPORT_TCP);
    g_assert_cmpuint(settings->latency, ==, 0);
    g_assert_cmpuint(settings->timeout, ==, 3);
    g_assert_cmpstr(settings->method, ==, "mqtt");
    g_assert_cmpstr(settings->broker_address, ==, "mqtt://broker:1884");
    g_assert_cmpstr(settings->topic, ==, "a/b");
    g_assert_true(effnet_watch_settings_apply(settings, element, NULL));
    g_object_get(element, "top-k", &top_k, NULL);
    g_assert_cmpuint(top_k, ==, 2);
}

/* What a source is: its name, what plays it, and whether it keeps its own pace. */
static void
test_sources(void)
{
    static const struct {
        const char *source, *name, *uri, *camera;
        gboolean live, input;
    } rows[] = {
        {"rtsp://me:x@host:1/cam", "host/cam", "rtsp://me:x@host:1/cam", NULL, TRUE, FALSE},
        {"srt://host:7001?latency=50", "host", "srt://host:7001?latency=50", NULL, TRUE, FALSE},
        {"libcamera:", "libcamera", "libcamera:", "", TRUE, FALSE},
        {"libcamera:/base/i2c@1/imx219@10", "imx219@10", "libcamera:/base/i2c@1/imx219@10",
         "/base/i2c@1/imx219@10", TRUE, FALSE},
        {"-", "stdin", "fd://0", NULL, FALSE, TRUE},
        {"film.mkv", "film.mkv", "film.mkv", NULL, FALSE, FALSE},
    };

    g_assert_nonnull(freopen("/dev/null", "r", stdin));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(EffNetWatchConfig) config = new_config(rows[i].source);
        g_autoptr(EffNetWatchProgram) program = read_config(config);
        const EffNetWatchSettings *settings = g_ptr_array_index(program->streams, 0);

        g_assert_cmpstr(settings->name, ==, rows[i].name);
        g_assert_cmpstr(settings->source, ==, rows[i].uri);
        g_assert_cmpstr(settings->camera, ==, rows[i].camera);
        g_assert_cmpint(effnet_watch_settings_is_live(settings), ==, rows[i].live);
        g_assert_cmpint(settings->input, ==, rows[i].input);
    }
}

/* Where lines go, by the scheme; and a stream's name in a topic. */
static void
test_publish(void)
{
    static const struct {
        const char *to, *method, *address, *topic;
    } rows[] = {
        {"lines.jsonl", NULL, NULL, NULL},
        {"mqtt://broker/cams/%s", "mqtt", "mqtt://broker", "cams/front door"},
        {"mqtts://broker:1/t", "mqtt", "mqtts://broker:1", "t"},
        {"kafka://a,b:9093/cams.%s", "kafka", "kafka://a,b:9093", "cams.front_door"},
        {"kafkas://[::1]:1/t", "kafka", "kafkas://[::1]:1", "t"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(EffNetWatchConfig) config = new_config("front door=videotest:");
        g_autoptr(EffNetWatchProgram) program = NULL;
        const EffNetWatchSettings *settings;
        g_autofree char *topic = NULL;

        set(config, "publish", rows[i].to);
        if (g_strcmp0(rows[i].method, "kafka") == 0)
            set(config, "kafka-config", "kafka.properties");
        program = read_config(config);
        settings = g_ptr_array_index(program->streams, 0);
        g_assert_cmpstr(settings->method, ==, rows[i].method);
        g_assert_cmpstr(settings->broker_address, ==, rows[i].address);
        if (rows[i].method)
            topic = effnet_watch_settings_new_topic(settings);
        g_assert_cmpstr(topic, ==, rows[i].topic);
        g_assert_cmpstr(settings->publish, ==, rows[i].method ? NULL : rows[i].to);
    }
}

/* A format goes with the methods that have what it needs. */
static void
test_publish_format(void)
{
    static const struct {
        const char *to, *format, *says; /* NULL: nothing */
    } rows[] = {
        {"mqtt://broker/cams", "json", NULL},
        {"mqtts://broker/cams", "homeassistant", NULL},
        {"mqtt://broker/frigate", "frigate", NULL},
        {"kafka://broker/cams", "dlstreamer", NULL},
        {"kafka://broker/cams", "onvif", NULL},
        {"kafka://broker/cams", "homeassistant",
         "publish-format homeassistant needs --publish mqtt://HOST/TOPIC"},
        {"lines.jsonl", "dlstreamer",
         "publish-format dlstreamer needs --publish mqtt://HOST/TOPIC"},
        {"mqtt://broker/cams", "xml",
         "publish-format must be json, dlstreamer, homeassistant, frigate or onvif, not \"xml\""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
        g_autoptr(EffNetWatchProgram) program = NULL;
        g_autoptr(GError) error = NULL;

        set(config, "publish", rows[i].to);
        set(config, "publish-format", rows[i].format);
        program = effnet_watch_program_new(config, &error);
        g_assert_cmpstr(error ? error->message : NULL, ==, rows[i].says);
        if (program)
            g_assert_cmpstr(((EffNetWatchSettings *)program->streams->pdata[0])->publish_format, ==,
                            rows[i].format);
    }
}

static void
assert_property(const EffNetWatchSettings *settings, const char *name, double expected)
{
    g_autoptr(GstElement) element =
        gst_object_ref_sink(gst_element_factory_make("efficientnet", NULL));
    g_auto(GValue) value = G_VALUE_INIT, number = G_VALUE_INIT;

    g_assert_true(effnet_watch_settings_apply(settings, element, NULL));
    g_object_get_property(G_OBJECT(element), name, &value);
    g_value_init(&number, G_TYPE_DOUBLE);
    g_assert_true(g_value_transform(&value, &number));
    g_assert_cmpfloat_with_epsilon(g_value_get_double(&number), expected, 1e-6);
}

/* Labels do not flicker by default; this can be turned off. */
static void
test_steady(void)
{
    g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
    g_autoptr(EffNetWatchProgram) program = read_config(config), raw = NULL;

    assert_property(program->streams->pdata[0], "smoothing", 0.8);
    assert_property(program->streams->pdata[0], "threshold", 0.2);
    set(config, "smoothing", "0");
    set(config, "threshold", "0");
    raw = read_config(config);
    assert_property(raw->streams->pdata[0], "smoothing", 0);
    assert_property(raw->streams->pdata[0], "threshold", 0);
}

static void
test_on_change(void)
{
    static const char *const words[] = {"notify-send", "a b", "$EFFNET_LABEL", NULL};
    g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
    g_autoptr(EffNetWatchProgram) program = read_config(config), with = NULL;
    const EffNetWatchSettings *settings = program->streams->pdata[0];

    g_assert_null(settings->on_change);
    set(config, "on-change", "notify-send \"a b\" $EFFNET_LABEL");
    with = read_config(config);
    settings = with->streams->pdata[0];
    g_assert_true(g_strv_equal((const char *const *)settings->on_change, words));
}

static void
test_wrong(void)
{
    static const char *const wrong[][2] = {
        {"http", "localhost:80"},
        {"http", ""},
        {"rtsp-out", "1.2.3.4:x"},
        {"transport", "both"},
        {"latency", "-1"},
        {"timeout", "0"},
        {"top-k", "0"},
        {"threshold", "x"},
        {"publish", "mqtt://broker"},
        {"publish", "kafka://broker"},
        {"publish", "kafka:///topic"},
        {"publish-format", "json"},
        {"kafka-config", "kafka.properties"},
        {"max-rate", "often"},
        {"precision", "x1"},
        {"on-change", "echo 'a"},
        {"on-change", " "},
        {"record-segment", "0"},
        {"record-segment", "60"},
        {"record-keep", "3"},
        {"snapshot", ""},
        {"clip", ""},
        {"clip-seconds", "10"},
        {"capture-keep", "10"},
        {"capture-keep", "0"},
        {"capture-space", "x"},
        {"capture-classes", "cat"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
        g_autoptr(GError) error = NULL;

        set(config, wrong[i][0], wrong[i][1]);
        if (effnet_watch_program_new(config, &error))
            g_error("%s=%s was taken", wrong[i][0], wrong[i][1]);
        if (!g_str_has_prefix(error->message, wrong[i][0]))
            g_error("%s=%s says \"%s\"", wrong[i][0], wrong[i][1], error->message);
    }
}

static void
test_live(void)
{
    static const struct {
        const char *source;
        gboolean live;
    } cases[] = {{"videotest:", TRUE},       {"rtsp://host", TRUE}, {"/dev/video0", TRUE},
                 {"http://host/live", TRUE}, {"a.mkv", FALSE},      {"file:///a.mkv", FALSE}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetWatchConfig) config = new_config(cases[i].source);
        g_autoptr(EffNetWatchProgram) program = read_config(config);

        g_assert_true(effnet_watch_settings_is_live(program->streams->pdata[0]) == cases[i].live);
    }
}

static void
test_local(void)
{
    static const struct {
        const char *text;
        gboolean local;
    } cases[] = {{"80", TRUE},
                 {"127.0.0.2:80", TRUE},
                 {"[::1]:80", TRUE},
                 {"0.0.0.0:80", FALSE},
                 {"192.168.1.2:80", FALSE}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        EffNetWatchAddress address = {0};

        g_assert_true(effnet_watch_address_parse(&address, "http", cases[i].text, NULL));
        g_assert_true(effnet_watch_address_is_local(&address) == cases[i].local);
        g_free(address.address);
    }
}

static void
test_uri(void)
{
    g_autofree char *v4 =
        effnet_watch_address_new_uri(&(EffNetWatchAddress){"127.0.0.1", 80}, "http", "/");
    g_autofree char *v6 =
        effnet_watch_address_new_uri(&(EffNetWatchAddress){"::1", 8554}, "rtsp", "/cam");

    g_assert_cmpstr(v4, ==, "http://127.0.0.1:80/");
    g_assert_cmpstr(v6, ==, "rtsp://[::1]:8554/cam");
}

/* An address that stands for all is shown as one that opens. */
static void
test_any(void)
{
    static const EffNetWatchAddress any4 = {"0.0.0.0", 80}, any6 = {"::", 80},
                                    one = {"10.0.0.1", 80};
    g_autofree char *v4 = effnet_watch_address_new_uri(&any4, "http", "/");
    g_autofree char *v6 = effnet_watch_address_new_uri(&any6, "http", "/");

    g_assert_cmpstr(v4, ==, "http://127.0.0.1:80/");
    g_assert_cmpstr(v6, ==, "http://[::1]:80/");
    g_assert_true(effnet_watch_address_is_any(&any4) && effnet_watch_address_is_any(&any6));
    g_assert_false(effnet_watch_address_is_any(&one));
}

static void
test_frame_ancestors(void)
{
    static const char *const wrong[] = {"",          "*",          "http://a;b", "http://a b",
                                        "http://a,", "ftp://host", "self",       "http://a\r\nX: y",
                                        "none"};
    g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
    g_autoptr(EffNetWatchProgram) program = NULL;
    g_autoptr(GError) error = NULL;

    set(config, "http-frame-ancestors", "'self', http://home.local:8123,https://*.example");
    g_assert_null(effnet_watch_program_new(config, &error));
    g_assert_nonnull(strstr(error->message, "--http serves it"));
    set(config, "http", "80");
    program = read_config(config);
    g_assert_cmpstr(program->http_frame_ancestors, ==,
                    "'self' http://home.local:8123 https://*.example");
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_clear_error(&error);
        set(config, "http-frame-ancestors", wrong[i]);
        if (effnet_watch_program_new(config, &error))
            g_error("\"%s\" was taken", wrong[i]);
        g_assert_true(g_str_has_prefix(error->message, "http-frame-ancestors must be"));
    }
}

static void
test_teaching(void)
{
    g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
    g_autoptr(EffNetWatchProgram) none = read_config(config), with = NULL;
    g_autoptr(GError) lonely = NULL, huge = NULL, sharded = NULL;

    g_assert_true(!none->teach && !none->collect && !none->teach_model);
    set(config, "teach-space", "7");
    g_assert_null(effnet_watch_program_new(config, &lonely));
    g_assert_nonnull(strstr(lonely->message, "--teach and --collect say where they go"));
    set(config, "http", "80");
    set(config, "teach", "gate");
    set(config, "collect", "unsure");
    set(config, "model", "lite0");
    with = read_config(config);
    g_assert_cmpstr(with->teach, ==, "gate");
    g_assert_cmpstr(with->collect, ==, "unsure");
    g_assert_cmpstr(with->teach_model, ==, "lite0");
    g_assert_cmpuint(with->teach_files, ==, 5000);
    g_assert_cmpuint(with->teach_space, ==, 7);
    set(config, "teach-files", "10000000");
    g_assert_null(effnet_watch_program_new(config, &huge));
    g_assert_true(g_str_has_prefix(huge->message, "teach-files must be"));
    set(config, "teach-files", "1");
    set(config, "shard", "0/2");
    g_assert_null(effnet_watch_program_new(config, &sharded));
    g_assert_true(g_str_has_prefix(sharded->message, "shard cannot be combined"));
}

static void
test_captures(void)
{
    static const char *const classes[] = {"cat", "281", NULL};
    g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
    g_autoptr(EffNetWatchProgram) none = read_config(config), with = NULL;
    const EffNetWatchSettings *settings = none->streams->pdata[0];

    g_assert_true(!settings->snapshots && !settings->clips && !settings->capture_classes);
    set(config, "snapshot", "seen");
    set(config, "clip", "clips");
    set(config, "clip-seconds", "7");
    set(config, "capture-classes", "cat,281");
    set(config, "capture-space", "50");
    with = read_config(config);
    settings = with->streams->pdata[0];
    g_assert_cmpstr(settings->snapshots, ==, "seen");
    g_assert_cmpstr(settings->clips, ==, "clips");
    g_assert_true(g_strv_equal((const char *const *)settings->capture_classes, classes));
    g_assert_cmpuint(settings->clip_seconds, ==, 7);
    g_assert_cmpuint(settings->capture_keep, ==, 1000);
    g_assert_cmpuint(settings->capture_space, ==, 50);
}

/* A recording of CONFIG's stream is called BEFORE, the time, AFTER. */
static void
check_timed(const EffNetWatchConfig *config, const char *before, const char *after)
{
    g_autoptr(EffNetWatchProgram) program = read_config(config);
    g_autofree char *path = effnet_watch_settings_new_record_path(program->streams->pdata[0]);
    g_autofree char *pattern = g_strconcat("^", before, "[0-9]{8}-[0-9]{6}", after, "$", NULL);

    if (!g_regex_match_simple(pattern, path, 0, 0))
        g_error("%s is not like %s", path, pattern);
}

/* No recording is overwritten, and no two streams share one. */
static void
test_record(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *pattern = g_build_filename(folder, "%s.x.mkv", NULL), *first = NULL,
                    *second = NULL;
    g_autoptr(EffNetWatchConfig) config = new_config("rtsp://host/x");
    g_autoptr(EffNetWatchProgram) program = NULL;
    g_autoptr(GError) error = NULL;

    set(config, "record", pattern);
    program = read_config(config);
    first = effnet_watch_settings_new_record_path(program->streams->pdata[0]);
    g_assert_true(g_str_has_prefix(first, folder));
    g_assert_cmpstr(first + strlen(folder), ==, "/host_x.x.mkv");
    g_assert_true(g_file_set_contents(first, "", 0, NULL));
    second = effnet_watch_settings_new_record_path(program->streams->pdata[0]);
    g_assert_cmpstr(second + strlen(folder), ==, "/host_x.x-1.mkv");
    effnet_test_remove_folder(folder);

    set(config, "record", "/nonexistent/%t-%s.mkv");
    check_timed(config, "/nonexistent/", "-host_x.mkv");
    set(config, "record", "/nonexistent/%s");
    set(config, "record-keep", "2");
    check_timed(config, "/nonexistent/host_x-", "");
    set(config, "record", "/nonexistent/%s.mkv");
    set(config, "record-segment", "60");
    check_timed(config, "/nonexistent/host_x-", ".mkv");
    g_hash_table_remove(config->command_line, "record-segment");
    g_hash_table_remove(config->command_line, "record-keep");

    set(config, "record", "one.mkv");
    g_assert_true(effnet_watch_config_add(config, "videotest:", NULL));
    g_assert_null(effnet_watch_program_new(config, &error));
    g_assert_nonnull(strstr(error->message, "one.mkv"));
}

static void
test_model(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lite0.safetensors", NULL);
    g_autoptr(EffNetWatchConfig) config = new_config("videotest:");
    g_autoptr(EffNetWatchProgram) program = NULL;
    g_autoptr(GError) error = NULL;
    GstElement *model;

    effnet_test_write_lite0(path, 1, 10, 1.0f);
    set(config, "model", path);
    program = read_config(config);
    model = effnet_watch_settings_open_model(program->streams->pdata[0], &error);
    g_assert_no_error(error);
    effnet_watch_settings_close_model(model);
    g_unlink(path);
    g_assert_null(effnet_watch_settings_open_model(program->streams->pdata[0], &error));
    g_assert_nonnull(strstr(error->message, path));
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    GST_ELEMENT_REGISTER(efficientnet, NULL);
    g_test_add_func("/settings/defaults", test_defaults);
    g_test_add_func("/settings/all", test_all);
    g_test_add_func("/settings/shard", test_shard);
    g_test_add_func("/settings/sources", test_sources);
    g_test_add_func("/settings/publish", test_publish);
    g_test_add_func("/settings/wrong", test_wrong);
    g_test_add_func("/settings/publish-format", test_publish_format);
    g_test_add_func("/settings/steady", test_steady);
    g_test_add_func("/settings/on-change", test_on_change);
    g_test_add_func("/settings/live", test_live);
    g_test_add_func("/settings/local", test_local);
    g_test_add_func("/settings/uri", test_uri);
    g_test_add_func("/settings/any", test_any);
    g_test_add_func("/settings/frame-ancestors", test_frame_ancestors);
    g_test_add_func("/settings/teaching", test_teaching);
    g_test_add_func("/settings/captures", test_captures);
    g_test_add_func("/settings/record", test_record);
    g_test_add_func("/settings/model", test_model);
    return g_test_run();
}
