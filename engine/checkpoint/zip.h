/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the files of a zip archive are (APPNOTE 6.3, with zip64). Those of checkpoints must be
 * stored, not compressed, as torch.save() does, and are read in place. */
#ifndef EFFNET_ZIP_H
#define EFFNET_ZIP_H

#include "file.h"

typedef struct _EffNetZip EffNetZip;

EffNetZip *effnet_zip_open(const EffNetFile *file, GError **error);
void effnet_zip_free(EffNetZip *zip);

guint effnet_zip_get_n_entries(const EffNetZip *zip);
const char *effnet_zip_get_name(const EffNetZip *zip, guint index);
gboolean effnet_zip_contains(const EffNetZip *zip, const char *name);

#define EFFNET_ZIP_STORED   0
#define EFFNET_ZIP_DEFLATED 8

typedef struct {
    guint64 offset, stored_size; /* within the archive */
    guint64 size;                /* when unpacked */
    guint method;
    gboolean is_encrypted;
} EffNetZipMember;

gboolean effnet_zip_find(const EffNetZip *zip, const char *name, EffNetZipMember *member,
                         GError **error);

/* Sets OFFSET and SIZE to where the bytes of NAME are; they lie within the archive. */
gboolean effnet_zip_locate(const EffNetZip *zip, const char *name, guint64 *offset, guint64 *size,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetZip, effnet_zip_free)

#endif
