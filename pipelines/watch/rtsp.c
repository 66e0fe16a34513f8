/* SPDX-License-Identifier: BSD-2-Clause */
#include "rtsp.h"

#include "encoder.h"

#include <effnet/effnet.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <unistd.h>

#define MAX_CLIENTS  64 /* at once; each takes sockets and a place in a thread */
#define IDLE_TIME    30 /* s, for clients that request nothing */
#define MAX_SESSIONS 64
#define MAX_THREADS  8
#define MAX_QUEUED   "4000000" /* bytes */

struct _EffNetWatchRtsp {
    EffNetWatchAddress address;
    GstRTSPServer *server;
    GSocketService *service;
    gint clients; /* atomic: they leave on other threads */
};

static void
media_unprepared(GstRTSPMedia *media, gpointer data)
{
    g_autoptr(GstElement) bin = gst_rtsp_media_get_element(media);
    g_autoptr(GstElement) appsrc = gst_bin_get_by_name(GST_BIN(bin), "source");

    effnet_watch_mount_disconnect(data, appsrc);
}

/* Called for the first viewer; later ones share the media. */
static void
media_configured(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer data)
{
    g_autoptr(GstElement) bin = gst_rtsp_media_get_element(media);
    g_autoptr(GstElement) appsrc = gst_bin_get_by_name(GST_BIN(bin), "source");

    g_signal_connect(media, "unprepared", G_CALLBACK(media_unprepared), data);
    effnet_watch_mount_connect(data, appsrc);
}

static void
shut_down(GstRTSPClient *client)
{
    GstRTSPConnection *connection = gst_rtsp_client_get_connection(client);

    if (connection)
        g_socket_shutdown(gst_rtsp_connection_get_read_socket(connection), TRUE, TRUE, NULL);
}

static void
client_gone(GstRTSPClient *client, gpointer data)
{
    EffNetWatchRtsp *rtsp = data;

    g_atomic_int_add(&rtsp->clients, -1);
}

/* Sends an idle client away, if it has not gone already. */
static gboolean
send_away_idle(gpointer data)
{
    g_autoptr(GstRTSPClient) client = g_weak_ref_get(data);
    GList *sessions = client ? gst_rtsp_client_session_filter(client, NULL, NULL) : NULL;

    if (client && sessions == NULL)
        shut_down(client);
    g_list_free_full(sessions, g_object_unref);
    return G_SOURCE_REMOVE;
}

static void
free_weak_ref(gpointer data)
{
    g_weak_ref_clear(data);
    g_free(data);
}

static void
watch_idle(GstRTSPClient *client)
{
    GWeakRef *ref = g_new(GWeakRef, 1);

    g_weak_ref_init(ref, client);
    g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, IDLE_TIME, send_away_idle, ref, free_weak_ref);
}

static void
client_came(GstRTSPServer *server, GstRTSPClient *client, gpointer data)
{
    g_signal_connect(client, "closed", G_CALLBACK(client_gone), data);
    watch_idle(client);
}

/* Gives the server a socket of its own, since CONNECTION closes its own. */
static gboolean
hand_over(EffNetWatchRtsp *rtsp, GSocketConnection *connection)
{
    g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(connection, NULL);
    g_autofree char *text = NULL;
    GSocket *socket;
    int fd;

    if (!G_IS_INET_SOCKET_ADDRESS(remote))
        return FALSE;
    fd = fcntl(g_socket_get_fd(g_socket_connection_get_socket(connection)), F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return FALSE;
    socket = g_socket_new_from_fd(fd, NULL);
    if (socket == NULL) {
        close(fd);
        return FALSE;
    }
    text =
        g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote)));
    return gst_rtsp_server_transfer_connection(
        rtsp->server, socket, text, g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(remote)),
        NULL);
}

/* A client that comes when all places are taken is sent away before the server sees it, since the
 * server would keep the connection as long as one of its threads is busy. A client that does
 * nothing with its place is sent away after a while. */
static gboolean
connection_came(GSocketService *service, GSocketConnection *connection, GObject *source,
                gpointer data)
{
    EffNetWatchRtsp *rtsp = data;

    if (g_atomic_int_get(&rtsp->clients) >= MAX_CLIENTS)
        return TRUE;
    g_atomic_int_inc(&rtsp->clients);
    if (!hand_over(rtsp, connection))
        g_atomic_int_add(&rtsp->clients, -1);
    return TRUE;
}

EffNetWatchRtsp *
effnet_watch_rtsp_new(const EffNetWatchAddress *address, GError **error)
{
    g_autoptr(EffNetWatchRtsp) rtsp = g_new0(EffNetWatchRtsp, 1);
    g_autoptr(GstRTSPThreadPool) pool = NULL;
    g_autoptr(GstRTSPSessionPool) sessions = NULL;

    rtsp->address = (EffNetWatchAddress){g_strdup(address->address), address->port};
    rtsp->server = gst_rtsp_server_new();
    /* Clients that wait for a lost stream must not delay others. */
    pool = gst_rtsp_server_get_thread_pool(rtsp->server);
    gst_rtsp_thread_pool_set_max_threads(pool, MAX_THREADS);
    sessions = gst_rtsp_server_get_session_pool(rtsp->server);
    gst_rtsp_session_pool_set_max_sessions(sessions, MAX_SESSIONS);
    g_signal_connect(rtsp->server, "client-connected", G_CALLBACK(client_came), rtsp);
    rtsp->service = effnet_watch_address_listen(&rtsp->address, "rtsp-out", MAX_CLIENTS, error);
    if (rtsp->service == NULL)
        return NULL;
    g_signal_connect(rtsp->service, "incoming", G_CALLBACK(connection_came), rtsp);
    return g_steal_pointer(&rtsp);
}

static GstRTSPFilterResult
remove_client(GstRTSPServer *server, GstRTSPClient *client, gpointer data)
{
    return GST_RTSP_FILTER_REMOVE;
}

void
effnet_watch_rtsp_free(EffNetWatchRtsp *rtsp)
{
    if (rtsp->service) {
        g_socket_service_stop(rtsp->service);
        gst_rtsp_server_client_filter(rtsp->server, remove_client, NULL);
        gst_rtsp_thread_pool_cleanup();
    }
    g_clear_object(&rtsp->service);
    g_clear_object(&rtsp->server);
    g_free(rtsp->address.address);
    g_free(rtsp);
}

char *
effnet_watch_rtsp_add(EffNetWatchRtsp *rtsp, const char *name, EffNetWatchMount *mount,
                      GError **error)
{
    const EffNetWatchEncoder *encoder = effnet_watch_encoder_find(error);
    g_autoptr(GstRTSPMountPoints) points = gst_rtsp_server_get_mount_points(rtsp->server);
    g_autofree char *escaped = g_uri_escape_string(name, "/", FALSE);
    g_autofree char *path = g_strconcat("/", escaped, NULL), *launch = NULL;
    GstRTSPMediaFactory *factory;

    if (encoder == NULL)
        return NULL;
    launch = g_strdup_printf("( appsrc name=source is-live=true do-timestamp=true format=time "
                             "max-bytes=" MAX_QUEUED " leaky-type=downstream ! %s name=pay0 "
                             "pt=96 )",
                             encoder->pay);
    factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launch);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    g_signal_connect(factory, "media-configure", G_CALLBACK(media_configured), mount);
    gst_rtsp_mount_points_add_factory(points, path, factory);
    return effnet_watch_address_new_uri(&rtsp->address, "rtsp", path);
}
