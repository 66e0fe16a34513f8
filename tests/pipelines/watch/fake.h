/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames that look as if efficientnet had seen them. */
#ifndef EFFNET_TEST_FAKE_H
#define EFFNET_TEST_FAKE_H

#include <gst/gst.h>

/* A frame at PTS whose best class has this label, index and score, and the next one "other", 99,
 * 0.01; inferred AGE frames before, at INFERRED. LABEL NULL: no class was found. */
GstBuffer *effnet_test_fake_frame(GstClockTime pts, const char *label, gint index, float score,
                                  guint age, GstClockTime inferred);

#endif
