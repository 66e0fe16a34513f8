/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_ARCH_H
#define EFFNET_ARCH_H

#include <glib.h>

G_BEGIN_DECLS

/* One network of the family: a base network and how it is scaled (Tan and Le 2019,
 * "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", section 3.3).
 * Immutable; may be used by any thread. */
typedef struct _EffNetArch EffNetArch;

/* A point of compound scaling. Zero-initialise, then set what is wanted: a dimension that is
 * not 0 is taken as it is, the others follow phi:
 * depth = alpha^phi, width = beta^phi, resolution = base * gamma^phi. */
typedef struct {
    double phi;
    double width;              /* channel multiplier; 0: beta^phi */
    double depth;              /* multiplier of a stage's repeats; 0: alpha^phi */
    guint resolution;          /* pixels; 0: base resolution * gamma^phi, rounded to the nearest */
    double alpha, beta, gamma; /* 0: the paper's 1.2, 1.1, 1.15 */
} EffNetScaling;

/* The sums over a network. Multiply-adds are those of convolutions and linear layers, the
 * squeeze-excite ones included; parameters include batch norm's scale and shift. */
typedef struct {
    guint64 params;
    guint64 macs;
    guint layers;             /* convolutions and linear layers */
    guint64 activation_bytes; /* of one float32 inference, batch 1, as the plan lays it out */
} EffNetArchCost;

/* The names that effnet_arch_new() knows, smallest first; NULL-terminated, static. */
const char *const *effnet_arch_list(void);

/* NAME is one of effnet_arch_list(), timm's or torchvision's name for it, or what
 * effnet_arch_get_name() says of a scaled one.
 * Returns NULL and sets EFFNET_ERROR_MODEL for a name that is not known. */
EffNetArch *effnet_arch_new(const char *name, GError **error);

/* BASE scaled; EFFNET_ERROR_SETTINGS when a number is out of range. */
EffNetArch *effnet_arch_new_scaled(const char *base, const EffNetScaling *scaling, GError **error);

EffNetArch *effnet_arch_ref(EffNetArch *arch);
void effnet_arch_unref(EffNetArch *arch);

const char *effnet_arch_get_name(const EffNetArch *arch);
guint effnet_arch_get_resolution(const EffNetArch *arch);
double effnet_arch_get_width(const EffNetArch *arch);
double effnet_arch_get_depth(const EffNetArch *arch);

/* For RESOLUTION (0: the network's own) and N_CLASSES (0: 1000). */
void effnet_arch_get_cost(const EffNetArch *arch, guint resolution, guint n_classes,
                          EffNetArchCost *cost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetArch, effnet_arch_unref)

G_END_DECLS

#endif
