/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of files that come from labels. A model's labels are anybody's, and a name must not lead
 * out of the folder that it is in. */
#ifndef EFFNET_COMPONENT_H
#define EFFNET_COMPONENT_H

#include <glib.h>

/* Of LABEL's synonyms the first, as one component of a path: without separators, control
 * characters, dots and dashes at the beginning, and of no more bytes than file systems take. Where
 * nothing is left, "class-INDEX". */
char *effnet_component_new(const char *label, guint index);

#endif
