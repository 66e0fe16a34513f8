/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_RUNTIME_WINOGRAD_H
#define EFFNET_RUNTIME_WINOGRAD_H

#include "../plan/plan.h"

/* A task of a WINOGRAD op: rows of tiles FIRST_ROW to END_ROW, and panels FIRST_PANEL to END_PANEL,
 * both exclusive. */
typedef struct {
    const EffNetKernels *kernels;
    const EffNetOp *op;
    const float *in, *residual; /* feature maps; RESIDUAL may be NULL */
    float *out;
    gsize in_channels, out_channels; /* per pixel in memory */
    guint first_row, end_row;
    guint first_panel, end_panel;
    float *scratch;
} EffNetWinogradTask;

void effnet_winograd_execute(const EffNetWinogradTask *task);

#endif
