/* SPDX-License-Identifier: BSD-2-Clause */
/* How publishers of checkpoints trained them, where their files do not say. */
#ifndef EFFNET_PRACTICE_H
#define EFFNET_PRACTICE_H

#include "naming.h"

/* Adds to SOURCES (of EffNetSource) what is known about checkpoints of NAMING, of the network ARCH
 * (its effnet_arch_get_name()), called NAME: the file's name, or timm's for the network, which may
 * contain the network's name anywhere; or NULL. The sources' origins are BY_NAMING, or BY_NAME
 * where they depend on NAME. */
void effnet_practice_add(const EffNetNaming *naming, const char *arch, const char *name,
                         const char *by_naming, const char *by_name, GArray *sources);

#endif
