/* SPDX-License-Identifier: BSD-2-Clause */
/* Making an int8 model from a model of floats. */
#ifndef EFFNET_QUANTIZE_H
#define EFFNET_QUANTIZE_H

#include <effnet/frame.h>

G_BEGIN_DECLS

/* Quantises a model in three steps. First frames are added, like those that the network will see,
 * which show how large every layer's outputs get. Then the model with 8-bit weights is written.
 * Then frames may be compared, to see what was lost. Only one thread at a time may use a
 * quantizer. */
typedef struct _EffNetQuantizer EffNetQuantizer;

/* Opens the checkpoint PATH in fp32. OPTIONS may be NULL; their precision is ignored. For
 * effnet_quantizer_free(). NULL and an error of effnet_model_open(), or EFFNET_ERROR_MODEL for a
 * network that int8 cannot do. */
EffNetQuantizer *effnet_quantizer_new(const char *path, const EffNetModelOptions *options,
                                      GError **error);

/* Frees QUANTIZER, which may be NULL. */
void effnet_quantizer_free(EffNetQuantizer *quantizer);

/* How the model of floats was recognised. Owned by QUANTIZER. */
const EffNetModelInfo *effnet_quantizer_get_info(const EffNetQuantizer *quantizer);

/* Infers FRAME and notes the range of every layer's outputs. FRAME is not needed afterwards. FALSE
 * and EFFNET_ERROR_FRAME if it cannot be read, or EFFNET_ERROR_MEMORY. */
gboolean effnet_quantizer_add_frame(EffNetQuantizer *quantizer, const EffNetFrame *frame,
                                    GError **error);

/* Writes the quantised model to PATH, a .safetensors file, and opens it. FALSE and
 * EFFNET_ERROR_SETTINGS if no frame was added, or the error of writing or opening it. */
gboolean effnet_quantizer_write(EffNetQuantizer *quantizer, const char *path, GError **error);

/* Infers FRAME with both models, after effnet_quantizer_write(). FALSE and EFFNET_ERROR_FRAME if it
 * cannot be read, or EFFNET_ERROR_MEMORY. */
gboolean effnet_quantizer_compare_frame(EffNetQuantizer *quantizer, const EffNetFrame *frame,
                                        GError **error);

/* How well both models agree on the frames that were compared. */
typedef struct {
    guint frames;
    guint same_class; /* frames for which both have the same best class */
    double cosine;    /* the mean cosine between both models' logits; 1: the same direction */
} EffNetQuantizeReport;

/* Sets REPORT; all 0 before the first comparison. */
void effnet_quantizer_get_report(const EffNetQuantizer *quantizer, EffNetQuantizeReport *report);

/* The number of layers that both models have, in the order of execution. */
guint effnet_quantizer_get_n_layers(const EffNetQuantizer *quantizer);

/* The name of LAYER (below effnet_quantizer_get_n_layers()), owned by QUANTIZER. Sets SNR to the
 * power of its outputs over that of their error, in decibels. NULL, with SNR unchanged, if no
 * outputs of the layer were compared. */
const char *effnet_quantizer_get_layer(const EffNetQuantizer *quantizer, guint layer, double *snr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetQuantizer, effnet_quantizer_free)

G_END_DECLS

#endif
