/* SPDX-License-Identifier: BSD-2-Clause */
/* Where in an image a class is seen: class activation maps (Zhou et al. 2016), the features before
 * they are pooled, times the class's weights. */
#ifndef EFFNET_HEATMAP_H
#define EFFNET_HEATMAP_H

#include <effnet/session.h>

G_BEGIN_DECLS

/* The side of MODEL's heatmaps; 0 if it has none: its classifier does not follow the pooled outputs
 * of a 1x1 convolution. */
guint effnet_model_get_heatmap_size(const EffNetModel *model);

/* Whether inferences from now on keep what heatmaps are computed from. FALSE and EFFNET_ERROR_MODEL
 * if the model has no heatmaps, or EFFNET_ERROR_MEMORY. Results do not depend on it. */
gboolean effnet_session_set_heatmaps(EffNetSession *session, gboolean on, GError **error);

/* Computes MAP, row after row, of CLASS (below n_classes) for place INDEX of the last inference,
 * since when heatmaps have been on: what each place of the image adds to the class's logit, which
 * is their mean plus the class's bias. */
void effnet_session_get_heatmap(EffNetSession *session, guint index, guint class, float *map);

/* A rectangle in shares of a frame's width and height. */
typedef struct {
    float x, y, w, h;
} EffNetView;

/* Where MODEL's square is on a frame, or region of one, of WIDTH x HEIGHT that is read with RESIZE
 * (NULL: as the network was trained) and ORIENTATION. It reaches beyond the frame with
 * EFFNET_RESIZE_LETTERBOX. */
void effnet_model_get_view(const EffNetModel *model, const EffNetResize *resize,
                           EffNetOrientation orientation, guint width, guint height,
                           EffNetView *view);

/* MAP's value, SIZE x SIZE, at X, Y, both from 0 to 1: between the middles of places a mixture,
 * beyond those at the border the same. */
float effnet_heatmap_get(const float *map, guint size, float x, float y);

/* Turns MAP, SIZE x SIZE, from how the network saw a frame with ORIENTATION to how the frame is
 * stored. */
void effnet_heatmap_turn(float *map, guint size, EffNetOrientation orientation);

G_END_DECLS

#endif
