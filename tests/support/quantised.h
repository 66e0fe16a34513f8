/* SPDX-License-Identifier: BSD-2-Clause */
/* Quantised networks with random weights. */
#ifndef EFFNET_TEST_QUANTISED_H
#define EFFNET_TEST_QUANTISED_H

#include <effnet/effnet.h>

#include "recognise/recognise.h"
#include "quantize/statistics.h"
#include "quantize/writer.h"
#include "runtime/observe.h"

/* An image for which the logits of a network with random weights differ. */
static inline void
effnet_test_fill_tensor(float *chw, gsize n, guint seed)
{
    for (gsize i = 0; i < n; i++)
        chw[i] = (float)((i * 7 + i / 31 * (seed + 3) + seed * 13) % 251) / 125 - 1;
}

static inline void
effnet_test_observe(gpointer statistics, const EffNetPlan *plan, const EffNetOp *step,
                    const EffNetArena *arena)
{
    g_autoptr(GError) error = NULL;

    effnet_statistics_observe(statistics, plan, step, arena, &error);
    g_assert_no_error(error);
}

/* Quantises the network NAME, with random weights of seed 1 and N_CLASSES classes, at RESOLUTION,
 * to PATH; returns it in fp32. */
static inline EffNetModel *
effnet_test_write_quantised(const char *path, const char *name, guint resolution, guint n_classes)
{
    const EffNetModelOptions options = {.resolution = resolution,
                                        .precision = EFFNET_PRECISION_FP32};
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(EffNetRecognition) r = effnet_recognise_random(arch, 1, n_classes, &options, NULL);
    g_autoptr(EffNetNetwork) network =
        effnet_network_new(arch, resolution, 3, n_classes, r->info.padding);
    EffNetModel *model = effnet_model_new_random(arch, 1, n_classes, &options, NULL);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    EffNetStatistics *statistics = g_new0(EffNetStatistics, network->n_layers);
    gsize n = 3 * (gsize)resolution * resolution;
    g_autofree float *chw = g_new(float, n);
    g_autoptr(GError) error = NULL;

    effnet_observe_session(session, effnet_test_observe, statistics);
    for (guint seed = 0; seed < 3; seed++) {
        effnet_test_fill_tensor(chw, n, seed);
        effnet_session_set_tensor(session, 0, chw);
        effnet_session_run(session, 1);
    }
    effnet_quantised_write(path, r->weights, network, &r->info, statistics, &error);
    g_assert_no_error(error);
    effnet_statistics_free(statistics, network->n_layers);
    return model;
}

#endif
