/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#define SIZE     16
#define CAPS     "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1"
#define PATIENCE (30 * GST_SECOND)
#define MOMENT   (G_USEC_PER_SEC / 5)

/* An owner: an element of a pipeline, as far as relays look at it. */
typedef struct {
    EffNetWatchRelay *relay;
    GstElement *pipeline, *element;
    GstPad *pad;
    GstSegment segment;
    gboolean live;
    guint pushed; /* frames, atomic */
} Owner;

/* A zone's pipeline. Frames are taken one by one, and until then the next ones wait. */
typedef struct {
    EffNetWatchFeed *feed;
    GstElement *pipeline, *convert, *sink;
    gboolean live;
} Zone;

static void
owner_init(Owner *owner, guint n_zones, gboolean live)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string(CAPS);

    *owner = (Owner){.relay = effnet_watch_relay_new(n_zones), .live = live};
    owner->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    owner->element = gst_element_factory_make("identity", NULL);
    gst_bin_add(GST_BIN(owner->pipeline), owner->element);
    owner->pad = gst_element_get_static_pad(owner->element, "src");
    gst_element_set_state(owner->element, GST_STATE_PLAYING);
    gst_segment_init(&owner->segment, GST_FORMAT_TIME);
    owner->segment.start = owner->segment.time = 5 * GST_SECOND;
    gst_pad_push_event(owner->pad, gst_event_new_stream_start("owner"));
    gst_pad_push_event(owner->pad, gst_event_new_caps(caps));
    gst_pad_push_event(owner->pad, gst_event_new_segment(&owner->segment));
}

static void
owner_clear(Owner *owner)
{
    effnet_watch_relay_unref(owner->relay);
    gst_element_set_state(owner->element, GST_STATE_NULL);
    gst_object_unref(owner->pad);
    gst_object_unref(owner->pipeline);
}

static GstBuffer *
new_frame(guint number)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, SIZE * SIZE, NULL);

    gst_buffer_memset(buffer, 0, (guint8)number, SIZE * SIZE);
    GST_BUFFER_PTS(buffer) = (5 + number) * GST_SECOND;
    return buffer;
}

static void
push(Owner *owner, guint number)
{
    g_autoptr(GstBuffer) buffer = new_frame(number);

    effnet_watch_relay_push(owner->relay, owner->pad, buffer, owner->live);
    g_atomic_int_inc(&owner->pushed);
}

static gpointer
push_many(gpointer data)
{
    for (guint i = 0; i < 10; i++)
        push(data, i);
    return NULL;
}

static void
zone_init(Zone *zone, EffNetWatchRelay *relay)
{
    *zone = (Zone){.feed = effnet_watch_feed_new(relay), .live = -1};
}

static void
zone_connect(Zone *zone, gboolean patient)
{
    g_autoptr(GError) error = NULL;

    zone->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    zone->convert = gst_element_factory_make("identity", NULL);
    zone->sink = gst_element_factory_make("appsink", NULL);
    g_object_set(zone->sink, "sync", FALSE, "max-buffers", 1, NULL);
    gst_bin_add_many(GST_BIN(zone->pipeline), zone->convert, zone->sink, NULL);
    gst_element_link(zone->convert, zone->sink);
    g_assert_true(effnet_watch_feed_add(zone->feed, zone->pipeline, zone->convert, patient,
                                        &zone->live, &error));
    g_assert_no_error(error);
    gst_element_set_state(zone->pipeline, GST_STATE_PLAYING);
}

static void
zone_disconnect(Zone *zone)
{
    gst_element_set_state(zone->pipeline, GST_STATE_NULL);
    gst_clear_object(&zone->pipeline);
}

static void
zone_clear(Zone *zone)
{
    if (zone->pipeline)
        zone_disconnect(zone);
    effnet_watch_feed_free(zone->feed);
}

/* OWNER, which is live, has a frame, and ZONE can connect. */
static void
begin_live(Owner *owner, Zone *zone)
{
    owner_init(owner, 1, TRUE);
    zone_init(zone, owner->relay);
    effnet_watch_relay_begin(owner->relay);
    push(owner, 0);
}

/* The number of the next frame; -1: there is none any longer. */
static gint
take(Zone *zone)
{
    g_autoptr(GstSample) sample = gst_app_sink_try_pull_sample(GST_APP_SINK(zone->sink), PATIENCE);
    guint8 number;

    if (sample == NULL) {
        g_assert_true(gst_app_sink_is_eos(GST_APP_SINK(zone->sink)));
        return -1;
    }
    gst_buffer_extract(gst_sample_get_buffer(sample), SIZE * SIZE - 1, &number, 1);
    g_assert_cmpuint(GST_BUFFER_PTS(gst_sample_get_buffer(sample)), ==, (5 + number) * GST_SECOND);
    g_assert_cmpuint(gst_sample_get_segment(sample)->start, ==, 5 * GST_SECOND);
    return number;
}

