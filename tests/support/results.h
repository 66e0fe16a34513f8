/* SPDX-License-Identifier: BSD-2-Clause */
/* Results as efficientnet attaches them, without a network. */
#ifndef EFFNET_TEST_RESULTS_H
#define EFFNET_TEST_RESULTS_H

#include <gst/efficientnet/meta.h>

typedef struct {
    const char *element;
    gint x, y, w, h; /* w 0: the whole frame */
    gint width, height;
    gint roi_id;
    guint age;
    guint64 pts;           /* the inferred frame's */
    const char *labels[8]; /* up to the first NULL */
    const gint *indices;   /* the labels' classes; NULL: 0, 1, … */
    float scores[8];
    gboolean unknown; /* the model was learned, and says that this is none of its classes */
} EffNetTestResult;

/* Initialises LIST with N results. */
void effnet_test_init_results(GValue *list, const EffNetTestResult *results, gsize n);

/* Attaches the meta with N results to BUFFER. */
void effnet_test_attach_results(GstBuffer *buffer, const EffNetTestResult *results, gsize n);

/* The number of BUFFER's results; 0 without the meta. */
guint effnet_test_count_results(GstBuffer *buffer);

#endif
