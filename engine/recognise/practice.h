/* SPDX-License-Identifier: BSD-2-Clause */
/* How those who publish checkpoints trained them, where their files do not say. */
#ifndef EFFNET_PRACTICE_H
#define EFFNET_PRACTICE_H

#include "naming.h"

/* Adds to SOURCES (of EffNetSource) what is known of checkpoints of NAMING, of the network ARCH
 * (its effnet_arch_get_name()), with NAME: a file's, or timm's of the network, in which the
 * network's may be anywhere; NULL: none. Their origins are BY_NAMING, and BY_NAME of what depends
 * on NAME. */
void effnet_practice_add(const EffNetNaming *naming, const char *arch, const char *name,
                         const char *by_naming, const char *by_name, GArray *sources);

#endif
