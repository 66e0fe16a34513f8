/* SPDX-License-Identifier: BSD-2-Clause */
/* A family's rows against timm 1.0's counts, and its layers. */
#ifndef EFFNET_TEST_ROWS_H
#define EFFNET_TEST_ROWS_H

#include "arch/network.h"

typedef struct {
    const char *name, *theirs; /* ours, and timm's or torchvision's */
    guint resolution;
    guint64 params;
    double macs; /* thousand millions, at the resolution; 0: unknown */
} Row;

static inline void
check_rows(const Row *rows, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(rows[i].name, NULL);
        g_autoptr(EffNetArch) same = effnet_arch_new(rows[i].theirs, NULL);
        EffNetArchCost cost;

        g_assert_cmpstr(effnet_arch_get_name(same), ==, rows[i].name);
        g_assert_cmpuint(effnet_arch_get_resolution(arch), ==, rows[i].resolution);
        effnet_arch_get_cost(arch, 0, 1000, &cost);
        g_assert_cmpuint(cost.params, ==, rows[i].params);
        if (rows[i].macs > 0)
            g_assert_cmpfloat_with_epsilon(cost.macs / 1e9, rows[i].macs, rows[i].macs * 0.002);
    }
}

/* NAME for images of three channels and 1000 classes. */
static inline EffNetNetwork *
network(const char *name, guint resolution)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);

    return effnet_network_new(arch, resolution, 3, 1000, EFFNET_PADDING_SYMMETRIC);
}

/* The layer of ROLE in BLOCK of STAGE; NULL: there is none. */
static inline const EffNetLayer *
find_layer(const EffNetNetwork *net, EffNetRole role, guint stage, guint block)
{
    for (guint i = 0; i < net->n_layers; i++)
        if (net->layers[i].role == role && net->layers[i].stage == stage &&
            net->layers[i].block == block)
            return &net->layers[i];
    return NULL;
}

#endif
