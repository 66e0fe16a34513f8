/* SPDX-License-Identifier: BSD-2-Clause */
#include "../neon/tiles.h"
