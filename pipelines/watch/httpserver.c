/* SPDX-License-Identifier: BSD-2-Clause */
#include "httpserver.h"

#include "httpaccess.h"
#include "metrics.h"
#include "watch-page.h"
#include "state.h"
#include "teachserver.h"

#include <effnet/effnet.h>
#include <libsoup/soup.h>
#include <string.h>

#define MAX_CLIENTS 64
#define DEADLINE    15 /* s, from a client's arrival to its last byte */

struct _EffNetWatchHttp {
    EffNetWatchAddress address;
    EffNetWatchHttpAccess *access;
    const GPtrArray *statuses;
    EffNetWatchTeaching *teaching; /* or NULL */
    gboolean ending;
    char *policy; /* Content-Security-Policy */
    SoupServer *server;
    GSocketService *service;
    GQueue clients; /* of Client, the oldest first */
};

/* A connection serves one request. */
typedef struct {
    EffNetWatchHttp *http;
    GSocketConnection *connection; /* libsoup's, not owned */
    guint deadline;
} Client;

static void
respond(SoupServerMessage *message, const char *type, GBytes *body)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);

    soup_message_headers_set_content_type(headers, type, NULL);
    soup_message_body_append_bytes(soup_server_message_get_response_body(message), body);
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
}

static void
respond_text(SoupServerMessage *message, const char *type, char *text)
{
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));

    respond(message, type, body);
}

