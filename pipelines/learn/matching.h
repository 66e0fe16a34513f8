/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of a model's classes a dataset's labels are. */
#ifndef EFFNET_LEARN_MATCHING_H
#define EFFNET_LEARN_MATCHING_H

#include <effnet/effnet.h>

#include "dataset.h"

/* The class of each of DATASET's labels, which is named by the model's whole label, by the first of
 * its synonyms ("tabby" of "tabby, tabby cat"), whether in capitals or not, or by its number. An
 * error for a label that is none of the model's, or several. The caller frees it. */
guint *effnet_matching_new(const EffNetDataset *dataset, const EffNetModelInfo *info,
                           GError **error);

#endif
