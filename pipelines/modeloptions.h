/* SPDX-License-Identifier: BSD-2-Clause */
/* --model-options: parses, without GStreamer, what the element's property of that name takes as
 * text. */
#ifndef EFFNET_MODEL_OPTIONS_H
#define EFFNET_MODEL_OPTIONS_H

#include <effnet/effnet.h>

/* Parses "padding=same" or "options,arch=b0,mean=<0.5,0.5,0.5>" into the named fields of OPTIONS.
 * Its arch is *ARCH, which the caller frees. TEXT NULL: nothing. */
gboolean effnet_model_options_parse(const char *text, EffNetModelOptions *options, char **arch,
                                    GError **error);

#endif
