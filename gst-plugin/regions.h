/* SPDX-License-Identifier: BSD-2-Clause */
/* The regions that other elements found in a frame, each once. */
#ifndef GST_EFFICIENTNET_REGIONS_H
#define GST_EFFICIENTNET_REGIONS_H

#include <gst/video/video.h>

#include "finding.h"
#include "settings.h"

typedef struct {
    gint64 key;                        /* of its track, or GST_EFFICIENTNET_KEY_UNTRACKED */
    gint roi_id;                       /* as the results carry it */
    GQuark type;                       /* the name of its class; 0: none */
    EffNetRect rect;                   /* within the frame, never empty */
    GstVideoRegionOfInterestMeta *roi; /* NULL: only GstAnalytics knows it */
    gboolean has_mtd;                  /* MTD holds */
    guint mtd;                         /* id of the object detection of GstAnalytics */
} GstEfficientNetRegion;

/* The zone that is asked for, cut to a frame of WIDTH x HEIGHT; FALSE where nothing is left. */
gboolean gst_efficientnet_region_cut_zone(const GstEfficientNetFrameSettings *settings, guint width,
                                          guint height, EffNetRect *zone);

/* Sets REGIONS, of GstEfficientNetRegion, to what a frame of WIDTH x HEIGHT is to be looked at in:
 * its zone, or those of its regions whose middle is in the zone and that pass the filters. */
void gst_efficientnet_regions_collect(GArray *regions, GstBuffer *buffer,
                                      const GstEfficientNetFrameSettings *settings, guint width,
                                      guint height);

#endif
