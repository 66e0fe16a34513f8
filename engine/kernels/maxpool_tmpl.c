/* SPDX-License-Identifier: BSD-2-Clause */
#include "simd.h"
#include "tmpl.h"

#define MAXPOOL KERNEL(maxpool_f32)
#define ELEMENT float
#define LOAD    vf_load
#define STORE   vf_store
#include "maxpool_tmpl.h"
