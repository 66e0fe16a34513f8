/* SPDX-License-Identifier: BSD-2-Clause */
#include "shard.h"

#include <glib/gstdio.h>
#include <string.h>

static guint
find_shard(const char *name, guint count)
{
    guint found = count, n_found = 0;

    for (guint number = 0; number < count; number++) {
        const EffNetWatchShard shard = {.number = number, .count = count};

        if (effnet_watch_shard_has(&shard, name)) {
            found = number;
            n_found++;
        }
    }
    g_assert_cmpuint(n_found, ==, 1);
    return found;
}

/* From the paper's function and SHA-256, written in another language. */
static void
test_known(void)
{
    static const guint counts[] = {1, 2, 3, 5, 10, 100, EFFNET_WATCH_MAX_SHARDS};
    static const struct {
        const char *name;
        guint shards[G_N_ELEMENTS(counts)];
    } known[] = {
        {"door", {0, 0, 0, 3, 3, 51, 180}},
        {"yard", {0, 0, 2, 3, 3, 96, 7699}},
        {"cam10", {0, 1, 1, 1, 1, 23, 2346}},
        {"k\303\244fig", {0, 0, 0, 4, 7, 65, 8978}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(counts); k++)
            g_assert_cmpuint(find_shard(known[i].name, counts[k]), ==, known[i].shards[k]);
    }
}

/* Streams are spread evenly, and move only to a shard that is new. */
static void
test_spread(void)
{
    guint sizes[5] = {0}, moved = 0;

    for (guint i = 0; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("cam%u", i);
        guint before = find_shard(name, 2), after = find_shard(name, 3);

        sizes[find_shard(name, 5)]++;
        moved += before != after;
        g_assert_true(before == after || after == 2);
    }
    g_assert_cmpuint(moved, >=, 250);
    g_assert_cmpuint(moved, <=, 420);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        g_assert_cmpuint(sizes[i], <=, 260);
}

static void
test_all_and_none(void)
{
    const EffNetWatchShard all = {0}, beyond = {.number = 3, .count = 3};

    g_assert_true(effnet_watch_shard_has(&all, "door"));
    for (guint i = 0; i < 100; i++) {
        g_autofree char *name = g_strdup_printf("cam%u", i);

        g_assert_false(effnet_watch_shard_has(&beyond, name));
    }
}

static void
test_parse(void)
{
    static const char *const wrong[] = {"",     "1",    "/3",      "1/",  "-1/3",    "a/3",
                                        "1 /3", "+1/3", "10000/3", "1/0", "1/10001", "1/-2"};
    EffNetWatchShard shard;

    g_assert_true(effnet_watch_shard_parse(&shard, "2/3", NULL));
    g_assert_cmpuint(shard.number, ==, 2);
    g_assert_cmpuint(shard.count, ==, 3);
    g_assert_null(shard.file);
    g_assert_true(effnet_watch_shard_update(&shard, NULL));
    effnet_watch_shard_clear(&shard);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(effnet_watch_shard_parse(&shard, wrong[i], &error));
        g_assert_nonnull(error);
        effnet_watch_shard_clear(&shard);
    }
}

/* A file that cannot be read, or says nonsense, leaves the count as it was. */
static void
test_file(void)
{
    static const char *const wrong[] = {"", "0", "10001", "3 4", "three", "-1", "3\n4\n"};
    g_autofree char *folder = g_dir_make_tmp("effnet-shard-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "count", NULL);
    g_autofree char *text = g_strconcat("1/", path, NULL);
    EffNetWatchShard shard;

    g_assert_true(g_file_set_contents(path, " 3\n", -1, NULL));
    g_assert_true(effnet_watch_shard_parse(&shard, text, NULL));
    g_assert_cmpstr(shard.file, ==, path);
    g_assert_cmpuint(shard.count, ==, 3);
    g_assert_true(g_file_set_contents(path, "12", -1, NULL));
    g_assert_true(effnet_watch_shard_update(&shard, NULL));
    g_assert_cmpuint(shard.count, ==, 12);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_true(g_file_set_contents(path, wrong[i], -1, NULL));
        g_assert_false(effnet_watch_shard_update(&shard, &error));
        g_assert_nonnull(strstr(error->message, path));
        g_assert_cmpuint(shard.count, ==, 12);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_false(effnet_watch_shard_update(&shard, NULL));
    g_assert_cmpuint(shard.count, ==, 12);
    effnet_watch_shard_clear(&shard);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shard/known", test_known);
    g_test_add_func("/shard/spread", test_spread);
    g_test_add_func("/shard/all-and-none", test_all_and_none);
    g_test_add_func("/shard/parse", test_parse);
    g_test_add_func("/shard/file", test_file);
    return g_test_run();
}
