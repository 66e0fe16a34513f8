/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes file names of labels. Labels of models are untrusted, and a name must not lead out of its
 * folder. */
#ifndef EFFNET_COMPONENT_H
#define EFFNET_COMPONENT_H

#include <glib.h>

/* The first of LABEL's synonyms as a component of a path: without separators, control characters,
 * leading dots and dashes, and no longer than file systems allow. If nothing remains,
 * "class-INDEX". The caller frees it. */
char *effnet_component_new(const char *label, guint index);

#endif
