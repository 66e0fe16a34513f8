/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a safetensors file. */
#ifndef EFFNET_SAFETENSORS_WRITER_H
#define EFFNET_SAFETENSORS_WRITER_H

#include "checkpoint.h"

typedef struct _EffNetSafetensorsWriter EffNetSafetensorsWriter;

EffNetSafetensorsWriter *effnet_safetensors_writer_new(void);
void effnet_safetensors_writer_free(EffNetSafetensorsWriter *writer);

/* Adds an entry of __metadata__. All strings are UTF-8, and no key or name may occur twice. */
void effnet_safetensors_writer_set_metadata(EffNetSafetensorsWriter *writer, const char *key,
                                            const char *value);

/* Adds a dense tensor of F32 or I8 with N_DIMS dimensions. DATA: its elements, row-major, in the
 * machine's byte order; takes ownership of it, and holds it until the end. */
void effnet_safetensors_writer_add(EffNetSafetensorsWriter *writer, const char *name,
                                   EffNetDType dtype, guint n_dims, const guint64 *dims,
                                   GBytes *data);

/* Writes the file to PATH, entirely or not at all: an existing file is replaced at the end. */
gboolean effnet_safetensors_writer_finish(EffNetSafetensorsWriter *writer, const char *path,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetSafetensorsWriter, effnet_safetensors_writer_free)

#endif
