/* SPDX-License-Identifier: BSD-2-Clause */
#include "teachserver.h"

#include "json.h"

#include <effnet/effnet.h>
#include <string.h>

#define MAX_LISTED 5000 /* pictures */
/* A report has its style and its pictures in it, and nothing else. */
#define REPORT_POLICY "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

/* A request, while it is answered. */
typedef struct {
    EffNetWatchTeaching *teaching;
    SoupServerMessage *message;
    GHashTable *query; /* or NULL */
} Request;

static void
respond(const Request *request, guint status, const char *type, GBytes *body)
{
    SoupServerMessage *message = request->message;

    soup_message_headers_set_content_type(soup_server_message_get_response_headers(message), type,
                                          NULL);
    soup_message_body_append_bytes(soup_server_message_get_response_body(message), body);
    soup_server_message_set_status(message, status, NULL);
}

/* Takes ownership of TEXT. */
static void
respond_text(const Request *request, guint status, const char *type, char *text)
{
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));

    respond(request, status, type, body);
}

static void
refuse(const Request *request, guint status, const char *sentence)
{
    respond_text(request, status, "text/plain", g_strconcat(sentence, "\n", NULL));
}

static void
respond_error(const Request *request, const GError *error)
{
    refuse(request,
           error->code == EFFNET_ERROR_NOT_FOUND ? SOUP_STATUS_NOT_FOUND : SOUP_STATUS_CONFLICT,
           error->message);
}

/* NULL: it is not given. */
static const char *
get(const Request *request, const char *key)
{
    return request->query ? g_hash_table_lookup(request->query, key) : NULL;
}

static gboolean
get_number(const Request *request, const char *key, guint max, guint *number, GError **error)
{
    const char *text = get(request, key);
    guint64 value;

    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, max, &value, NULL)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s must be a number from 0 to %u",
                    key, max);
        return FALSE;
    }
    *number = (guint)value;
    return TRUE;
}

static gboolean
get_stream(const Request *request, guint *i, GError **error)
{
    return get_number(request, "stream", effnet_watch_teaching_get_n_pupils(request->teaching) - 1,
                      i, error);
}

static EffNetWatchTeachFolder *
get_folder(const Request *request, GError **error)
{
    const char *from = get(request, "from");
    EffNetWatchTeachFolder *folder = NULL;

    if (g_strcmp0(from, "taught") == 0)
        folder = effnet_watch_teaching_get_folder(request->teaching, EFFNET_WATCH_TAUGHT);
    else if (g_strcmp0(from, "unsure") == 0)
        folder = effnet_watch_teaching_get_folder(request->teaching, EFFNET_WATCH_UNSURE);
    if (folder == NULL)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "there is no such folder");
    return folder;
}

static void
get_state(const Request *request)
{
    respond_text(request, SOUP_STATUS_OK, "application/json",
                 effnet_watch_teaching_format(request->teaching));
}

static void
list_pictures(const Request *request)
{
    g_autoptr(GError) error = NULL;
    EffNetWatchTeachFolder *folder = get_folder(request, &error);
    g_autoptr(GPtrArray) names =
        folder ? effnet_watch_teach_folder_list(folder, get(request, "class"), &error) : NULL;
    GString *json;

    if (names == NULL) {
        respond_error(request, error);
        return;
    }
    json = g_string_new("[");
    for (guint i = 0; i < MIN(names->len, MAX_LISTED); i++) {
        g_string_append(json, i ? "," : "");
        gst_efficientnet_json_append_string(json, g_ptr_array_index(names, i));
    }
    g_string_append(json, "]\n");
    respond_text(request, SOUP_STATUS_OK, "application/json", g_string_free(json, FALSE));
}

/* NULL: none that browsers show as an image. */
static const char *
find_type(const char *name)
{
    static const char *const types[][2] = {{".jpg", "image/jpeg"},
                                           {".jpeg", "image/jpeg"},
                                           {".png", "image/png"},
                                           {".webp", "image/webp"}};
    g_autofree char *lower = g_ascii_strdown(name ? name : "", -1);

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_str_has_suffix(lower, types[i][0]))
            return types[i][1];
    }
    return NULL;
}

static void
get_picture(const Request *request)
{
    g_autoptr(GError) error = NULL;
    EffNetWatchTeachFolder *folder = get_folder(request, &error);
    const char *name = get(request, "name"), *type = find_type(name);
    g_autoptr(GBytes) picture = NULL;

    if (folder && type == NULL)
        refuse(request, SOUP_STATUS_NOT_FOUND, "this is no picture");
    else if (folder && (picture = effnet_watch_teach_folder_read(folder, get(request, "class"),
                                                                 name, &error)))
        respond(request, SOUP_STATUS_OK, type, picture);
    else
        respond_error(request, error);
}

static void
get_report(const Request *request)
{
    const char *model = get(request, "model"), *as = get(request, "as");
    gboolean html = g_strcmp0(as, "html") == 0;
    g_autoptr(GBytes) report = NULL;

    if (model && (html || g_strcmp0(as, "json") == 0))
        report = effnet_watch_teaching_read_report(request->teaching, model, as);
    if (report == NULL) {
        refuse(request, SOUP_STATUS_NOT_FOUND, "there is no such report");
        return;
    }
    if (html)
        soup_message_headers_replace(soup_server_message_get_response_headers(request->message),
                                     "Content-Security-Policy", REPORT_POLICY);
    respond(request, SOUP_STATUS_OK, html ? "text/html" : "application/json", report);
}

