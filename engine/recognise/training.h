/* SPDX-License-Identifier: BSD-2-Clause */
/* How those who publish checkpoints trained them, where their files do not say. */
#ifndef EFFNET_TRAINING_H
#define EFFNET_TRAINING_H

#include "../arch/network.h"

/* 0 and AUTO where the naming leaves it open. */
typedef struct {
    EffNetPadding padding;
    double epsilon;
    guint resolution;
    float crop_fraction;
    EffNetInterpolation interpolation;
    const float *mean, *std; /* 3 each, or NULL */
} EffNetPractice;

/* What is known of checkpoints with the tensor names of NAMING, of the network ARCH (its
 * effnet_arch_get_name()), that are called NAME: a file's name or timm's name of the network;
 * NULL: nothing. */
EffNetPractice effnet_practice_of(const char *naming, const char *arch, const char *name);

#endif
