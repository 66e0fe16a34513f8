/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames that look as if efficientnet had inferred them. */
#ifndef EFFNET_TEST_FAKE_H
#define EFFNET_TEST_FAKE_H

#include <gst/gst.h>

/* A frame at PTS whose best class has LABEL, INDEX and SCORE, and whose next one is "other", 99,
 * 0.01; inferred AGE frames before, at INFERRED. LABEL NULL: no class. */
GstBuffer *effnet_test_fake_frame(GstClockTime pts, const char *label, gint index, float score,
                                  guint age, GstClockTime inferred);

#endif
