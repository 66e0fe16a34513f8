/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/records.h"

#include <string.h>
#include <unistd.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

static char *list_path, *path;

static void
write_file(const char *to, const char *text)
{
    g_autoptr(GError) error = NULL;

    g_file_set_contents(to, text, -1, &error);
    g_assert_no_error(error);
}

static void
assert_written(const char *expected)
{
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static EffNetRecords *
open_new(gboolean is_unordered)
{
    g_autoptr(GError) error = NULL;
    EffNetRecords *records;

    g_unlink(path);
    records = effnet_records_new(path, is_unordered, FALSE, &error);
    g_assert_no_error(error);
    return records;
}

static void
test_order(void)
{
    g_autoptr(EffNetRecords) ordered = open_new(FALSE), unordered = NULL;
    guint64 all, errors;

    g_assert_true(effnet_records_put(ordered, 1, "b\n", TRUE));
    assert_written("");
    g_assert_true(effnet_records_put(ordered, 0, "a\n", FALSE));
    assert_written("a\nb\n");
    g_assert_true(effnet_records_put(ordered, 2, "c\n", FALSE));
    assert_written("a\nb\nc\n");
    effnet_records_count(ordered, &all, &errors);
    g_assert_cmpuint(all, ==, 3);
    g_assert_cmpuint(errors, ==, 1);
    g_assert_true(effnet_records_finish(ordered, NULL));
    unordered = open_new(TRUE);
    g_assert_true(effnet_records_put(unordered, 1, "b\n", FALSE));
    assert_written("b\n");
}

static gpointer
put_far(gpointer records)
{
    effnet_records_put(records, 256, "far\n", FALSE);
    return NULL;
}

/* Who is far ahead waits, so that what is kept is bounded. */
static void
test_bound(void)
{
    g_autoptr(EffNetRecords) records = open_new(FALSE);
    GThread *thread = g_thread_new("far", put_far, records);
    g_autofree char *text = NULL;

    for (guint64 i = 0; i < 256; i++)
        g_assert_true(effnet_records_put(records, i, ".\n", FALSE));
    g_thread_join(thread);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_suffix(text, ".\nfar\n"));
    g_assert_cmpuint(strlen(text), ==, 256 * 2 + 4);
}

static void
test_refused_files(void)
{
    g_autoptr(EffNetRecords) records = open_new(FALSE);
    GError *error = NULL;

    g_assert_null(effnet_records_new(path, FALSE, FALSE, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, "another program"));
    g_clear_error(&error);
    effnet_records_put(records, 0, "a\n", FALSE);
    g_clear_pointer(&records, effnet_records_free);
    g_assert_null(effnet_records_new(path, FALSE, FALSE, &error));
    g_assert_nonnull(strstr(error->message, "--resume"));
    g_clear_error(&error);
    g_assert_null(effnet_records_new("/dev/null", FALSE, TRUE, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_clear_error(&error);
    g_assert_null(effnet_records_new("/nonexistent/o", FALSE, FALSE, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_clear_error(&error);
}

static void
test_full(void)
{
    g_autoptr(EffNetRecords) records = effnet_records_new("/dev/full", FALSE, FALSE, NULL);
    GError *error = NULL;

    g_assert_false(effnet_records_put(records, 0, "a\n", FALSE));
    g_assert_false(effnet_records_finish(records, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_clear_error(&error);
}

static void
note_left(gpointer data, guint64 index, const char *name)
{
    g_string_append_printf(data, "%" G_GUINT64_FORMAT ":%s ", index, name);
}

typedef struct {
    const char *written, *kept; /* NULL: refused */
    const char *left;           /* passed on, and the next of the list; or what the error says */
    guint64 all, errors;
} Resumed;

#define RECORD(index, name)  "{\"index\":" index ",\"input\":\"" name "\",\"uri\":\"\"}\n"
#define FAILURE(index, name) "{\"index\":" index ",\"input\":\"" name "\",\"error\":\"no\"}\n"

static void
check_resumed(const Resumed *r)
{
    g_autoptr(EffNetInputs) inputs = NULL;
    g_autoptr(EffNetRecords) records = NULL;
    g_autoptr(GString) left = g_string_new(NULL), name = g_string_new(NULL);
    GError *error = NULL;
    guint64 index, all, errors;

    write_file(list_path, "a\nb\nc\nd\ne\n");
    write_file(path, r->written);
    inputs = effnet_inputs_new(list_path, FALSE, NULL);
    records = effnet_records_new(path, FALSE, TRUE, &error);
    g_assert_no_error(error);
    if (r->kept == NULL) {
        g_assert_false(effnet_records_resume(records, inputs, note_left, left, &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
        if (!strstr(error->message, r->left))
            g_error("\"%s\" is not in \"%s\"", r->left, error->message);
        g_clear_error(&error);
        assert_written(r->written);
        return;
    }
    g_assert_true(effnet_records_resume(records, inputs, note_left, left, &error));
    g_assert_no_error(error);
    if (effnet_inputs_next(inputs, name, &index, NULL))
        note_left(left, index, name->str);
    g_assert_cmpstr(left->str, ==, r->left);
    assert_written(r->kept);
    effnet_records_count(records, &all, &errors);
    g_assert_cmpuint(all, ==, r->all);
    g_assert_cmpuint(errors, ==, r->errors);
    g_assert_true(effnet_records_put(records, 0, "more\n", FALSE));
    g_assert_true(effnet_records_finish(records, NULL));
}

static void
test_resumed(void)
{
    static const Resumed cases[] = {
        {"", "", "0:a ", 0, 0},
        {RECORD("0", "a") FAILURE("1", "b"), RECORD("0", "a") FAILURE("1", "b"), "2:c ", 2, 1},
        {RECORD("0", "a") "{\"index\":1,\"inp", RECORD("0", "a"), "1:b ", 1, 0},
        {"{\"ind", "", "0:a ", 0, 0},
        /* Not in order, and with gaps. */
        {RECORD("3", "d") RECORD("1", "b"), RECORD("3", "d") RECORD("1", "b"), "0:a 2:c 4:e ", 2,
         0},
        {RECORD("4", "e") RECORD("0", "a"), RECORD("4", "e") RECORD("0", "a"), "1:b 2:c 3:d ", 2,
         0},
        {RECORD("0", "a") RECORD("1", "x"), NULL, "record 2 is of another input"},
        {RECORD("1", "bb"), NULL, "record 1 is of another input"},
        {RECORD("7", "a"), NULL, "the list does not have"},
        {RECORD("0", "a") RECORD("0", "a"), NULL, "has one already"},
        {"something else\n", NULL, "not one of this program's"},
        {"{\"index\":-1,\"input\":\"a\",\"uri\":\"\"}\n", NULL, "not one of this program's"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        check_resumed(&cases[i]);
}

int
main(int argc, char **argv)
{
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    int failed;

    g_test_init(&argc, &argv, NULL);
    list_path = g_build_filename(folder, "list", NULL);
    path = g_build_filename(folder, "records.jsonl", NULL);
    g_test_add_func("/records/order", test_order);
    g_test_add_func("/records/bound", test_bound);
    g_test_add_func("/records/refused-files", test_refused_files);
    g_test_add_func("/records/full", test_full);
    g_test_add_func("/records/resumed", test_resumed);
    failed = g_test_run();
    g_unlink(list_path);
    g_unlink(path);
    g_rmdir(folder);
    g_free(list_path);
    g_free(path);
    return failed;
}