/* Answers with a file of the page; FALSE if there is none of that name. */
static gboolean
respond_page(SoupServerMessage *message, const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html"}, {".css", "text/css"}, {".js", "text/javascript"}};
    g_autofree char *name =
        g_strconcat("/effnet/watch", g_str_equal(path, "/") ? "/watch.html" : path, NULL);
    g_autoptr(GBytes) body = g_resource_lookup_data(effnet_watch_page_get_resource(), name,
                                                    G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

    for (guint i = 0; body && i < G_N_ELEMENTS(types); i++) {
        if (g_str_has_suffix(name, types[i][0])) {
            respond(message, types[i][1], body);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
respond_picture(EffNetWatchHttp *http, SoupServerMessage *message, const char *path)
{
    static const char before[] = "/streams/", behind[] = "/picture.jpg";
    g_autofree char *number = NULL;
    g_autoptr(GBytes) picture = NULL;
    guint64 i;

    if (!g_str_has_prefix(path, before) || !g_str_has_suffix(path, behind) ||
        strlen(path) < strlen(before) + strlen(behind))
        return FALSE;
    number = g_strndup(path + strlen(before), strlen(path) - strlen(before) - strlen(behind));
    if (!g_ascii_string_to_unsigned(number, 10, 0, G_MAXUINT, &i, NULL) || i >= http->statuses->len)
        return FALSE;
    picture = effnet_watch_status_get_picture(g_ptr_array_index(http->statuses, i));
    if (picture)
        respond(message, "image/jpeg", picture);
    else
        soup_server_message_set_status(message, SOUP_STATUS_NO_CONTENT, NULL);
    return TRUE;
}

static void
set_common_headers(const EffNetWatchHttp *http, SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);

    /* As libsoup does with connections that it has not accepted itself; few can stay idle here. */
    soup_message_headers_replace(headers, "Connection", "close");
    soup_message_headers_replace(headers, "Cache-Control", "no-store");
    soup_message_headers_replace(headers, "Content-Security-Policy", http->policy);
    soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
}

/* FALSE if the request was refused, and answered. */
static gboolean
is_admitted(const EffNetWatchHttp *http, SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);

    if (!effnet_watch_http_access_is_host_allowed(
            http->access, g_uri_get_host(soup_server_message_get_uri(message)))) {
        respond_text(message, "text/plain",
                     g_strdup("This is not what the page is called here; if it should be, "
                              "--http-host names it.\n"));
        soup_server_message_set_status(message, SOUP_STATUS_FORBIDDEN, NULL);
        return FALSE;
    }
    if (effnet_watch_http_access_is_authorized(
            http->access, soup_message_headers_get_one(headers, "Authorization"),
            soup_message_headers_get_list(headers, "Cookie")))
        return TRUE;
    soup_message_headers_replace(soup_server_message_get_response_headers(message),
                                 "WWW-Authenticate", "Basic realm=\"effnet\", charset=\"UTF-8\"");
    soup_server_message_set_status(message, SOUP_STATUS_UNAUTHORIZED, NULL);
    return FALSE;
}

/* Why the program is not ready, or NULL: it is. Sources that are lost do not count, since another
 * start would not bring them back. */
static const char *
find_hindrance(const EffNetWatchHttp *http)
{
    if (http->ending)
        return "The program ends.\n";
    for (guint i = 0; i < http->statuses->len; i++) {
        EffNetWatchSnapshot now;

        effnet_watch_status_get(g_ptr_array_index(http->statuses, i), &now);
        if (!now.opened)
            return "A model is being opened.\n";
        if (now.phase == EFFNET_WATCH_FAILED)
            return "A stream has failed for good.\n";
    }
    return NULL;
}

static gboolean
respond_health(const EffNetWatchHttp *http, SoupServerMessage *message, const char *path)
{
    gboolean ready = g_str_equal(path, "/readyz");
    const char *hindrance = ready ? find_hindrance(http) : NULL;

    if (!ready && !g_str_equal(path, "/healthz"))
        return FALSE;
    respond_text(message, "text/plain", g_strdup(hindrance ? hindrance : "ok\n"));
    if (hindrance)
        soup_server_message_set_status(message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
    return TRUE;
}

static gboolean
is_read_only(const char *method)
{
    return g_str_equal(method, SOUP_METHOD_GET) || g_str_equal(method, SOUP_METHOD_HEAD);
}

static gint64
get_after(GHashTable *query)
{
    const char *text = query ? g_hash_table_lookup(query, "after") : NULL;

    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static void
handle(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
       gpointer data)
{
    EffNetWatchHttp *http = data;
    const char *method = soup_server_message_get_method(message);

    set_common_headers(http, message);
    /* For many overlapping ranges, libsoup would make a body many times as large. */
    soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");
    if (is_read_only(method) && respond_health(http, message, path))
        return;
    if (!is_admitted(http, message))
        return;
    if (http->teaching && effnet_watch_teach_server_is_path(path))
        effnet_watch_teach_server_handle(http->teaching, http->access, message, path, query);
    else if (!is_read_only(method))
        soup_server_message_set_status(message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
    else if (g_str_equal(path, "/metrics"))
        respond_text(message, EFFNET_WATCH_METRICS_TYPE,
                     effnet_watch_metrics_format(http->statuses));
    else if (g_str_equal(path, "/state.json"))
        respond_text(message, "application/json",
                     effnet_watch_state_format(http->statuses, get_after(query)));
    else if (!respond_picture(http, message, path) && !respond_page(message, path))
        soup_server_message_set_status(message, SOUP_STATUS_NOT_FOUND, NULL);
}

/* Requests need no body: discards it. */
static void
request_started(SoupServer *server, SoupServerMessage *message, gpointer data)
{
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
}

static void
client_gone(gpointer data, GObject *connection)
{
    Client *client = data;

    g_queue_remove(&client->http->clients, client);
    g_source_remove(client->deadline);
    g_free(client);
}

/* Closes the connection, which libsoup then releases. */
static gboolean
send_away(gpointer data)
{
    Client *client = data;

    g_socket_shutdown(g_socket_connection_get_socket(client->connection), TRUE, TRUE, NULL);
    return G_SOURCE_CONTINUE;
}

static void
add_client(EffNetWatchHttp *http, GSocketConnection *connection)
{
    Client *client = g_new(Client, 1);

    *client = (Client){http, connection, g_timeout_add_seconds(DEADLINE, send_away, client)};
    g_object_weak_ref(G_OBJECT(connection), client_gone, client);
    g_queue_push_tail(&http->clients, client);
}

/* If all places are taken, the oldest client goes: it has had its time, and clients that stay on
 * purpose keep nobody out. FALSE: others can handle the connection. */
static gboolean
client_came(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
    EffNetWatchHttp *http = data;
    g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address(connection, NULL);
    g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(connection, NULL);
    guint n = g_queue_get_length(&http->clients);

    if (n >= 2 * MAX_CLIENTS) /* those that were sent away have not gone yet */
        return FALSE;
    if (n >= MAX_CLIENTS)
        send_away(g_queue_peek_nth(&http->clients, n - MAX_CLIENTS));
    add_client(http, connection);
    soup_server_accept_iostream(http->server, G_IO_STREAM(connection), local, remote, NULL);
    return TRUE;
}

EffNetWatchHttp *
effnet_watch_http_new(const EffNetWatchProgram *program, const GPtrArray *statuses,
                      EffNetWatchTeaching *teaching, GError **error)
{
    const EffNetWatchAddress *address = &program->http;
    g_autoptr(EffNetWatchHttp) http = g_new0(EffNetWatchHttp, 1);

    http->address = (EffNetWatchAddress){g_strdup(address->address), address->port};
    http->statuses = statuses;
    http->teaching = teaching;
    http->policy = g_strdup_printf(
        "default-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors %s",
        program->http_frame_ancestors ? program->http_frame_ancestors : "'none'");
    http->server = soup_server_new("server-header", "effnet", NULL);
    http->access = effnet_watch_http_access_new(address, program->http_hosts, program->http_auth,
                                                teaching != NULL, error);
    if (http->access == NULL)
        return NULL;
    g_signal_connect(http->server, "request-started", G_CALLBACK(request_started), http);
    soup_server_add_handler(http->server, NULL, handle, http, NULL);
    http->service = effnet_watch_address_listen(&http->address, "http", MAX_CLIENTS, error);
    if (http->service == NULL)
        return NULL;
    g_signal_connect(http->service, "incoming", G_CALLBACK(client_came), http);
    return g_steal_pointer(&http);
}

/* Remaining clients are released with the server, or somewhat later. */
static void
forget_clients(EffNetWatchHttp *http)
{
    Client *client;

    while ((client = g_queue_pop_head(&http->clients))) {
        g_object_weak_unref(G_OBJECT(client->connection), client_gone, client);
        send_away(client);
        g_source_remove(client->deadline);
        g_free(client);
    }
}

void
effnet_watch_http_free(EffNetWatchHttp *http)
{
    if (http->service)
        g_socket_service_stop(http->service);
    forget_clients(http);
    soup_server_disconnect(http->server);
    g_clear_object(&http->server);
    g_clear_object(&http->service);
    g_clear_pointer(&http->access, effnet_watch_http_access_free);
    g_free(http->address.address);
    g_free(http->policy);
    g_free(http);
}

void
effnet_watch_http_set_ending(EffNetWatchHttp *http)
{
    http->ending = TRUE;
}

char *
effnet_watch_http_new_uri(const EffNetWatchHttp *http)
{
    return effnet_watch_address_new_uri(&http->address, "http", "/");
}

char *
effnet_watch_http_describe(const EffNetWatchHttp *http)
{
    g_autofree char *uri = effnet_watch_http_new_uri(http);
    const char *token = effnet_watch_http_access_get_token(http->access);
    g_autofree char *fragment = token ? g_strconcat("#teach=", token, NULL) : g_strdup("");

    if (!effnet_watch_address_is_any(&http->address))
        return g_strdup_printf("the page is %s%s", uri, fragment);
    return g_strdup_printf("the page is %s%s here, and http://%s:%u/%s elsewhere", uri, fragment,
                           g_get_host_name(), http->address.port, fragment);
}