static void
check_state(Zone *zone, EffNetWatchRelayState state, const char *reason)
{
    g_autofree char *found = NULL;

    g_assert_cmpint(effnet_watch_feed_get_state(zone->feed, &found), ==, state);
    g_assert_cmpstr(found, ==, reason);
}

/* Until THREAD is where it waits. */
static guint
wait_until_stuck(Owner *owner)
{
    guint pushed;

    do {
        pushed = (guint)g_atomic_int_get(&owner->pushed);
        g_usleep(MOMENT);
    } while (pushed != (guint)g_atomic_int_get(&owner->pushed));
    return pushed;
}

/* A file waits for the zones that are still to come, and for slow ones: each gets every frame. */
static void
test_file(void)
{
    Owner owner;
    Zone fast, slow;
    GThread *thread;

    owner_init(&owner, 2, FALSE);
    zone_init(&fast, owner.relay);
    effnet_watch_relay_begin(owner.relay);
    thread = g_thread_new("owner", push_many, &owner);
    g_assert_cmpint(effnet_watch_feed_wait(fast.feed), ==, EFFNET_WATCH_RELAY_FLOWS);
    zone_connect(&fast, TRUE);
    g_assert_cmpuint(wait_until_stuck(&owner), ==, 0);
    zone_init(&slow, owner.relay);
    zone_connect(&slow, TRUE);
    g_assert_false(fast.live || slow.live);
    g_assert_cmpuint(wait_until_stuck(&owner), <, 10);
    for (gint i = 0; i < 10; i++) {
        g_assert_cmpint(take(&slow), ==, i);
        g_assert_cmpint(take(&fast), ==, i);
    }
    g_thread_join(thread);
    effnet_watch_relay_end(owner.relay, EFFNET_WATCH_RELAY_ENDED, NULL);
    check_state(&fast, EFFNET_WATCH_RELAY_ENDED, NULL);
    g_assert_cmpint(take(&slow), ==, -1);
    g_assert_cmpint(take(&fast), ==, -1);
    g_assert_cmpint(effnet_watch_feed_wait(slow.feed), ==, EFFNET_WATCH_RELAY_ENDED);
    zone_clear(&fast);
    zone_clear(&slow);
    owner_clear(&owner);
}

/* Whoever leaves is not waited for, whether he has connected or not. */
static void
test_leave(void)
{
    Owner owner;
    Zone first, second;
    GThread *thread;

    owner_init(&owner, 2, FALSE);
    zone_init(&first, owner.relay);
    zone_init(&second, owner.relay);
    effnet_watch_relay_begin(owner.relay);
    thread = g_thread_new("owner", push_many, &owner);
    effnet_watch_feed_wait(first.feed);
    zone_connect(&first, TRUE);
    g_assert_cmpuint(wait_until_stuck(&owner), ==, 0);
    effnet_watch_feed_leave(second.feed);
    g_assert_cmpint(effnet_watch_feed_wait(second.feed), ==, EFFNET_WATCH_RELAY_STOPPED);
    g_assert_cmpint(take(&first), ==, 0);
    g_assert_cmpuint(wait_until_stuck(&owner), <, 10);
    effnet_watch_feed_leave(first.feed);
    g_thread_join(thread);
    zone_clear(&first);
    zone_clear(&second);
    owner_clear(&owner);
}

/* An owner that is lost, or stopped, does not wait any longer; nothing comes from what it was. */
static void
test_released(gconstpointer data)
{
    const EffNetWatchRelayState state = (EffNetWatchRelayState)GPOINTER_TO_INT(data);
    Owner owner;
    Zone zone;
    GThread *thread;

    owner_init(&owner, 1, FALSE);
    zone_init(&zone, owner.relay);
    effnet_watch_relay_begin(owner.relay);
    thread = g_thread_new("owner", push_many, &owner);
    effnet_watch_feed_wait(zone.feed);
    zone_connect(&zone, TRUE);
    g_assert_cmpuint(wait_until_stuck(&owner), <, 10);
    effnet_watch_relay_end(owner.relay, state, "why");
    g_thread_join(thread);
    check_state(&zone, state, "why");
    push(&owner, 99);
    if (state == EFFNET_WATCH_RELAY_FAILED)
        g_assert_cmpint(effnet_watch_feed_wait(zone.feed), ==, state);
    zone_clear(&zone);
    owner_clear(&owner);
}

static gpointer
wait_for_frames(gpointer data)
{
    return GINT_TO_POINTER(effnet_watch_feed_wait(data));
}

