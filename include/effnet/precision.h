/* SPDX-License-Identifier: BSD-2-Clause */
/* The number formats that a network computes in, and their names. */
#ifndef EFFNET_PRECISION_H
#define EFFNET_PRECISION_H

#include <glib.h>

G_BEGIN_DECLS

/* What a network computes in. */
typedef enum {
    EFFNET_PRECISION_AUTO, /* the fastest that model and CPU support, within the documented loss */
    EFFNET_PRECISION_FP32,
    EFFNET_PRECISION_BF16, /* weights and tensors of 16 bits, sums in fp32 */
    EFFNET_PRECISION_INT8, /* weights of 8 bits, sums of 32; for quantised models */
} EffNetPrecision;

/* The name of PRECISION, such as "fp32"; NULL after the last. Static. */
const char *effnet_precision_get_name(EffNetPrecision precision);

/* What PRECISION is, needs and loses, in a few words; NULL after the last. Static. */
const char *effnet_precision_get_summary(EffNetPrecision precision);

/* Sets PRECISION by its name. FALSE and EFFNET_ERROR_SETTINGS, which lists the names, for any other
 * name. */
gboolean effnet_precision_parse(const char *name, EffNetPrecision *precision, GError **error);

/* All names, separated by ", ". Static. */
const char *effnet_precision_list(void);

G_END_DECLS

#endif
