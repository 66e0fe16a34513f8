/* SPDX-License-Identifier: BSD-2-Clause */
/* What zones' sources name, and what of that is refused. */
#include "zones.h"

#include <string.h>

#include "gstefficientnet.h"

static EffNetWatchConfig *
new_config(const char *const *sources)
{
    EffNetWatchConfig *config = effnet_watch_config_new();

    for (; *sources; sources++)
        g_assert_true(effnet_watch_config_add(config, *sources, NULL));
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

static const EffNetWatchSettings *
get(const EffNetWatchProgram *program, guint number)
{
    const EffNetWatchSettings *settings = g_ptr_array_index(program->streams, number);

    g_assert_cmpuint(settings->number, ==, number);
    return settings;
}

/* Before and after the stream that they are zones of, whose name may be anything. */
static void
test_owners(void)
{
    const char *const sources[] = {"door=stream:front yard",
                                   "front yard=videotest:",
                                   "gate=stream:front yard",
                                   "film=a.mkv",
                                   "stream:film",
                                   NULL};
    g_autoptr(EffNetWatchConfig) config = new_config(sources);
    g_autoptr(EffNetWatchProgram) program = read_config(config);
    const EffNetWatchSettings *yard = get(program, 1), *film = get(program, 3);

    g_assert_null(yard->owner);
    g_assert_null(film->owner);
    g_assert_true(get(program, 0)->owner == yard && get(program, 2)->owner == yard);
    g_assert_true(get(program, 4)->owner == film);
    g_assert_cmpuint(yard->n_zones, ==, 2);
    g_assert_cmpuint(film->n_zones, ==, 1);
    g_assert_cmpuint(get(program, 0)->n_zones, ==, 0);
    g_assert_cmpstr(get(program, 4)->name, ==, "film-2");
    g_assert_true(effnet_watch_settings_is_live(get(program, 0)));
    g_assert_false(effnet_watch_settings_is_live(get(program, 4)));
}

/* A zone of a zone has the same frames, so it is one of the same stream. */
static void
test_chain(void)
{
    const char *const sources[] = {"c=stream:b", "b=stream:a", "a=videotest:", "d=stream:c", NULL};
    g_autoptr(EffNetWatchConfig) config = new_config(sources);
    g_autoptr(EffNetWatchProgram) program = read_config(config);
    const EffNetWatchSettings *owner = get(program, 2);

    g_assert_true(get(program, 0)->owner == owner && get(program, 1)->owner == owner &&
                  get(program, 3)->owner == owner);
    g_assert_cmpuint(owner->n_zones, ==, 3);
    g_assert_cmpuint(get(program, 1)->n_zones, ==, 0);
}

static void
check_refused(const char *const *sources, const char *says)
{
    g_autoptr(EffNetWatchConfig) config = new_config(sources);
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetWatchProgram) program = effnet_watch_program_new(config, &error);

    g_assert_null(program);
    g_assert_cmpstr(error->message, ==, says);
}

static void
test_refused(void)
{
    static const char *const unknown[] = {"a=videotest:", "b=stream:A", NULL},
                             *const empty[] = {"a=videotest:", "b=stream:", NULL},
                             *const itself[] = {"a=stream:a", NULL},
                             *const circle[] = {"a=videotest:", "b=stream:c", "c=stream:b", NULL},
                             *const tail[] = {"a=stream:b", "b=stream:c", "c=stream:b", NULL};

    check_refused(unknown, "the source of \"b\" is stream:A, and there is no stream of that name");
    check_refused(empty, "the source of \"b\" is stream:, and there is no stream of that name");
    check_refused(itself, "the source of \"a\" is stream:a, and so on in a circle: one of them "
                          "must have a source of its own");
    check_refused(circle, "the source of \"c\" is stream:b, and so on in a circle: one of them "
                          "must have a source of its own");
    check_refused(tail, "the source of \"b\" is stream:c, and so on in a circle: one of them "
                        "must have a source of its own");
}

/* What is about a connection can be said for all streams, but not for a zone. */
static void
test_keys(void)
{
    static const char *const keys[] = {"transport", "latency", "timeout"};
    static const char *const sources[] = {"a=videotest:", "b=stream:a", NULL};

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(EffNetWatchConfig) config = new_config(sources);
        const char *value = i == 0 ? "tcp" : "7";
        g_autoptr(EffNetWatchProgram) program = NULL, none = NULL;
        g_autofree char *says = NULL;
        g_autoptr(GError) error = NULL;
        EffNetWatchConfigStream *owner = g_ptr_array_index(config->streams, 0);
        EffNetWatchConfigStream *zone = g_ptr_array_index(config->streams, 1);

        g_hash_table_insert(config->file, g_strdup(keys[i]), g_strdup(value));
        g_hash_table_insert(owner->values, g_strdup(keys[i]), g_strdup(value));
        program = read_config(config);
        g_hash_table_insert(zone->values, g_strdup(keys[i]), g_strdup(value));
        none = effnet_watch_program_new(config, &error);
        g_assert_null(none);
        says = g_strdup_printf("%s is about connections, of which the stream \"b\" has none: its "
                               "frames are those of \"a\"",
                               keys[i]);
        g_assert_cmpstr(error->message, ==, says);
    }
}

/* A file has one speed. */
static void
test_speed(void)
{
    static const char *const sources[] = {"a=a.mkv", "b=stream:a", "c=stream:a", "d=d.mkv", NULL};
    g_autoptr(EffNetWatchConfig) config = new_config(sources);
    g_autoptr(EffNetWatchProgram) fast = read_config(config), slow = NULL;
    EffNetWatchConfigStream *zone = g_ptr_array_index(config->streams, 1);

    g_assert_false(get(fast, 0)->realtime || get(fast, 1)->realtime || get(fast, 2)->realtime);
    g_hash_table_insert(zone->values, g_strdup("display"), g_strdup("true"));
    slow = read_config(config);
    g_assert_true(get(slow, 0)->realtime && get(slow, 1)->realtime && get(slow, 2)->realtime);
    g_assert_false(get(slow, 3)->realtime);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_element_register(NULL, "efficientnet", GST_RANK_NONE, GST_TYPE_EFFICIENTNET);
    g_test_add_func("/zonenames/owners", test_owners);
    g_test_add_func("/zonenames/chain", test_chain);
    g_test_add_func("/zonenames/refused", test_refused);
    g_test_add_func("/zonenames/keys", test_keys);
    g_test_add_func("/zonenames/speed", test_speed);
    return g_test_run();
}
