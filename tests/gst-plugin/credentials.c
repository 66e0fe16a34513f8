/* SPDX-License-Identifier: BSD-2-Clause */
#include "credentials.h"

#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"

#define USER     "EFFNET_TEST_USER"
#define PASSWORD "EFFNET_TEST_PASSWORD"

/* Notes in RESULT, a char **, what came from where; refuses the user "nobody". */
static gboolean
note(gpointer result, const char *user, const char *password, const char *source, GError **error)
{
    *(char **)result = g_strdup_printf("%s: %s/%s", source, user, password ? password : "-");
    if (!g_str_equal(user, "nobody"))
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "nobody is refused");
    return FALSE;
}

static void
assert_read(const char *path, const char *expected)
{
    g_autofree char *result = NULL;

    g_assert_true(gst_efficientnet_credentials_read(path, USER, PASSWORD, note, &result, NULL));
    g_assert_cmpstr(result, ==, expected);
}

static void
assert_refused(const char *path, const char *begins)
{
    g_autofree char *result = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_false(gst_efficientnet_credentials_read(path, USER, PASSWORD, note, &result, &error));
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, begins));
    g_assert_null(strstr(error->message, "secret"));
}

static void
test_file(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "credentials", NULL);
    static const struct {
        const char *text, *expected; /* NULL: refused */
    } rows[] = {
        {"me:secret", "credentials-file: me/secret"},
        {"me:secret:with:colons\r\nmore", "credentials-file: me/secret:with:colons"},
        {":", "credentials-file: /"},
        {"secret\n", NULL},
        {"", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(g_file_set_contents(path, rows[i].text, -1, NULL));
        if (rows[i].expected)
            assert_read(path, rows[i].expected);
        else
            assert_refused(path, "credentials-file: the first line of ");
    }
    g_assert_true(g_file_set_contents(path, "nobody:secret", -1, NULL));
    assert_refused(path, "nobody");
    assert_refused("/nonexistent", "credentials-file: /nonexistent: ");
    effnet_test_remove_folder(folder);
}

static void
test_variables(void)
{
    g_unsetenv(USER);
    assert_read(NULL, NULL);
    g_setenv(USER, "you", TRUE);
    assert_read(NULL, USER ": you/-");
    g_setenv(PASSWORD, "secret", TRUE);
    assert_read(NULL, USER ": you/secret");
    g_unsetenv(USER);
    g_unsetenv(PASSWORD);
}

/* Files that do not end, or never come, are not waited for. */
static void
test_irregular_files(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    g_autofree char *large = g_build_filename(folder, "large", NULL);
    const char *paths[] = {fifo, "/dev/zero", "/dev/tty", folder, "/nonexistent"};
    GError *error = NULL;

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        assert_refused(paths[i], "credentials-file: ");
        g_assert_false(
            gst_efficientnet_credentials_check_certificates("ca-file", paths[i], &error));
        g_assert_true(g_str_has_prefix(error->message, "ca-file: "));
        g_clear_error(&error);
    }
    g_assert_true(g_file_set_contents(large, "me:secret\n", -1, NULL));
    g_assert_true(gst_efficientnet_credentials_check_certificates("ca-file", large, NULL));
    g_assert_true(gst_efficientnet_credentials_check_certificates("ca-file", NULL, NULL));
    g_assert_cmpint(truncate(large, 4097), ==, 0);
    assert_refused(large, "credentials-file: at most 4096 bytes were expected");
    g_assert_cmpint(gst_efficientnet_credentials_open("x", large, 100, NULL), ==, -1);
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/credentials/file", test_file);
    g_test_add_func("/credentials/variables", test_variables);
    g_test_add_func("/credentials/irregular-files", test_irregular_files);
    return g_test_run();
}
