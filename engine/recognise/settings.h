/* SPDX-License-Identifier: BSD-2-Clause */
/* How a network's input, layers and scores are to be computed, which weights do not tell. Several
 * sources say a part of it each; of every setting the first source that says it is believed. */
#ifndef EFFNET_SETTINGS_H
#define EFFNET_SETTINGS_H

#include <effnet/frame.h>
#include <effnet/model.h>

#include "../arch/network.h"

#define EFFNET_MIN_RESOLUTION 32
#define EFFNET_MAX_RESOLUTION 4096

typedef struct {
    gboolean said;
    float of[3];
} EffNetChannels;

/* What is 0 throughout is not said. */
typedef struct {
    EffNetPadding padding;
    double epsilon;
    guint resolution;
    EffNetChannels mean, std;
    float crop_fraction;
    EffNetInterpolation interpolation;
    EffNetResizeMode resize;
    EffNetActivation activation;
} EffNetSettings;

#define EFFNET_N_SETTINGS 9

typedef struct {
    const char *origin; /* "options", a file's name */
    EffNetSettings settings;
} EffNetSource;

/* An error names the setting, what it is and what was expected. */
gboolean effnet_source_check(const EffNetSource *source, GError **error);

/* Of each setting what the first of N sources says that says it; ORIGINS[i] is then its origin,
 * else NULL. */
void effnet_settings_overlay(const EffNetSource *sources, guint n, EffNetSettings *settings,
                             const char *origins[EFFNET_N_SETTINGS]);

/* "padding: same"; caller frees. */
char *effnet_settings_describe(const EffNetSettings *settings, guint index);

/* "bilinear" or "bicubic"; AUTO for others, of which there may be none (NULL). */
EffNetInterpolation effnet_interpolation_parse(const char *name);

EffNetSettings effnet_settings_from_options(const EffNetModelOptions *options);
EffNetSettings effnet_settings_from_training(const EffNetTraining *training, guint resolution);

/* For initialisers. */
#define EFFNET_SAYS_IMAGENET                                                                       \
    .mean = {TRUE, {0.485f, 0.456f, 0.406f}}, .std = {TRUE, {0.229f, 0.224f, 0.225f}}
#define EFFNET_SAYS_INCEPTION .mean = {TRUE, {0.5f, 0.5f, 0.5f}}, .std = {TRUE, {0.5f, 0.5f, 0.5f}}
#define EFFNET_SAYS_SAME      .padding = EFFNET_PADDING_SAME, .epsilon = 1e-3
#define EFFNET_SAYS_SYMMETRIC .padding = EFFNET_PADDING_SYMMETRIC, .epsilon = 1e-5
#define EFFNET_SAYS_BILINEAR  .interpolation = EFFNET_INTERPOLATION_BILINEAR
#define EFFNET_SAYS_BICUBIC   .interpolation = EFFNET_INTERPOLATION_BICUBIC
#define EFFNET_SAYS_STRETCH   .resize = EFFNET_RESIZE_STRETCH

#endif
