/* SPDX-License-Identifier: BSD-2-Clause */
/* EfficientNet inference. A checkpoint becomes a model, a model any number of sessions:
 *
 *     g_autoptr(EffNetModel) model = effnet_model_open("lite0.pth", NULL, &error);
 *     g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 0, &error);
 *     effnet_session_set_frame(session, 0, &frame, &error);
 *     effnet_session_run(session, 1);
 *     const float *logits = effnet_session_get_logits(session, 0);
 */
#ifndef EFFNET_H
#define EFFNET_H

#include <effnet/arch.h>
#include <effnet/cpu.h>
#include <effnet/error.h>
#include <effnet/frame.h>
#include <effnet/input.h>
#include <effnet/model.h>
#include <effnet/precision.h>
#include <effnet/quantize.h>
#include <effnet/scores.h>
#include <effnet/session.h>

#endif
