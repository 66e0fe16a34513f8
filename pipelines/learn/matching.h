/* SPDX-License-Identifier: BSD-2-Clause */
/* Matches a dataset's labels with a model's classes. */
#ifndef EFFNET_LEARN_MATCHING_H
#define EFFNET_LEARN_MATCHING_H

#include <effnet/effnet.h>

#include "dataset.h"

/* The class of each of DATASET's labels, which may be the model's whole label, its first synonym
 * ("tabby" of "tabby, tabby cat"), both regardless of case, or the class's number. NULL with ERROR
 * set if a label matches no class, or several. The caller frees it. */
guint *effnet_matching_new(const EffNetDataset *dataset, const EffNetModelInfo *info,
                           GError **error);

/* The same for one LABEL. */
gboolean effnet_matching_find(const char *label, const EffNetModelInfo *info, guint *class,
                              GError **error);

#endif
