/* SPDX-License-Identifier: BSD-2-Clause */
/* The file X.modelinfo beside a model X, or beside what is X but for its extension, by which
 * GStreamer's inference elements know what to do to the pixels (GstAnalyticsModelInfo, since
 * 1.28). */
#ifndef EFFNET_CONVERT_MODELINFO_H
#define EFFNET_CONVERT_MODELINFO_H

#include "graph.h"

/* Adds to what GRAPH, which has been read, does to the image what the file says, if there is one,
 * and the file to those of GRAPH. */
gboolean effnet_modelinfo_apply(EffNetGraph *graph, GError **error);

#endif
