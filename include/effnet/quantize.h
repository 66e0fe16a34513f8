/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_QUANTIZE_H
#define EFFNET_QUANTIZE_H

#include <effnet/frame.h>

G_BEGIN_DECLS

/* Makes a model of 8-bit weights of one of floats: shown pictures like those that the network will
 * see, it learns how far every layer's outputs go; then it writes the file, and can be shown
 * pictures again to see what was lost. One thread at a time may use it. */
typedef struct _EffNetQuantizer EffNetQuantizer;

/* Opens the checkpoint PATH in fp32. OPTIONS may be NULL; their precision does not count. */
EffNetQuantizer *effnet_quantizer_new(const char *path, const EffNetModelOptions *options,
                                      GError **error);
void effnet_quantizer_free(EffNetQuantizer *quantizer);

/* Of the model of floats. */
const EffNetModelInfo *effnet_quantizer_get_info(const EffNetQuantizer *quantizer);

gboolean effnet_quantizer_add_frame(EffNetQuantizer *quantizer, const EffNetFrame *frame,
                                    GError **error);

/* Writes the quantised model; at least one frame must have been added. */
gboolean effnet_quantizer_write(EffNetQuantizer *quantizer, const char *path, GError **error);

/* Infers FRAME with both models; the quantised one must have been written. */
gboolean effnet_quantizer_compare_frame(EffNetQuantizer *quantizer, const EffNetFrame *frame,
                                        GError **error);

/* Over the frames that were compared. */
typedef struct {
    guint frames;
    guint same_class; /* how many have the same first class in both */
    double cosine;    /* of the two's logits, the mean */
} EffNetQuantizeReport;

void effnet_quantizer_get_report(const EffNetQuantizer *quantizer, EffNetQuantizeReport *report);

/* The layers that both models compute as one, in the order of execution. */
guint effnet_quantizer_get_n_layers(const EffNetQuantizer *quantizer);
/* LAYER's name, NULL where the models do not show its outputs; and how much larger these are than
 * what they differ by, in decibels. */
const char *effnet_quantizer_get_layer(const EffNetQuantizer *quantizer, guint layer, double *snr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetQuantizer, effnet_quantizer_free)

G_END_DECLS

#endif
