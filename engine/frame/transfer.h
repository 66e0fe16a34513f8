/* SPDX-License-Identifier: BSD-2-Clause */
/* From high dynamic range to what networks were trained on, sRGB: reference white, and all that is
 * brighter, becomes white. */
#ifndef EFFNET_FRAME_TRANSFER_H
#define EFFNET_FRAME_TRANSFER_H

#include <effnet/frame.h>

/* Sets TABLE to the sRGB sample for each 8-bit sample of full range in TRANSFER. */
void effnet_transfer_init(guint8 table[256], EffNetTransfer transfer);

#endif
