/* SPDX-License-Identifier: BSD-2-Clause */
/* High dynamic range to what networks were trained on, sRGB: reference white becomes white, and so
 * does all that is brighter. */
#ifndef EFFNET_FRAME_TRANSFER_H
#define EFFNET_FRAME_TRANSFER_H

#include <effnet/frame.h>

/* What each sample of 8 bits, of full range, is in sRGB. */
void effnet_transfer_init(guint8 table[256], EffNetTransfer transfer);

#endif
