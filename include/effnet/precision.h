/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_PRECISION_H
#define EFFNET_PRECISION_H

#include <glib.h>

G_BEGIN_DECLS

/* What a network computes in. */
typedef enum {
    EFFNET_PRECISION_AUTO, /* the fastest that model and CPU have within the documented loss */
    EFFNET_PRECISION_FP32,
    EFFNET_PRECISION_BF16, /* weights and activations of 16 bits, sums in fp32 */
    EFFNET_PRECISION_INT8, /* of 8 bits, sums of 32; of quantised models */
} EffNetPrecision;

/* "auto", "fp32", "bf16", "int8". */
const char *effnet_precision_get_name(EffNetPrecision precision);

/* EFFNET_ERROR_SETTINGS, naming those that there are, for any other NAME. */
gboolean effnet_precision_parse(const char *name, EffNetPrecision *precision, GError **error);

/* All names, separated by ", "; static. */
const char *effnet_precision_list(void);

G_END_DECLS

#endif
