/* SPDX-License-Identifier: BSD-2-Clause */
/* An efficientnetpublish that tests push results through. */
#ifndef EFFNET_TEST_PUBLISHING_H
#define EFFNET_TEST_PUBLISHING_H

#include "harness.h"

typedef struct {
    GstHarness *h; /* NULL: not playing */
    GstElement *element;
    GstBus *bus;
    guint pushed;
} EffNetTestPublisher;

/* Makes the element of LINE, as gst-launch takes it, and starts it. */
void effnet_test_publisher_open(EffNetTestPublisher *self, const char *line);

/* Stops the element, whose stats and messages stay; then forgets it. Both do nothing the second
 * time. */
void effnet_test_publisher_close(EffNetTestPublisher *self);
void effnet_test_publisher_clear(EffNetTestPublisher *self);

/* Pushes N buffers with a result. */
void effnet_test_publisher_push(EffNetTestPublisher *self, guint n);

/* Sends the end of the stream, which waits for what is queued. */
void effnet_test_publisher_end(EffNetTestPublisher *self);

guint64 effnet_test_publisher_get(EffNetTestPublisher *self, const char *stat);

/* Waits until STAT is at least N; fails the test after a long while. */
void effnet_test_publisher_wait_for(EffNetTestPublisher *self, const char *stat, guint64 n);

/* The next message of TYPE exists, and contains SAYS. */
void effnet_test_publisher_assert_message(EffNetTestPublisher *self, GstMessageType type,
                                          const char *says);
void effnet_test_publisher_assert_quiet(EffNetTestPublisher *self);

/* GStreamer's registry finds TYPE, which implements INTERFACE, in PLUGIN without loading its file,
 * and loads that on demand. */
void effnet_test_assert_provides(const char *plugin, const char *type, const char *interface);

/* The element of LINE goes to PAUSED and back. */
void effnet_test_assert_pauses(const char *line);

#endif
