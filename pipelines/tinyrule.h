/* SPDX-License-Identifier: BSD-2-Clause */
/* TinyNet's rule of scaling down (Han et al. 2020, "Model Rubik's Cube", section 3.3): resolution
 * and depth follow from the multiply-adds, and the width is what these leave over. */
#ifndef EFFNET_TINYRULE_H
#define EFFNET_TINYRULE_H

#include <effnet/arch.h>

/* The network that the rule scales, the largest of those that were published. */
#define EFFNET_TINYRULE_BASE "tinynet-a"

/* The TinyNet of about MACS multiply-adds: the nearest that widths give, as channels go in steps of
 * 8. Its authors read resolution and depth off a regression of the best networks that they trained,
 * of which the five that they published are known: here, they lie on straight lines between those,
 * over the logarithm of the multiply-adds. Fails with EFFNET_ERROR_SETTINGS outside of the five. */
EffNetArch *effnet_tinyrule_new(double macs, GError **error);

#endif
