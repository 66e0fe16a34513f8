/* SPDX-License-Identifier: BSD-2-Clause */
/* One model for all elements of the process that ask for the same file with the same options. */
#ifndef GST_EFFICIENTNET_MODELCACHE_H
#define GST_EFFICIENTNET_MODELCACHE_H

#include <effnet/effnet.h>

/* NAME as effnet_model_find() takes it, looked for in GST_EFFICIENTNET_MODEL_PATH first. The same
 * file is the same device, inode, size and time of modification, under the same name, with the same
 * config beside it. The model is kept while someone has it; give it back with
 * gst_efficientnet_modelcache_release(). Any thread; waits only for whoever is opening the same
 * model. */
EffNetModel *gst_efficientnet_modelcache_acquire(const char *name,
                                                 const EffNetModelOptions *options, GError **error);
void gst_efficientnet_modelcache_release(EffNetModel *model);

#endif
