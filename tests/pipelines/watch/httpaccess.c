/* SPDX-License-Identifier: BSD-2-Clause */
#include "httpaccess.h"

#include <string.h>

#include <glib/gstdio.h>

static const EffNetWatchAddress local = {(char *)"127.0.0.1", 80}, all = {(char *)"0.0.0.0", 80};

static EffNetWatchHttpAccess *
new_access(const EffNetWatchAddress *address, const char *hosts)
{
    EffNetWatchHttpAccess *access = effnet_watch_http_access_new(address, hosts, NULL, NULL);

    g_assert_nonnull(access);
    return access;
}

static void
test_hosts(void)
{
    g_autofree char *own = g_strconcat(g_get_host_name(), ".local", NULL);
    g_autofree char *other = g_strconcat(g_get_host_name(), ".example.com", NULL);
    const struct {
        const char *host;
        gboolean is_local_allowed, is_all_allowed, is_listed_allowed;
    } cases[] = {
        {"127.0.0.1", TRUE, TRUE, TRUE},
        {"::1", TRUE, TRUE, TRUE},
        {"LocalHost", TRUE, TRUE, TRUE},
        {"10.1.2.3", FALSE, TRUE, TRUE},
        {own, FALSE, TRUE, TRUE},
        {other, FALSE, FALSE, FALSE},
        {"evil.example.com", FALSE, FALSE, FALSE},
        {"Cameras.example.com", FALSE, FALSE, TRUE},
        {"b.example.com", FALSE, FALSE, TRUE},
        {"", FALSE, FALSE, FALSE},
        {NULL, FALSE, FALSE, FALSE},
    };
    g_autoptr(EffNetWatchHttpAccess) on_local = new_access(&local, NULL);
    g_autoptr(EffNetWatchHttpAccess) on_all = new_access(&all, NULL);
    g_autoptr(EffNetWatchHttpAccess) listed =
        new_access(&all, "cameras.example.com, b.example.com");

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *host = cases[i].host;

        g_assert_cmpint(effnet_watch_http_access_is_host_allowed(on_local, host), ==,
                        cases[i].is_local_allowed);
        g_assert_cmpint(effnet_watch_http_access_is_host_allowed(on_all, host), ==,
                        cases[i].is_all_allowed);
        g_assert_cmpint(effnet_watch_http_access_is_host_allowed(listed, host), ==,
                        cases[i].is_listed_allowed);
    }
}

static void
assert_authorized(const char *secret, const char *kind, const char *credentials, gboolean expected)
{
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "secret", NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)credentials, strlen(credentials));
    g_autofree char *header =
        g_strconcat(kind, g_str_equal(kind, "Bearer ") ? credentials : encoded, NULL);
    g_autoptr(EffNetWatchHttpAccess) access = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, secret, -1, NULL));
    g_chmod(path, 0600);
    access = effnet_watch_http_access_new(&local, NULL, path, &error);
    g_assert_no_error(error);
    g_assert_false(effnet_watch_http_access_is_authorized(access, NULL));
    g_assert_false(effnet_watch_http_access_is_authorized(access, ""));
    g_assert_false(effnet_watch_http_access_is_authorized(access, "Basic"));
    g_assert_cmpint(effnet_watch_http_access_is_authorized(access, header), ==, expected);
    g_unlink(path);
    g_rmdir(folder);
}

static void
test_secrets(void)
{
    g_autoptr(EffNetWatchHttpAccess) open = new_access(&all, NULL);

    g_assert_true(effnet_watch_http_access_is_authorized(open, NULL));
    assert_authorized("ann:pass word\n", "Basic ", "ann:pass word", TRUE);
    assert_authorized("ann:pass", "basic ", "ann:pass", TRUE);
    assert_authorized("ann:pass", "Basic ", "ann:passe", FALSE);
    assert_authorized("ann:pass", "Basic ", "ann", FALSE);
    assert_authorized("ann:pass", "Bearer ", "ann:pass", FALSE);
    assert_authorized("t0ken\n", "Bearer ", "t0ken", TRUE);
    assert_authorized("t0ken", "Bearer ", "t0ke", FALSE);
    assert_authorized("t0ken", "Basic ", "anybody:t0ken", TRUE);
    assert_authorized("t0ken", "Basic ", "t0ken", FALSE);
    assert_authorized("t0ken", "Digest ", "t0ken", FALSE);
    /* x:t0ken, and the same with a NUL and a y behind it. */
    assert_authorized("t0ken", "Basic eDp0MGtlbg==", "", TRUE);
    assert_authorized("t0ken", "Basic eDp0MGtlbgB5", "", FALSE);
}

static void
test_files(void)
{
    static const char *const wrong[] = {"", "\n", "one\ntwo"};
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "secret", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(wrong) + 1; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_true(
            g_file_set_contents(path, i < G_N_ELEMENTS(wrong) ? wrong[i] : "token", -1, NULL));
        g_chmod(path, i < G_N_ELEMENTS(wrong) ? 0600 : 0604);
        g_assert_null(effnet_watch_http_access_new(&local, NULL, path, &error));
        g_assert_true(g_str_has_prefix(error->message, "http-auth: "));
        g_assert_nonnull(strstr(error->message, path));
    }
    g_unlink(path);
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/httpaccess/hosts", test_hosts);
    g_test_add_func("/httpaccess/secrets", test_secrets);
    g_test_add_func("/httpaccess/files", test_files);
    return g_test_run();
}