/* What is lost is waited for, and found again with other times. */
static void
test_lost_and_back(void)
{
    Owner owner;
    Zone zone;
    GThread *thread;

    begin_live(&owner, &zone);
    zone_connect(&zone, TRUE);
    g_assert_true(zone.live);
    check_state(&zone, EFFNET_WATCH_RELAY_FLOWS, NULL);
    effnet_watch_relay_end(owner.relay, EFFNET_WATCH_RELAY_LOST, "no frame");
    check_state(&zone, EFFNET_WATCH_RELAY_LOST, "no frame");
    push(&owner, 1); /* from what was lost */
    thread = g_thread_new("zone", wait_for_frames, zone.feed);
    zone_disconnect(&zone);
    effnet_watch_relay_begin(owner.relay);
    push(&owner, 2);
    g_assert_cmpint(GPOINTER_TO_INT(g_thread_join(thread)), ==, EFFNET_WATCH_RELAY_FLOWS);
    zone_connect(&zone, TRUE);
    check_state(&zone, EFFNET_WATCH_RELAY_FLOWS, NULL);
    push(&owner, 3);
    g_assert_cmpint(take(&zone), ==, 3);
    zone_clear(&zone);
    owner_clear(&owner);
}

/* It was lost between the frame that a zone has waited for and the zone's connection. */
static void
test_lost_meanwhile(void)
{
    Owner owner;
    Zone zone;

    begin_live(&owner, &zone);
    g_assert_cmpint(effnet_watch_feed_wait(zone.feed), ==, EFFNET_WATCH_RELAY_FLOWS);
    effnet_watch_relay_end(owner.relay, EFFNET_WATCH_RELAY_LOST, "no frame");
    zone_connect(&zone, TRUE);
    check_state(&zone, EFFNET_WATCH_RELAY_LOST, "no frame");
    zone_clear(&zone);
    owner_clear(&owner);
}

/* Nobody waits for a zone that takes nothing, and it gets the newest frames, not the oldest. */
static void
check_blocked(gboolean live, gboolean patient)
{
    Owner owner;
    Zone fast, blocked;
    gint number, last = -1;
    gint64 until = g_get_monotonic_time() + PATIENCE / GST_USECOND;

    owner_init(&owner, 2, live);
    zone_init(&fast, owner.relay);
    zone_init(&blocked, owner.relay);
    effnet_watch_relay_begin(owner.relay);
    if (live) {
        push(&owner, 0);
        zone_connect(&fast, patient);
        zone_connect(&blocked, patient);
    } else {
        GThread *thread = g_thread_new("owner", push_many, &owner);

        effnet_watch_feed_wait(fast.feed);
        zone_connect(&fast, patient);
        zone_connect(&blocked, patient);
        g_thread_join(thread);
        number = 0;
        while (number < 9) /* some have been dropped */
            number = take(&fast);
    }
    for (guint i = 100; i < 150; i++) {
        push(&owner, i);
        g_assert_cmpint(take(&fast), ==, i);
    }
    while (last < 149) {
        number = take(&blocked);
        g_assert_cmpint(number, >, last);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        last = number;
    }
    zone_clear(&fast);
    zone_clear(&blocked);
    owner_clear(&owner);
}

static void
test_blocked_live(void)
{
    check_blocked(TRUE, TRUE);
}

static void
test_blocked_realtime(void)
{
    check_blocked(FALSE, FALSE);
}

static void
check_orientation(Zone *zone, const char *orientation)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(zone->sink, "sink");
    g_autoptr(GstEvent) event = gst_pad_get_sticky_event(pad, GST_EVENT_TAG, 0);
    g_autofree char *found = NULL;
    GstTagList *tags;

    g_assert_true((event != NULL) == (orientation != NULL));
    if (event == NULL)
        return;
    gst_event_parse_tag(event, &tags);
    g_assert_true(gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &found));
    g_assert_cmpstr(found, ==, orientation);
}

static void
turn(Owner *owner, const char *orientation)
{
    gst_pad_push_event(owner->pad, gst_event_new_tag(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION,
                                                                      orientation, NULL)));
}

/* Pictures are turned as their owner's are, from the next one on. */
static void
test_tags(void)
{
    Owner owner;
    Zone zone;

    begin_live(&owner, &zone);
    zone_connect(&zone, FALSE);
    push(&owner, 1);
    g_assert_cmpint(take(&zone), ==, 1);
    check_orientation(&zone, NULL);
    turn(&owner, "rotate-90");
    push(&owner, 2);
    g_assert_cmpint(take(&zone), ==, 2);
    check_orientation(&zone, "rotate-90");
    turn(&owner, "rotate-180");
    push(&owner, 3);
    g_assert_cmpint(take(&zone), ==, 3);
    check_orientation(&zone, "rotate-180");
    effnet_watch_relay_end(owner.relay, EFFNET_WATCH_RELAY_LOST, "no frame");

    /* A zone that comes later has it, too. */
    zone_disconnect(&zone);
    effnet_watch_relay_begin(owner.relay);
    push(&owner, 4);
    zone_connect(&zone, FALSE);
    push(&owner, 5);
    g_assert_cmpint(take(&zone), ==, 5);
    check_orientation(&zone, "rotate-180");
    zone_clear(&zone);
    owner_clear(&owner);
}

