/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of a model that the engine is to open, for elements and programs alike. What the engine
 * does not read (ONNX, TFLite, Keras, archives of these) the program effnet-convert converts once,
 * and keeps in the user's cache folder. It is a process of its own, since libraries that read such
 * files do not survive all of them. */
#ifndef GST_EFFICIENTNET_MODELFILE_H
#define GST_EFFICIENTNET_MODELFILE_H

#include <effnet/effnet.h>

/* The model NAME, as effnet_model_find() takes it, but searched first in
 * GST_EFFICIENTNET_MODEL_PATH. For g_free(), like the others' results. */
char *gst_efficientnet_modelfile_find(const char *name, GError **error);

/* PATH itself, or the path of what it is converted to; as the network ARCH, which may be NULL. Any
 * thread; waits for effnet-convert, no longer than some minutes. */
char *gst_efficientnet_modelfile_convert(const char *path, const char *arch, GError **error);

/* Both, one after the other. */
char *gst_efficientnet_modelfile_get(const char *name, const char *arch, GError **error);

#endif
