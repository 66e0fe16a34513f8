/* SPDX-License-Identifier: BSD-2-Clause */
/* What a checkpoint of torch.save() says about the model besides its weights, as texts like those
 * of safetensors' __metadata__:
 *   arch          the architecture's name, as timm's and torchvision's scripts keep it; likewise
 *                 model, architecture, model_name and what else other scripts call it
 *   args.NAME     an argument of the training script: a string, a number, "true" or "false", or a
 *                 JSON list of these; likewise in hyper_parameters, hparams, config and others
 *   class_names   the labels, a JSON list in the order of classes
 *   container     the keys of the dictionaries that the tensors are in: "state.model"
 *   beside        what other tensors there are: see pth_beside.h
 */
#ifndef EFFNET_PTH_METADATA_H
#define EFFNET_PTH_METADATA_H

#include "pickle.h"

/* Adds to TABLE, char to char, what the dictionary DICT says and the table does not have yet. What
 * is not understood is left out, since nothing of it is needed. */
void effnet_pth_metadata_add(GHashTable *table, const EffNetPickleValue *dict);

#endif
