/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks by name, compound scaling, and what a network costs. Nothing here reads a file. */
#ifndef EFFNET_ARCH_H
#define EFFNET_ARCH_H

#include <glib.h>

G_BEGIN_DECLS

/* A network: one of the tables, or one of these scaled (Tan and Le 2019, "EfficientNet: Rethinking
 * Model Scaling for Convolutional Neural Networks", section 3.3). Immutable and reference counted;
 * any thread may use it. */
typedef struct _EffNetArch EffNetArch;

/* How a network is scaled. Zero-initialise it, then set what you want: width, depth or resolution
 * count as given if they are not 0, and otherwise follow phi: depth = alpha^phi, width = beta^phi,
 * resolution = base resolution * gamma^phi. */
typedef struct {
    double phi;
    double width;              /* channel multiplier; 0: beta^phi */
    double depth;              /* multiplier of each stage's repeats; 0: alpha^phi */
    guint resolution;          /* pixels; 0: base resolution * gamma^phi, rounded to nearest */
    double alpha, beta, gamma; /* 0: the paper's 1.2, 1.1, 1.15 */
} EffNetScaling;

/* Sums over a network. Multiply-adds are those of convolutions and linear layers, including
 * squeeze-excite; parameters include batch norm's scale and shift. */
typedef struct {
    guint64 params;
    guint64 macs;             /* multiply-adds of one image */
    guint layers;             /* convolutions and linear layers */
    guint64 activation_bytes; /* memory for the tensors of one image in float32, as planned */
} EffNetArchCost;

/* The names that effnet_arch_new() knows, by family, the smallest network of each first.
 * NULL-terminated, static. */
const char *const *effnet_arch_list(void);

/* The network NAME: one of effnet_arch_list(), timm's or torchvision's name for it, or what
 * effnet_arch_get_name() returns for a scaled network. The name may go on with the hidden layers
 * before the classifier: "b0+128-relu". The caller owns the reference. NULL and EFFNET_ERROR_MODEL
 * for an unknown name. */
EffNetArch *effnet_arch_new(const char *name, GError **error);

/* The network BASE (a name as above), scaled. The caller owns the reference. NULL and
 * EFFNET_ERROR_SETTINGS if a number is out of range, EFFNET_ERROR_MODEL if the name is unknown. */
EffNetArch *effnet_arch_new_scaled(const char *base, const EffNetScaling *scaling, GError **error);

/* Adds a reference and returns ARCH. */
EffNetArch *effnet_arch_ref(EffNetArch *arch);

/* Removes a reference; the last one frees the network. */
void effnet_arch_unref(EffNetArch *arch);

/* The name, which effnet_arch_new() understands even for a scaled network. Owned by ARCH. */
const char *effnet_arch_get_name(const EffNetArch *arch);

/* The side of the square input, in pixels. */
guint effnet_arch_get_resolution(const EffNetArch *arch);

/* The multiplier of channels, relative to the base network. */
double effnet_arch_get_width(const EffNetArch *arch);

/* The multiplier of each stage's repeats, relative to the base network. */
double effnet_arch_get_depth(const EffNetArch *arch);

/* Sets COST for RESOLUTION, in pixels (0: the network's), and N_CLASSES (0: 1000). */
void effnet_arch_get_cost(const EffNetArch *arch, guint resolution, guint n_classes,
                          EffNetArchCost *cost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetArch, effnet_arch_unref)

G_END_DECLS

#endif
