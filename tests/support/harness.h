/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames and elements for the tests of the plugin. */
#ifndef EFFNET_TEST_HARNESS_H
#define EFFNET_TEST_HARNESS_H

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

/* The test network's pictures and classes. */
#define EFFNET_TEST_RESOLUTION 32
#define EFFNET_TEST_CLASSES    10

/* An efficientnet with the model at PATH at EFFNET_TEST_RESOLUTION, in NULL. DESCRIPTION is more
 * properties as gst-launch takes them, or "". Floating. */
GstElement *effnet_test_make_element(const char *path, const char *description);

/* The same in a harness, playing, with CAPS at its sink pad. */
GstHarness *effnet_test_make_harness(const char *path, const char *description, const char *caps);

char *effnet_test_make_caps(const char *format, guint width, guint height);

/* A smooth picture of several colours, another for each SEED. */
GstBuffer *effnet_test_make_rgb(guint width, guint height, guint seed);

/* An RGB picture in another format; CAPS are those of the result. Takes RGB. */
GstBuffer *effnet_test_convert(GstBuffer *rgb, guint width, guint height, const char *caps);

/* What a test program of the element begins and ends with: GTest, GStreamer, and the path of a test
 * network, which is removed at the end. */
char *effnet_test_begin(int *argc, char ***argv);
int effnet_test_run(char *path);

/* A bus for H's element. */
GstBus *effnet_test_watch(GstHarness *h);
void effnet_test_unwatch(GstHarness *h, GstBus *bus);

/* Sets ELEMENT to READY, or to STATE, which must fail; returns the error that it posted. */
GError *effnet_test_fail_ready(GstElement *element);
GError *effnet_test_fail_state(GstElement *element, GstState state);

/* Pushes BUFFER, which must fail; returns the error that H's element posted. */
GError *effnet_test_fail_push(GstHarness *h, GstBuffer *buffer);

/* Whether BUFFER (taken) is inferred. Waits for it, so that nothing is in flight at the next one.
 */
gboolean effnet_test_is_inferred(GstHarness *h, GstBuffer *buffer);

/* The scores of the I-th result of BUFFER, which has all classes, by class. */
void effnet_test_read_scores(GstBuffer *buffer, guint i, float scores[EFFNET_TEST_CLASSES]);

/* The value of NAME in ELEMENT's stats, which must be there. */
guint64 effnet_test_get_stat(GstElement *element, const char *name);

#endif
