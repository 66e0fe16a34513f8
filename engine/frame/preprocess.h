/* SPDX-License-Identifier: BSD-2-Clause */
/* From a frame to the network's input: crop, resize, convert colour, normalise. */
#ifndef EFFNET_PREPROCESS_H
#define EFFNET_PREPROCESS_H

#include <effnet/heatmap.h>

/* Keeps the tables and rows of the last geometry, so that a stream of similar frames allocates
 * nothing. */
typedef struct _EffNetPreprocess EffNetPreprocess;

EffNetPreprocess *effnet_preprocess_new(const EffNetModelInfo *info);
void effnet_preprocess_free(EffNetPreprocess *preprocess);

/* As effnet_model_get_view(), with the resize that was set. */
void effnet_preprocess_get_view(const EffNetPreprocess *preprocess, EffNetOrientation orientation,
                                guint width, guint height, EffNetView *view);

/* RESIZE NULL: as the network was trained. Fails with EFFNET_ERROR_SETTINGS. */
gboolean effnet_preprocess_set_resize(EffNetPreprocess *preprocess, const EffNetResize *resize,
                                      GError **error);

/* Writes resolution x resolution pixels of in_channels normalised floats to DST, interleaved (HWC),
 * with rows ROW_STRIDE floats apart. */
gboolean effnet_preprocess_run(EffNetPreprocess *preprocess, const EffNetFrame *frame, float *dst,
                               gsize row_stride, GError **error);

/* The same without normalisation: 8-bit R, G, B (or grey, three times), with pixels PIXEL_STRIDE
 * bytes apart. */
gboolean effnet_preprocess_run_bytes(EffNetPreprocess *preprocess, const EffNetFrame *frame,
                                     guint8 *dst, gsize row_stride, gsize pixel_stride,
                                     GError **error);

#endif
