/* SPDX-License-Identifier: BSD-2-Clause */
/* High dynamic range as networks know pictures: as sRGB, its reference white as their white, what
 * is brighter as white too. */
#ifndef EFFNET_FRAME_TRANSFER_H
#define EFFNET_FRAME_TRANSFER_H

#include <effnet/frame.h>

/* What each sample of 8 bits, of full range, is in sRGB. */
void effnet_transfer_init(guint8 table[256], EffNetTransfer transfer);

#endif
