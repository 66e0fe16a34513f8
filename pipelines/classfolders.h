/* SPDX-License-Identifier: BSD-2-Clause */
/* Names for a folder per class. */
#ifndef EFFNET_CLASSFOLDERS_H
#define EFFNET_CLASSFOLDERS_H

#include <glib.h>

typedef struct _EffNetClassFolders EffNetClassFolders;

EffNetClassFolders *effnet_class_folders_new(void);
void effnet_class_folders_free(EffNetClassFolders *folders);

/* A component of a path for class INDEX, always the same: made of LABEL, and of INDEX as well if
 * another class has that name. */
const char *effnet_class_folders_get(EffNetClassFolders *folders, const char *label, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetClassFolders, effnet_class_folders_free)

#endif
