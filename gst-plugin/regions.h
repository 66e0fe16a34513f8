/* SPDX-License-Identifier: BSD-2-Clause */
/* The regions that other elements found in a frame, each once. */
#ifndef GST_EFFICIENTNET_REGIONS_H
#define GST_EFFICIENTNET_REGIONS_H

#include <gst/video/video.h>

#include "finding.h"
#include "settings.h"

typedef struct {
    gint64 key;                        /* its track's, or GST_EFFICIENTNET_KEY_UNTRACKED */
    gint roi_id;                       /* as results carry it */
    GQuark type;                       /* the name of its class; 0: none */
    gfloat confidence;                 /* as GstAnalytics has it; NAN: it does not */
    EffNetRect rect;                   /* within the frame, never empty */
    GstVideoRegionOfInterestMeta *roi; /* NULL: only GstAnalytics knows it */
    gboolean has_mtd;                  /* MTD is set */
    guint mtd;                         /* the id of its object detection in GstAnalytics */
} GstEfficientNetRegion;

/* Sets ZONE to the zone that is asked for, cut to a frame of WIDTH x HEIGHT; FALSE if nothing is
 * left. */
gboolean gst_efficientnet_region_cut_zone(const GstEfficientNetFrameSettings *settings, guint width,
                                          guint height, EffNetRect *zone);

/* Sets REGIONS, of GstEfficientNetRegion, to the regions to infer in a frame of WIDTH x HEIGHT: its
 * zone, or those regions of BUFFER whose centre is in the zone and that pass the filters. */
void gst_efficientnet_regions_collect(GArray *regions, GstBuffer *buffer,
                                      const GstEfficientNetFrameSettings *settings, guint width,
                                      guint height);

#endif
