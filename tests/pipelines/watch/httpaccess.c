/* SPDX-License-Identifier: BSD-2-Clause */
#include "httpaccess.h"

#include <string.h>

#include <glib/gstdio.h>

static const EffNetWatchAddress local = {(char *)"127.0.0.1", 80}, all = {(char *)"0.0.0.0", 80};

static EffNetWatchHttpAccess *
new_access(const EffNetWatchAddress *address, const char *hosts)
{
    EffNetWatchHttpAccess *access = effnet_watch_http_access_new(address, hosts, NULL, FALSE, NULL);

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
    access = effnet_watch_http_access_new(&local, NULL, path, FALSE, &error);
    g_assert_no_error(error);
    g_assert_false(effnet_watch_http_access_is_authorized(access, NULL, NULL));
    g_assert_false(effnet_watch_http_access_is_authorized(access, "", NULL));
    g_assert_false(effnet_watch_http_access_is_authorized(access, "Basic", NULL));
    g_assert_cmpint(effnet_watch_http_access_is_authorized(access, header, NULL), ==, expected);
    g_unlink(path);
    g_rmdir(folder);
}

static void
test_secrets(void)
{
    g_autoptr(EffNetWatchHttpAccess) open = new_access(&all, NULL);

    g_assert_true(effnet_watch_http_access_is_authorized(open, NULL, NULL));
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
        g_assert_null(effnet_watch_http_access_new(&local, NULL, path, FALSE, &error));
        g_assert_true(g_str_has_prefix(error->message, "http-auth: "));
        g_assert_nonnull(strstr(error->message, path));
    }
    g_unlink(path);
    g_rmdir(folder);
}

static void
assert_session(const EffNetWatchHttpAccess *access, const char *before, const char *cookie,
               const char *after, gboolean expected)
{
    g_autofree char *header = g_strconcat(before, cookie, after, NULL);

    g_assert_cmpint(effnet_watch_http_access_is_session(access, header), ==, expected);
}

/* Who knows the token that was made gets a cookie, and nobody else. */
static void
test_sessions(void)
{
    g_autoptr(EffNetWatchHttpAccess) access =
        effnet_watch_http_access_new(&local, NULL, NULL, TRUE, NULL);
    g_autoptr(EffNetWatchHttpAccess) other =
        effnet_watch_http_access_new(&local, NULL, NULL, TRUE, NULL);
    g_autoptr(EffNetWatchHttpAccess) untaught = new_access(&local, NULL);
    const char *token = effnet_watch_http_access_get_token(access);
    g_autofree char *bearer = g_strconcat("Bearer ", token, NULL);
    g_autofree char *cookie = effnet_watch_http_access_new_cookie(access);
    g_autofree char *too_long = g_strnfill(100000, ';');

    g_assert_true(g_regex_match_simple("^[0-9a-f]{32}$", token, 0, 0));
    g_assert_cmpstr(token, !=, effnet_watch_http_access_get_token(other));
    g_assert_null(effnet_watch_http_access_get_token(untaught));
    g_assert_true(effnet_watch_http_access_is_secret(access, bearer));
    g_assert_false(effnet_watch_http_access_is_secret(other, bearer));
    g_assert_false(effnet_watch_http_access_is_secret(access, NULL));
    g_assert_true(g_str_has_suffix(cookie, "; Path=/; HttpOnly; SameSite=Strict"));
    *strchr(cookie, ';') = '\0';
    g_assert_null(strstr(cookie, token));
    assert_session(access, "", cookie, "", TRUE);
    assert_session(access, "a=b; ", cookie, "; c", TRUE);
    assert_session(access, ";;", cookie, " ;", TRUE);
    assert_session(access, "x", cookie, "", FALSE);
    assert_session(access, "", cookie, "0", FALSE);
    assert_session(access, too_long, cookie, "", FALSE);
    assert_session(other, "", cookie, "", FALSE);
    assert_session(untaught, "", cookie, "", FALSE);
    g_assert_false(effnet_watch_http_access_is_session(access, NULL));
    g_assert_true(effnet_watch_http_access_is_authorized(access, NULL, NULL)); /* to see the page */
}

static void
test_origins(void)
{
    static const struct {
        const char *origin, *host;
        gboolean expected;
    } cases[] = {
        {"http://127.0.0.1:80", "127.0.0.1:80", TRUE},
        {"https://cams.example", "Cams.example", TRUE},
        {"http://[::1]:8080", "[::1]:8080", TRUE},
        {"http://127.0.0.1", "127.0.0.1:80", FALSE},
        {"http://127.0.0.1:81", "127.0.0.1:80", FALSE},
        {"http://a@127.0.0.1:80", "127.0.0.1:80", FALSE},
        {"ftp://127.0.0.1:80", "127.0.0.1:80", FALSE},
        {"null", "127.0.0.1:80", FALSE},
        {"", "", FALSE},
        {NULL, "127.0.0.1:80", FALSE},
        {"http://127.0.0.1:80", NULL, FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(effnet_watch_http_access_is_own_origin(cases[i].origin, cases[i].host), ==,
                        cases[i].expected);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/httpaccess/hosts", test_hosts);
    g_test_add_func("/httpaccess/secrets", test_secrets);
    g_test_add_func("/httpaccess/files", test_files);
    g_test_add_func("/httpaccess/sessions", test_sessions);
    g_test_add_func("/httpaccess/origins", test_origins);
    return g_test_run();
}