static gboolean
collect(const Request *request, GError **error)
{
    guint i, seconds;

    return get_stream(request, &i, error) &&
           get_number(request, "seconds", EFFNET_WATCH_PUPIL_MAX_SECONDS, &seconds, error) &&
           effnet_watch_pupil_collect(effnet_watch_teaching_get_pupil(request->teaching, i),
                                      get(request, "class"), seconds, error);
}

static gboolean
stop(const Request *request, GError **error)
{
    guint i;

    if (!get_stream(request, &i, error))
        return FALSE;
    effnet_watch_pupil_stop(effnet_watch_teaching_get_pupil(request->teaching, i));
    return TRUE;
}

static gboolean
set_zone(const Request *request, GError **error)
{
    guint i;

    return get_stream(request, &i, error) &&
           effnet_watch_teaching_set_zone(request->teaching, i, get(request, "zone"), error);
}

static gboolean
remove_picture(const Request *request, GError **error)
{
    EffNetWatchTeachFolder *folder = get_folder(request, error);

    return folder && effnet_watch_teach_folder_remove(folder, get(request, "class"),
                                                      get(request, "name"), error);
}

static gboolean
accept_picture(const Request *request, GError **error)
{
    return effnet_watch_teaching_accept(request->teaching, get(request, "class"),
                                        get(request, "name"), get(request, "as"), error);
}

static gboolean
learn(const Request *request, GError **error)
{
    return effnet_watch_teaching_learn(request->teaching, error);
}

static gboolean
cancel(const Request *request, GError **error)
{
    effnet_watch_teaching_cancel(request->teaching);
    return TRUE;
}

static gboolean
use(const Request *request, GError **error)
{
    return effnet_watch_teaching_use(request->teaching, get(request, "model"), error);
}

static const struct {
    const char *path;
    void (*get)(const Request *request); /* NULL: the next is for it */
    gboolean (*post)(const Request *request, GError **error);
} rows[] = {
    {"/teach/state.json", get_state, NULL},  {"/teach/pictures.json", list_pictures, NULL},
    {"/teach/picture", get_picture, NULL},   {"/teach/report", get_report, NULL},
    {"/teach/collect", NULL, collect},       {"/teach/stop", NULL, stop},
    {"/teach/zone", NULL, set_zone},         {"/teach/remove", NULL, remove_picture},
    {"/teach/accept", NULL, accept_picture}, {"/teach/learn", NULL, learn},
    {"/teach/cancel", NULL, cancel},         {"/teach/use", NULL, use},
};

gboolean
effnet_watch_teach_server_is_path(const char *path)
{
    return g_str_equal(path, "/session") || g_str_has_prefix(path, "/teach/");
}

static void
dispatch(const Request *request, const char *path, gboolean post)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        if (!g_str_equal(path, rows[i].path))
            continue;
        if (post != (rows[i].post != NULL))
            soup_server_message_set_status(request->message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
        else if (post && rows[i].post(request, &error))
            soup_server_message_set_status(request->message, SOUP_STATUS_NO_CONTENT, NULL);
        else if (post)
            respond_error(request, error);
        else
            rows[i].get(request);
        return;
    }
    soup_server_message_set_status(request->message, SOUP_STATUS_NOT_FOUND, NULL);
}

/* Passwords that browsers keep and cookies are sent along with requests that other pages cause; a
 * Bearer token is not. */
static gboolean
is_from_own_page(SoupMessageHeaders *headers)
{
    const char *authorization = soup_message_headers_get_one(headers, "Authorization");

    return (authorization && g_ascii_strncasecmp(authorization, "Bearer ", 7) == 0) ||
           effnet_watch_http_access_is_own_origin(soup_message_headers_get_one(headers, "Origin"),
                                                  soup_message_headers_get_one(headers, "Host"));
}

void
effnet_watch_teach_server_handle(EffNetWatchTeaching *teaching, const EffNetWatchHttpAccess *access,
                                 SoupServerMessage *message, const char *path, GHashTable *query)
{
    const Request request = {teaching, message, query};
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const char *method = soup_server_message_get_method(message);
    gboolean post = g_str_equal(method, SOUP_METHOD_POST);
    gboolean secret = effnet_watch_http_access_is_secret(
        access, soup_message_headers_get_one(headers, "Authorization"));

    if (!post && !g_str_equal(method, SOUP_METHOD_GET) && !g_str_equal(method, SOUP_METHOD_HEAD)) {
        soup_server_message_set_status(message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
    } else if (!secret && !effnet_watch_http_access_is_session(
                              access, soup_message_headers_get_list(headers, "Cookie"))) {
        refuse(&request, SOUP_STATUS_FORBIDDEN, EFFNET_WATCH_HTTP_ACCESS_HINT);
    } else if (post && !is_from_own_page(headers)) {
        refuse(&request, SOUP_STATUS_FORBIDDEN, "This was asked for by another site's page.");
    } else if (!g_str_equal(path, "/session")) {
        dispatch(&request, path, post);
    } else if (post) {
        g_autofree char *cookie = effnet_watch_http_access_new_cookie(access);

        soup_message_headers_replace(soup_server_message_get_response_headers(message),
                                     "Set-Cookie", cookie);
        soup_server_message_set_status(message, SOUP_STATUS_NO_CONTENT, NULL);
    } else {
        soup_server_message_set_status(message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
    }
}
