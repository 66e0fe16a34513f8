/* SPDX-License-Identifier: BSD-2-Clause */
#include "httpserver.h"

#include "metrics.h"
#include "watch-page.h"
#include "state.h"

#include <effnet/effnet.h>
#include <libsoup/soup.h>
#include <string.h>

#define MAX_CLIENTS    64
#define CLIENT_TIMEOUT 30 /* s without a byte either way */

struct _EffNetWatchHttp {
    EffNetWatchAddress address;
    const GPtrArray *statuses;
    SoupServer *server;
    GSocketService *service;
    guint clients;
};

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

/* A file of the page. FALSE: there is none of that name. */
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

/* A page of somebody else's that has made its own name lead here is kept out: of what only this
 * machine may see, it would else see all. */
static gboolean
is_host_allowed(const EffNetWatchHttp *http, SoupServerMessage *message)
{
    const char *host = g_uri_get_host(soup_server_message_get_uri(message));
    g_autoptr(GInetAddress) inet = host ? g_inet_address_new_from_string(host) : NULL;

    return !effnet_watch_address_is_local(&http->address) || g_strcmp0(host, "localhost") == 0 ||
           (inet && g_inet_address_get_is_loopback(inet));
}

static void
set_common_headers(SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);

    /* What libsoup does with connections that it has not accepted itself; few can wait idly here.
     */
    soup_message_headers_replace(headers, "Connection", "close");
    soup_message_headers_replace(headers, "Cache-Control", "no-store");
    soup_message_headers_replace(
        headers, "Content-Security-Policy",
        "default-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'");
    soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
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

    set_common_headers(message);
    if (!is_host_allowed(http, message))
        soup_server_message_set_status(message, SOUP_STATUS_FORBIDDEN, NULL);
    else if (!g_str_equal(method, SOUP_METHOD_GET) && !g_str_equal(method, SOUP_METHOD_HEAD))
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

/* Nobody sends anything here: what comes is not kept. */
static void
request_started(SoupServer *server, SoupServerMessage *message, gpointer data)
{
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
}

static void
client_gone(gpointer data, GObject *connection)
{
    EffNetWatchHttp *http = data;

    http->clients--;
}

/* FALSE: the connection is closed. */
static gboolean
client_came(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
    EffNetWatchHttp *http = data;
    g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address(connection, NULL);
    g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(connection, NULL);

    if (http->clients == MAX_CLIENTS)
        return FALSE;
    http->clients++;
    g_object_weak_ref(G_OBJECT(connection), client_gone, http);
    g_socket_set_timeout(g_socket_connection_get_socket(connection), CLIENT_TIMEOUT);
    soup_server_accept_iostream(http->server, G_IO_STREAM(connection), local, remote, NULL);
    return TRUE;
}

static gboolean
listen_at(EffNetWatchHttp *http, GError **error)
{
    EffNetWatchAddress *address = &http->address;
    g_autoptr(GSocketAddress) wanted =
        g_inet_socket_address_new_from_string(address->address, address->port);
    g_autoptr(GSocketAddress) effective = NULL;
    g_autoptr(GError) reason = NULL;

    http->service = g_socket_service_new();
    g_socket_listener_set_backlog(G_SOCKET_LISTENER(http->service), MAX_CLIENTS);
    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(http->service), wanted,
                                       G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                       &effective, &reason)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "http: %s:%u cannot be listened at: "
                    "%s",
                    address->address, address->port, reason->message);
        return FALSE;
    }
    address->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective));
    g_signal_connect(http->service, "incoming", G_CALLBACK(client_came), http);
    return TRUE;
}

EffNetWatchHttp *
effnet_watch_http_new(const EffNetWatchAddress *address, const GPtrArray *statuses, GError **error)
{
    g_autoptr(EffNetWatchHttp) http = g_new0(EffNetWatchHttp, 1);

    http->address = (EffNetWatchAddress){g_strdup(address->address), address->port};
    http->statuses = statuses;
    http->server = soup_server_new("server-header", "effnet", NULL);
    g_signal_connect(http->server, "request-started", G_CALLBACK(request_started), http);
    soup_server_add_handler(http->server, NULL, handle, http, NULL);
    return listen_at(http, error) ? g_steal_pointer(&http) : NULL;
}

/* The clients that there still are go with it. */
void
effnet_watch_http_free(EffNetWatchHttp *http)
{
    if (http->service)
        g_socket_service_stop(http->service);
    soup_server_disconnect(http->server);
    g_clear_object(&http->server);
    g_clear_object(&http->service);
    g_free(http->address.address);
    g_free(http);
}

char *
effnet_watch_http_new_uri(const EffNetWatchHttp *http)
{
    return effnet_watch_address_new_uri(&http->address, "http", "/");
}
