/* SPDX-License-Identifier: BSD-2-Clause */
/* A safetensors file in the making. */
#ifndef EFFNET_SAFETENSORS_WRITER_H
#define EFFNET_SAFETENSORS_WRITER_H

#include "checkpoint.h"

typedef struct _EffNetSafetensorsWriter EffNetSafetensorsWriter;

EffNetSafetensorsWriter *effnet_safetensors_writer_new(void);
void effnet_safetensors_writer_free(EffNetSafetensorsWriter *writer);

/* An entry of __metadata__. All strings are UTF-8, and no key or name comes twice. */
void effnet_safetensors_writer_set_metadata(EffNetSafetensorsWriter *writer, const char *key,
                                            const char *value);

/* A dense tensor of F32 or I8, whose DATA is taken over and held until the end: as many elements of
 * the machine's own byte order as the N_DIMS dimensions ask for. */
void effnet_safetensors_writer_add(EffNetSafetensorsWriter *writer, const char *name,
                                   EffNetDType dtype, guint n_dims, const guint64 *dims,
                                   GBytes *data);

/* Writes all to PATH, whole or not at all: an existing file is replaced at the end. */
gboolean effnet_safetensors_writer_finish(EffNetSafetensorsWriter *writer, const char *path,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetSafetensorsWriter, effnet_safetensors_writer_free)

#endif
