/* SPDX-License-Identifier: BSD-2-Clause */
#include "simd_bf16.h"
#include "tmpl.h"

#define MAXPOOL KERNEL(maxpool_bf16)
#define ELEMENT guint16
#define LOAD    vf_load_bf16
#define STORE   vf_store_bf16
#include "maxpool_tmpl.h"
