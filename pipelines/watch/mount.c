/* SPDX-License-Identifier: BSD-2-Clause */
#include "mount.h"

#include <gst/app/gstappsrc.h>

struct _EffNetWatchMount {
    GMutex mutex;
    GstElement *appsrc; /* NULL: no viewers */
    gboolean key_request;
};

EffNetWatchMount *
effnet_watch_mount_new(void)
{
    EffNetWatchMount *mount = g_new0(EffNetWatchMount, 1);

    g_mutex_init(&mount->mutex);
    return mount;
}

void
effnet_watch_mount_free(EffNetWatchMount *mount)
{
    gst_clear_object(&mount->appsrc);
    g_mutex_clear(&mount->mutex);
    g_free(mount);
}

void
effnet_watch_mount_connect(EffNetWatchMount *mount, GstElement *appsrc)
{
    g_mutex_lock(&mount->mutex);
    gst_object_replace((GstObject **)&mount->appsrc, GST_OBJECT(appsrc));
    mount->key_request = TRUE;
    g_mutex_unlock(&mount->mutex);
}

void
effnet_watch_mount_disconnect(EffNetWatchMount *mount, GstElement *appsrc)
{
    g_mutex_lock(&mount->mutex);
    if (mount->appsrc == appsrc)
        gst_clear_object(&mount->appsrc);
    g_mutex_unlock(&mount->mutex);
}

gboolean
effnet_watch_mount_is_wanted(EffNetWatchMount *mount)
{
    gboolean wanted;

    g_mutex_lock(&mount->mutex);
    wanted = mount->appsrc != NULL;
    g_mutex_unlock(&mount->mutex);
    return wanted;
}

gboolean
effnet_watch_mount_take_key_request(EffNetWatchMount *mount)
{
    gboolean request;

    g_mutex_lock(&mount->mutex);
    request = mount->key_request;
    mount->key_request = FALSE;
    g_mutex_unlock(&mount->mutex);
    return request;
}

void
effnet_watch_mount_push(EffNetWatchMount *mount, GstSample *sample)
{
    g_autoptr(GstElement) appsrc = NULL;
    g_autoptr(GstBuffer) buffer = NULL;

    g_mutex_lock(&mount->mutex);
    appsrc = mount->appsrc ? gst_object_ref(mount->appsrc) : NULL;
    g_mutex_unlock(&mount->mutex);
    if (appsrc == NULL)
        return;
    /* The server sets timestamps from its own clock. */
    buffer = gst_buffer_copy(gst_sample_get_buffer(sample));
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    gst_app_src_set_caps(GST_APP_SRC(appsrc), gst_sample_get_caps(sample));
    gst_app_src_push_buffer(GST_APP_SRC(appsrc), g_steal_pointer(&buffer));
}