/* How long a frame has been on its way is known by the clock that has stamped it, once there is
 * one. */
static void
test_clock(void)
{
    g_autoptr(GstClock) clock = gst_system_clock_obtain(), found = NULL;
    Owner owner;
    Zone zone;

    owner_init(&owner, 1, TRUE);
    gst_element_set_state(owner.element, GST_STATE_PAUSED);
    zone_init(&zone, owner.relay);
    effnet_watch_relay_begin(owner.relay);
    push(&owner, 7);
    gst_element_set_clock(owner.element, clock);
    gst_element_set_base_time(owner.element, 12345);
    gst_element_set_state(owner.element, GST_STATE_PLAYING);
    push(&owner, 0);
    zone_connect(&zone, TRUE);
    push(&owner, 1);
    g_assert_cmpint(take(&zone), ==, 1);
    found = gst_element_get_clock(zone.sink);
    g_assert_true(found == clock);
    g_assert_cmpuint(gst_element_get_base_time(zone.sink), ==, 12345);
    zone_clear(&zone);
    owner_clear(&owner);
}

typedef GstBufferPool DevicePool;
typedef GstBufferPoolClass DevicePoolClass;

static GType device_pool_get_type(void);
G_DEFINE_TYPE(DevicePool, device_pool, GST_TYPE_BUFFER_POOL)

static void
device_pool_init(DevicePool *self)
{
}

static void
device_pool_class_init(DevicePoolClass *class)
{
}

/* Whether a zone gets a copy of a buffer from a pool of TYPE. */
static gboolean
is_copied(GType type)
{
    g_autoptr(GstBufferPool) pool = gst_object_ref_sink(g_object_new(type, NULL));
    GstStructure *config = gst_buffer_pool_get_config(pool);
    g_autoptr(GstCaps) caps = gst_caps_from_string(CAPS);
    g_autoptr(GstSample) sample = NULL;
    g_autoptr(GstBuffer) buffer = NULL;
    gboolean copied;
    Owner owner;
    Zone zone;

    gst_buffer_pool_config_set_params(config, caps, SIZE * SIZE, 1, 1);
    g_assert_true(gst_buffer_pool_set_config(pool, config));
    g_assert_true(gst_buffer_pool_set_active(pool, TRUE));
    begin_live(&owner, &zone);
    zone_connect(&zone, TRUE);
    g_assert_cmpint(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), ==, GST_FLOW_OK);
    GST_BUFFER_PTS(buffer) = 6 * GST_SECOND;
    gst_buffer_memset(buffer, 0, 1, SIZE * SIZE);
    effnet_watch_relay_push(owner.relay, owner.pad, buffer, TRUE);
    sample = gst_app_sink_try_pull_sample(GST_APP_SINK(zone.sink), PATIENCE);
    g_assert_cmpint(gst_buffer_memcmp(gst_sample_get_buffer(sample), 0, "\1\1", 2), ==, 0);
    copied = gst_buffer_peek_memory(gst_sample_get_buffer(sample), 0) !=
             gst_buffer_peek_memory(buffer, 0);
    zone_clear(&zone);
    owner_clear(&owner);
    gst_buffer_pool_set_active(pool, FALSE);
    return copied;
}

/* A camera stands still without buffers; a decoder makes more, which need not be copied. */
static void
test_scarce(void)
{
    g_assert_true(is_copied(device_pool_get_type()));
    g_assert_false(is_copied(GST_TYPE_VIDEO_BUFFER_POOL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/relay/file", test_file);
    g_test_add_func("/relay/leave", test_leave);
    g_test_add_data_func("/relay/stopped", GINT_TO_POINTER(EFFNET_WATCH_RELAY_STOPPED),
                         test_released);
    g_test_add_data_func("/relay/failed", GINT_TO_POINTER(EFFNET_WATCH_RELAY_FAILED),
                         test_released);
    g_test_add_data_func("/relay/lost", GINT_TO_POINTER(EFFNET_WATCH_RELAY_LOST), test_released);
    g_test_add_func("/relay/lost-and-back", test_lost_and_back);
    g_test_add_func("/relay/lost-meanwhile", test_lost_meanwhile);
    g_test_add_func("/relay/blocked-live", test_blocked_live);
    g_test_add_func("/relay/blocked-realtime", test_blocked_realtime);
    g_test_add_func("/relay/tags", test_tags);
    g_test_add_func("/relay/clock", test_clock);
    g_test_add_func("/relay/scarce", test_scarce);
    return g_test_run();
}
