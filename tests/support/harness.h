/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames and elements for the plugin's tests. */
#ifndef EFFNET_TEST_HARNESS_H
#define EFFNET_TEST_HARNESS_H

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

/* The test network's input and classes. */
#define EFFNET_TEST_RESOLUTION 32
#define EFFNET_TEST_CLASSES    10

/* An efficientnet with the model PATH at EFFNET_TEST_RESOLUTION, in state NULL. DESCRIPTION: more
 * properties, as gst-launch takes them, or "". Floating. */
GstElement *effnet_test_make_element(const char *path, const char *description);

/* The same in a harness, playing, with CAPS on its sink pad. */
GstHarness *effnet_test_make_harness(const char *path, const char *description, const char *caps);

char *effnet_test_make_caps(const char *format, guint width, guint height);

/* A smooth image of several colours; SEED makes them different. */
GstBuffer *effnet_test_make_rgb(guint width, guint height, guint seed);

/* Converts an RGB image to the format CAPS. Takes ownership of RGB. */
GstBuffer *effnet_test_convert(GstBuffer *rgb, guint width, guint height, const char *caps);

/* What a test program of the element starts and ends with: GTest, GStreamer, and the path of a test
 * network, which is removed at the end. */
char *effnet_test_begin(int *argc, char ***argv);
int effnet_test_run(char *path);

/* A bus for H's element. */
GstBus *effnet_test_watch(GstHarness *h);
void effnet_test_unwatch(GstHarness *h, GstBus *bus);

/* Sets ELEMENT to READY or STATE, which must fail; returns the error that it posted. */
GError *effnet_test_fail_ready(GstElement *element);
GError *effnet_test_fail_state(GstElement *element, GstState state);

/* Pushes BUFFER, which must fail; returns the error that H's element posted. */
GError *effnet_test_fail_push(GstHarness *h, GstBuffer *buffer);

/* Pushes BUFFER, of which it takes ownership; returns whether it was inferred. Waits for the
 * result, so that nothing is in flight afterwards. */
gboolean effnet_test_is_inferred(GstHarness *h, GstBuffer *buffer);

/* Reads the scores of BUFFER's result I, which has all classes, by class. */
void effnet_test_read_scores(GstBuffer *buffer, guint i, float scores[EFFNET_TEST_CLASSES]);

/* The value of NAME, which must exist, in ELEMENT's stats. */
guint64 effnet_test_get_stat(GstElement *element, const char *name);

#endif
