/* SPDX-License-Identifier: BSD-2-Clause */
/* One model for all elements of the process that ask for the same file with the same options. */
#ifndef GST_EFFICIENTNET_MODELCACHE_H
#define GST_EFFICIENTNET_MODELCACHE_H

#include <effnet/effnet.h>

/* The model NAME, as gst_efficientnet_modelfile_get() takes it. Files are the same if device,
 * inode, size, time of modification, name and the config beside them are. The model is kept while
 * someone uses it; release it with gst_efficientnet_modelcache_release(). Any thread; waits only
 * for whoever is opening the same model. */
EffNetModel *gst_efficientnet_modelcache_acquire(const char *name,
                                                 const EffNetModelOptions *options, GError **error);
void gst_efficientnet_modelcache_release(EffNetModel *model);

#endif
