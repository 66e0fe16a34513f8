/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole library. A checkpoint becomes a model, and a model any number of sessions:
 *
 *     g_autoptr(EffNetModel) model = effnet_model_open("lite0.pth", NULL, &error);
 *     g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 0, &error);
 *     effnet_session_set_frame(session, 0, &frame, &error);
 *     effnet_session_run(session, 1);
 *     const float *logits = effnet_session_get_logits(session, 0);
 *
 * Functions that can fail take a GError, return NULL or FALSE, and say in one sentence what was
 * wrong; all others cannot fail. Breaking what is written here (an index outside of the batch, say)
 * is a programming error, which g_return_if_fail() reports; the result is undefined. Pointers may
 * be NULL only where that is said. */
#ifndef EFFNET_H
#define EFFNET_H

#include <effnet/arch.h>
#include <effnet/cpu.h>
#include <effnet/error.h>
#include <effnet/frame.h>
#include <effnet/heatmap.h>
#include <effnet/input.h>
#include <effnet/model.h>
#include <effnet/precision.h>
#include <effnet/quantize.h>
#include <effnet/scores.h>
#include <effnet/session.h>

#endif
