/* SPDX-License-Identifier: BSD-2-Clause */
/* The input is what a client sends to the page of effnet watch before it closes its end. */
#include <gio/gio.h>
#include <gst/gst.h>
#include <string.h>

#include "fuzz.h"
#include "watch/httpserver.h"
#include "watch/status.h"

#define MAX_ANSWER (4u << 20)

static GSocketConnection *
connect_to(guint port)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", port);
    g_autoptr(GError) error = NULL;
    GSocketConnection *connection;

    g_socket_client_set_enable_proxy(client, FALSE);
    connection = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, &error);
    if (!connection)
        g_error("%s", error->message);
    return connection;
}

static void
send_input(GSocketConnection *connection, const guint8 *data, gsize size)
{
    GSocket *socket = g_socket_connection_get_socket(connection);
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));

    /* The server may have closed the connection already. */
    g_output_stream_write_all(out, data, size, NULL, NULL, NULL);
    g_socket_shutdown(socket, FALSE, TRUE, NULL);
    g_socket_set_blocking(socket, FALSE);
}

/* Reads until the server closes the connection. */
static gsize
take_answer(GSocketConnection *connection)
{
    GSocket *socket = g_socket_connection_get_socket(connection);
    gsize n = 0;
    char bytes[4096];

    for (;;) {
        g_autoptr(GError) error = NULL;
        gssize got = g_socket_receive(socket, bytes, sizeof bytes, NULL, &error);

        if (got == 0 || (got < 0 && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
            return n;
        n += MAX(got, 0);
        if (got < 0)
            g_main_context_iteration(NULL, TRUE);
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static EffNetWatchHttp *http;
    static GPtrArray *statuses;
    static guint port;
    g_autoptr(GSocketConnection) connection = NULL;

    if (!http) {
        const EffNetWatchProgram any = {.http = {(char *)"127.0.0.1", 0}};
        g_autofree char *uri = NULL;

        gst_init(NULL, NULL);
        statuses = g_ptr_array_new();
        g_ptr_array_add(statuses, effnet_watch_status_new("cam0"));
        http = effnet_watch_http_new(&any, statuses, NULL, NULL);
        if (!http)
            g_error("no server");
        uri = effnet_watch_http_new_uri(http);
        port = (guint)g_ascii_strtoull(strrchr(uri, ':') + 1, NULL, 10);
    }
    connection = connect_to(port);
    send_input(connection, data, MIN(size, 32768)); /* as much as the socket takes at once */
    if (take_answer(connection) > MAX_ANSWER)
        g_error("more than the page and its pictures are");
    return 0;
}
