/* SPDX-License-Identifier: BSD-2-Clause */
/* --model-options: what the element's property of that name takes as text, without GStreamer. */
#ifndef EFFNET_MODEL_OPTIONS_H
#define EFFNET_MODEL_OPTIONS_H

#include <effnet/effnet.h>

/* "padding=same", "options,arch=b0,mean=<0.5,0.5,0.5>": fills the named fields of OPTIONS. The
 * string of its arch is *ARCH, which the caller frees. TEXT may be NULL: nothing. */
gboolean effnet_model_options_parse(const char *text, EffNetModelOptions *options, char **arch,
                                    GError **error);

#endif
