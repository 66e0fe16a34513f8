/* SPDX-License-Identifier: BSD-2-Clause */
#include "rtsp.h"

#include "encoder.h"

#include <effnet/effnet.h>
#include <gst/rtsp-server/rtsp-server.h>

#define MAX_CLIENTS  64 /* at once; each has sockets and a place in a thread */
#define IDLE_TIME    10 /* s, for those who ask for nothing */
#define MAX_SESSIONS 64
#define MAX_THREADS  8
#define MAX_QUEUED   "4000000" /* bytes */

struct _EffNetWatchRtsp {
    EffNetWatchAddress address;
    GstRTSPServer *server;
    guint source;
    gint clients; /* atomic: they leave in threads of their own */
};

static void
media_unprepared(GstRTSPMedia *media, gpointer data)
{
    g_autoptr(GstElement) bin = gst_rtsp_media_get_element(media);
    g_autoptr(GstElement) appsrc = gst_bin_get_by_name(GST_BIN(bin), "source");

    effnet_watch_mount_disconnect(data, appsrc);
}

/* The first viewer has come; those that come later share the media. */
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

static gboolean
send_away_idle(gpointer data)
{
    GstRTSPClient *client = data;
    GList *sessions = gst_rtsp_client_session_filter(client, NULL, NULL);

    if (sessions == NULL)
        shut_down(client);
    g_list_free_full(sessions, g_object_unref);
    return G_SOURCE_REMOVE;
}

/* Who comes when all places are taken is sent away, before anything is read of him; and who does
 * nothing with his place is sent away after a while. */
static void
client_came(GstRTSPServer *server, GstRTSPClient *client, gpointer data)
{
    EffNetWatchRtsp *rtsp = data;
    gboolean is_full = g_atomic_int_add(&rtsp->clients, 1) >= MAX_CLIENTS;

    g_signal_connect(client, "closed", G_CALLBACK(client_gone), rtsp);
    if (is_full)
        shut_down(client);
    else
        g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, IDLE_TIME, send_away_idle,
                                   g_object_ref(client), g_object_unref);
}

EffNetWatchRtsp *
effnet_watch_rtsp_new(const EffNetWatchAddress *address, GError **error)
{
    g_autoptr(EffNetWatchRtsp) rtsp = g_new0(EffNetWatchRtsp, 1);
    g_autofree char *port = g_strdup_printf("%u", address->port);
    g_autoptr(GstRTSPThreadPool) pool = NULL;
    g_autoptr(GstRTSPSessionPool) sessions = NULL;

    rtsp->address.address = g_strdup(address->address);
    rtsp->server = gst_rtsp_server_new();
    gst_rtsp_server_set_address(rtsp->server, address->address);
    gst_rtsp_server_set_service(rtsp->server, port);
    gst_rtsp_server_set_backlog(rtsp->server, MAX_CLIENTS);
    /* Who waits for a stream that is lost keeps nobody else waiting. */
    pool = gst_rtsp_server_get_thread_pool(rtsp->server);
    gst_rtsp_thread_pool_set_max_threads(pool, MAX_THREADS);
    sessions = gst_rtsp_server_get_session_pool(rtsp->server);
    gst_rtsp_session_pool_set_max_sessions(sessions, MAX_SESSIONS);
    g_signal_connect(rtsp->server, "client-connected", G_CALLBACK(client_came), rtsp);
    rtsp->source = gst_rtsp_server_attach(rtsp->server, NULL);
    if (rtsp->source == 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "rtsp-out: %s:%u cannot be listened at", address->address, address->port);
        return NULL;
    }
    rtsp->address.port = (guint)gst_rtsp_server_get_bound_port(rtsp->server);
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
    if (rtsp->source) {
        g_source_remove(rtsp->source);
        gst_rtsp_server_client_filter(rtsp->server, remove_client, NULL);
        gst_rtsp_thread_pool_cleanup();
    }
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
