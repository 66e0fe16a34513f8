/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/filter.h"

#include <string.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

#include "threads.h"

#define INPUTS 2000

static char *list_path, *path;

typedef struct {
    gint opened, closed, run; /* atomic */
    gint most;                /* workers that can be opened */
} Work;

static gpointer
open_worker(gpointer data, GError **error)
{
    Work *work = data;

    if (g_atomic_int_add(&work->opened, 1) < work->most)
        return work;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "no more workers");
    return NULL;
}

static void
close_worker(gpointer worker)
{
    g_atomic_int_inc(&((Work *)worker)->closed);
}

static gboolean
run_worker(gpointer worker, const char *input, GString *record, GError **error)
{
    g_atomic_int_inc(&((Work *)worker)->run);
    g_string_append_printf(record, "\"said\":\"%s\"", input);
    if (!strchr(input, '7'))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "\"%s\": 7", input);
    return FALSE;
}

static const EffNetFilterWork functions = {open_worker, close_worker, run_worker};

static void
write_list(guint n)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(list, "in%u\n", i);
    g_assert_true(g_file_set_contents(list_path, list->str, -1, NULL));
}

static void
append_record(GString *text, guint i)
{
    g_autofree char *name = g_strdup_printf("in%u", i);

    g_string_append_printf(text, "{\"index\":%u,\"input\":\"%s\",", i, name);
    if (strchr(name, '7'))
        g_string_append_printf(text, "\"error\":\"\\\"%s\\\": 7\"}\n", name);
    else
        g_string_append_printf(text, "\"said\":\"%s\"}\n", name);
}

static void
assert_all(guint n, gboolean in_order)
{
    g_autoptr(GString) expected = g_string_new(NULL);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (guint i = 0; i < n; i++) {
        if (in_order) {
            append_record(expected, i);
            continue;
        }
        g_string_truncate(expected, 0);
        append_record(expected, i);
        g_assert_nonnull(strstr(text, expected->str));
    }
    if (in_order)
        g_assert_cmpstr(text, ==, expected->str);
}

static void
test_all(void)
{
    for (guint jobs = 1; jobs <= 5; jobs += 2) {
        for (int unordered = 0; unordered < 2; unordered++) {
            const EffNetFilterOptions options = {list_path, path, .is_unordered = unordered,
                                                 .jobs = jobs};
            g_autoptr(GError) error = NULL;
            Work work = {.most = 100};
            gboolean some_failed;

            g_unlink(path);
            write_list(INPUTS);
            g_assert_true(effnet_filter_run(&options, &functions, &work, &some_failed, &error));
            g_assert_true(some_failed);
            g_assert_cmpint(work.opened, ==, jobs);
            g_assert_cmpint(work.closed, ==, jobs);
            g_assert_cmpint(work.run, ==, INPUTS);
            assert_all(INPUTS, !unordered);
        }
    }
}

/* Whatever an earlier run left, in the end there is one record of each input. */
static void
test_resumed(void)
{
    const EffNetFilterOptions first = {list_path, path, .is_unordered = TRUE, .jobs = 3};
    const EffNetFilterOptions options = {list_path, path, .is_resumed = TRUE, .jobs = 3};

    write_list(100);
    for (guint cut = 0; cut < 40; cut++) {
        g_auto(GStrv) lines = NULL;
        g_autofree char *text = NULL;
        Work work = {.most = 100};
        gboolean some_failed;

        g_unlink(path);
        g_assert_true(effnet_filter_run(&first, &functions, &work, &some_failed, NULL));
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_true(g_file_set_contents(path, text, strlen(text) * cut / 40, NULL));
        g_assert_true(effnet_filter_run(&options, &functions, &work, &some_failed, NULL));
        g_assert_true(some_failed);
        assert_all(100, FALSE);
        g_free(g_steal_pointer(&text));
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        lines = g_strsplit(text, "\n", -1);
        g_assert_cmpuint(g_strv_length(lines), ==, 101);
    }
}

static void
test_good(void)
{
    const EffNetFilterOptions options = {list_path, path, .jobs = 2};
    Work work = {.most = 4};
    gboolean some_failed = TRUE;

    g_unlink(path);
    write_list(5);
    g_assert_true(effnet_filter_run(&options, &functions, &work, &some_failed, NULL));
    g_assert_false(some_failed);
    g_unlink(path);
    write_list(0);
    g_assert_true(effnet_filter_run(&options, &functions, &work, &some_failed, NULL));
    g_assert_false(some_failed);
    assert_all(0, TRUE);
}

static void
test_refused(void)
{
    EffNetFilterOptions options = {list_path, path, .jobs = 3};
    Work work = {.most = 2};
    GError *error = NULL;
    gboolean some_failed;

    g_unlink(path);
    write_list(5);
    g_assert_false(effnet_filter_run(&options, &functions, &work, &some_failed, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
    g_assert_cmpint(work.closed, ==, 2);
    options.jobs = 1;
    options.output = "/dev/full";
    work = (Work){.most = 1};
    g_assert_false(effnet_filter_run(&options, &functions, &work, &some_failed, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_cmpint(work.run, ==, 1);
}

/* A sentence, and nothing has been worked on. */
static void
test_no_threads(void)
{
    const EffNetFilterOptions options = {list_path, path, .jobs = 3};
    Work work = {.most = 3};
    g_autoptr(GError) error = NULL;
    gboolean some_failed;

    g_unlink(path);
    write_list(5);
    effnet_test_refuse_threads(TRUE);
    g_assert_false(effnet_filter_run(&options, &functions, &work, &some_failed, &error));
    effnet_test_refuse_threads(FALSE);
    g_assert_error(error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN);
    g_assert_true(g_str_has_prefix(error->message, "a list needs a thread to work on: "));
    g_assert_cmpint(work.run, ==, 0);
    g_assert_cmpint(work.closed, ==, 3);
}

int
main(int argc, char **argv)
{
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    int failed;

    g_test_init(&argc, &argv, NULL);
    list_path = g_build_filename(folder, "list", NULL);
    path = g_build_filename(folder, "records.jsonl", NULL);
    g_test_add_func("/filter/all", test_all);
    g_test_add_func("/filter/resumed", test_resumed);
    g_test_add_func("/filter/good", test_good);
    g_test_add_func("/filter/refused", test_refused);
    g_test_add_func("/filter/no-threads", test_no_threads);
    failed = g_test_run();
    g_unlink(list_path);
    g_unlink(path);
    g_rmdir(folder);
    g_free(list_path);
    g_free(path);
    return failed;
}
