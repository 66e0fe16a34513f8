/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks by name, compound scaling, and what a network costs. Nothing here reads a file. */
#ifndef EFFNET_ARCH_H
#define EFFNET_ARCH_H

#include <glib.h>

G_BEGIN_DECLS

/* One network of the family: a base network and how it is scaled (Tan and Le 2019,
 * "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", section 3.3).
 * Immutable and reference counted; any thread may use it. */
typedef struct _EffNetArch EffNetArch;

/* A point of compound scaling. Zero-initialise it, then set what you want: a dimension that is not
 * 0 is taken as it is, the others follow phi:
 * depth = alpha^phi, width = beta^phi, resolution = base resolution * gamma^phi. */
typedef struct {
    double phi;
    double width;              /* channel multiplier; 0: beta^phi */
    double depth;              /* multiplier of a stage's repeats; 0: alpha^phi */
    guint resolution;          /* pixels; 0: base resolution * gamma^phi, rounded to the nearest */
    double alpha, beta, gamma; /* 0: the paper's 1.2, 1.1, 1.15 */
} EffNetScaling;

/* Sums over a network. Multiply-adds are those of convolutions and linear layers, squeeze-excite
 * included; parameters include batch norm's scale and shift. */
typedef struct {
    guint64 params;
    guint64 macs;             /* multiply-adds of one image */
    guint layers;             /* convolutions and linear layers */
    guint64 activation_bytes; /* of one float32 inference, batch 1, as the plan lays it out */
} EffNetArchCost;

/* The names that effnet_arch_new() knows, smallest first. NULL-terminated, static. */
const char *const *effnet_arch_list(void);

/* A network by its name: one of effnet_arch_list(), timm's or torchvision's name for it, or what
 * effnet_arch_get_name() returns for a scaled one. The caller owns the reference.
 * For an unknown name: NULL and EFFNET_ERROR_MODEL. */
EffNetArch *effnet_arch_new(const char *name, GError **error);

/* The network BASE (a name as above), scaled. The caller owns the reference.
 * NULL and EFFNET_ERROR_SETTINGS where a number is out of range, EFFNET_ERROR_MODEL where the
 * name is unknown. */
EffNetArch *effnet_arch_new_scaled(const char *base, const EffNetScaling *scaling, GError **error);

/* Takes another reference and returns ARCH. */
EffNetArch *effnet_arch_ref(EffNetArch *arch);

/* Gives a reference back; the last one frees the network. */
void effnet_arch_unref(EffNetArch *arch);

/* The name, which effnet_arch_new() understands, also for a scaled network. Owned by ARCH. */
const char *effnet_arch_get_name(const EffNetArch *arch);

/* The side of the square input, in pixels. */
guint effnet_arch_get_resolution(const EffNetArch *arch);

/* The multiplier of channels, relative to the base network. */
double effnet_arch_get_width(const EffNetArch *arch);

/* The multiplier of each stage's repeats, relative to the base network. */
double effnet_arch_get_depth(const EffNetArch *arch);

/* Fills COST for a RESOLUTION in pixels (0: the network's own) and N_CLASSES (0: 1000). */
void effnet_arch_get_cost(const EffNetArch *arch, guint resolution, guint n_classes,
                          EffNetArchCost *cost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetArch, effnet_arch_unref)

G_END_DECLS

#endif
