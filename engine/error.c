/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/error.h>

G_DEFINE_QUARK(effnet - error - quark, effnet_error)
