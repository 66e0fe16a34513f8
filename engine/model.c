/* SPDX-License-Identifier: BSD-2-Clause */
/* A model: what was recognised, and the plan made of it. */
#include <effnet/error.h>

#include "model.h"
#include "model/recognise.h"

struct _EffNetModel {
    gatomicrefcount refs;
    EffNetRecognition *recognition;
    EffNetPlan *plan;
};

static const EffNetModelOptions no_options;

/* Plans and packs what RECOGNITION holds, which is taken over in any case. */
static EffNetModel *
model_new(EffNetRecognition *recognition, GError **error)
{
    EffNetModelInfo *info = &recognition->info;
    EffNetNetwork *network = effnet_network_new(recognition->arch, info->resolution,
                                                info->in_channels, info->n_classes, info->padding);
    EffNetModel *model = g_new0(EffNetModel, 1);

    g_atomic_ref_count_init(&model->refs);
    model->recognition = recognition;
    info->n_features = network->n_features;
    for (guint i = 0; i < network->n_layers; i++)
        info->params += effnet_layer_params(&network->layers[i]);
    model->plan =
        effnet_plan_new(network, effnet_kernels_get(), effnet_precision_get_type(info->precision),
                        recognition->weights, info->epsilon, error);
    g_clear_pointer(&recognition->weights, effnet_weights_free);
    if (!model->plan)
        g_clear_pointer(&model, effnet_model_unref);
    return model;
}

EffNetModel *
effnet_model_open(const char *path, const EffNetModelOptions *options, GError **error)
{
    EffNetRecognition *recognition = effnet_recognise(path, options ? options : &no_options, error);

    return recognition ? model_new(recognition, error) : NULL;
}

EffNetModel *
effnet_model_new_random(EffNetArch *arch, guint32 seed, guint n_classes,
                        const EffNetModelOptions *options, GError **error)
{
    EffNetRecognition *recognition =
        effnet_recognise_random(arch, seed, n_classes, options ? options : &no_options, error);

    return recognition ? model_new(recognition, error) : NULL;
}

EffNetModel *
effnet_model_ref(EffNetModel *model)
{
    g_atomic_ref_count_inc(&model->refs);
    return model;
}

void
effnet_model_unref(EffNetModel *model)
{
    if (!g_atomic_ref_count_dec(&model->refs))
        return;
    effnet_plan_free(model->plan);
    effnet_recognition_free(model->recognition);
    g_free(model);
}

const EffNetModelInfo *
effnet_model_get_info(const EffNetModel *model)
{
    return &model->recognition->info;
}

const EffNetPlan *
effnet_model_get_plan(const EffNetModel *model)
{
    return model->plan;
}
