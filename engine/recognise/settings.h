/* SPDX-License-Identifier: BSD-2-Clause */
/* How a network's input, layers and scores are computed, as far as weights do not tell. Several
 * sources each give some of these settings; for each setting, the first source that gives it
 * counts. */
#ifndef EFFNET_SETTINGS_H
#define EFFNET_SETTINGS_H

#include <effnet/frame.h>
#include <effnet/model.h>

#include "../arch/network.h"
#include "../arch/scaling.h"

typedef struct {
    gboolean said;
    float of[3];
} EffNetChannels;

/* A setting that is 0 is not given. */
typedef struct {
    EffNetPadding padding;
    guint resolution;
    double epsilon;
    EffNetChannels mean, std;
    float crop_fraction;
    EffNetInterpolation interpolation;
    EffNetResizeMode resize;
    EffNetActivation activation;
} EffNetSettings;

#define EFFNET_N_SETTINGS 9

typedef struct {
    const char *origin; /* "options", a file's name, … */
    EffNetSettings settings;
} EffNetSource;

/* Checks SOURCE's settings. An error names the setting, its value and what was expected. */
gboolean effnet_source_check(const EffNetSource *source, GError **error);

/* Takes each setting from the first of N sources that gives it; ORIGINS[i] is that source's origin,
 * or NULL. */
void effnet_settings_overlay(const EffNetSource *sources, guint n, EffNetSettings *settings,
                             const char *origins[EFFNET_N_SETTINGS]);

/* Setting INDEX as text, "padding: same". For g_free(). */
char *effnet_settings_describe(const EffNetSettings *settings, guint index);

/* Parses "bilinear" or "bicubic"; AUTO for others and for NULL. */
EffNetInterpolation effnet_interpolation_parse(const char *name);

EffNetSettings effnet_settings_from_options(const EffNetModelOptions *options);
EffNetSettings effnet_settings_from_training(const EffNetTraining *training, guint resolution);

/* Initialisers of EffNetSettings. */
#define EFFNET_SAYS_IMAGENET                                                                       \
    .mean = {TRUE, {0.485f, 0.456f, 0.406f}}, .std = {TRUE, {0.229f, 0.224f, 0.225f}}
#define EFFNET_SAYS_INCEPTION .mean = {TRUE, {0.5f, 0.5f, 0.5f}}, .std = {TRUE, {0.5f, 0.5f, 0.5f}}
#define EFFNET_SAYS_UNIT      .mean = {TRUE, {0, 0, 0}}, .std = {TRUE, {1, 1, 1}}
#define EFFNET_SAYS_SAME      .padding = EFFNET_PADDING_SAME, .epsilon = 1e-3
#define EFFNET_SAYS_SYMMETRIC .padding = EFFNET_PADDING_SYMMETRIC, .epsilon = 1e-5
#define EFFNET_SAYS_BILINEAR  .interpolation = EFFNET_INTERPOLATION_BILINEAR
#define EFFNET_SAYS_BICUBIC   .interpolation = EFFNET_INTERPOLATION_BICUBIC
#define EFFNET_SAYS_STRETCH   .resize = EFFNET_RESIZE_STRETCH

#endif
