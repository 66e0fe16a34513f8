/* SPDX-License-Identifier: BSD-2-Clause */
/* A model: what was recognised, and its plan. */
#include <effnet/error.h>

#include "cache.h"
#include "checkpoint/checkpoint.h"
#include "frame/preprocess.h"
#include "model.h"
#include "precision.h"
#include "recognise/recognise.h"
#include "runtime/heatmap.h"
#include "runtime/workspace.h"

struct _EffNetModel {
    gatomicrefcount refs;
    EffNetRecognition *recognition;
    EffNetPlan *plan;
    EffNetWorkspaces *workspaces;
};

static const EffNetModelOptions no_options;

/* What packed weights depend on, besides the checkpoint's content. */
static char *
cache_key(const EffNetModelInfo *info, const EffNetPlan *plan)
{
    return g_strdup_printf(
        "%s %d %s %s %s %s %u %u %u %d %a", EFFNET_VERSION, EFFNET_PACKED_VERSION,
        plan->kernels->name, effnet_precision_get_name(info->precision), info->arch, info->naming,
        info->resolution, info->in_channels, info->n_classes, info->padding, info->epsilon);
}

/* Takes the weights from the cache, or packs and caches them. */
static gboolean
get_weights(EffNetPlan *plan, EffNetRecognition *recognition, EffNetCacheEntry *cache,
            GError **error)
{
    const EffNetModelInfo *info = &recognition->info;
    g_autofree char *key = cache_key(info, plan);
    gpointer stored = NULL;

    if (cache) {
        cache->key = key;
        stored = effnet_cache_load(cache, plan->weight_bytes);
    }
    if (stored) {
        effnet_plan_take(plan, stored);
        return TRUE;
    }
    if (!effnet_plan_pack(plan, recognition->weights, info->epsilon, error))
        return FALSE;
    if (cache)
        effnet_cache_store(cache, plan->weights, plan->weight_bytes);
    return TRUE;
}

static gboolean
settle_precision(EffNetRecognition *recognition, EffNetPrecision wanted, GError **error)
{
    EffNetModelInfo *info = &recognition->info;
    g_autofree char *why = NULL;

    if (!effnet_precision_settle(wanted, recognition->quantised, effnet_kernels_get(), info->path,
                                 &info->precision, &why, error))
        return FALSE;
    effnet_recognition_note(recognition, why, "precision: %s",
                            effnet_precision_get_name(info->precision));
    return TRUE;
}

static gboolean
settle_known(EffNetRecognition *recognition, GError **error)
{
    EffNetModelInfo *info = &recognition->info;

    if (!recognition->known)
        return TRUE;
    info->has_known = TRUE;
    info->known_similarity = effnet_known_get_threshold(recognition->known);
    effnet_recognition_note(recognition, "the metadata", "known: from a similarity of %.3f on",
                            info->known_similarity);
    return effnet_known_unpack(recognition->known, info->n_features, error);
}

/* Plans RECOGNITION, of which it takes ownership even on failure, in the precision WANTED. CACHE
 * may be NULL. */
static EffNetModel *
model_new(EffNetRecognition *recognition, EffNetPrecision wanted, EffNetCacheEntry *cache,
          GError **error)
{
    EffNetModelInfo *info = &recognition->info;
    EffNetNetwork *network;
    EffNetModel *model;

    if (!settle_precision(recognition, wanted, error)) {
        effnet_recognition_free(recognition);
        return NULL;
    }
    network = effnet_network_new(recognition->arch, info->resolution, info->in_channels,
                                 info->n_classes, info->padding);
    model = g_new0(EffNetModel, 1);
    g_atomic_ref_count_init(&model->refs);
    model->recognition = recognition;
    info->n_features = network->n_features;
    for (guint i = 0; i < network->n_layers; i++)
        info->params += effnet_layer_params(&network->layers[i]);
    model->plan =
        effnet_plan_new(network, effnet_kernels_get(), effnet_precision_get_type(info->precision));
    model->workspaces = effnet_workspaces_new(model->plan);
    if (!settle_known(recognition, error) || !get_weights(model->plan, recognition, cache, error))
        g_clear_pointer(&model, effnet_model_unref);
    else
        g_clear_pointer(&recognition->weights, effnet_weights_free);
    return model;
}

EffNetModel *
effnet_model_open(const char *path, const EffNetModelOptions *options, GError **error)
{
    EffNetCacheEntry cache = {.folder = options ? options->cache : NULL, .source = path};
    /* An index's weights are in other files. */
    gboolean cached =
        cache.folder && !effnet_sharded_is_name(path) && effnet_identity_of(path, &cache.identity);
    EffNetRecognition *recognition;

    options = options ? options : &no_options;
    recognition = effnet_recognise(path, options, error);
    return recognition ? model_new(recognition, options->precision, cached ? &cache : NULL, error)
                       : NULL;
}

EffNetModel *
effnet_model_new_random(EffNetArch *arch, guint32 seed, guint n_classes,
                        const EffNetModelOptions *options, GError **error)
{
    EffNetRecognition *recognition;

    options = options ? options : &no_options;
    recognition = effnet_recognise_random(arch, seed, n_classes, options, error);
    return recognition ? model_new(recognition, options->precision, NULL, error) : NULL;
}

const char *
effnet_model_get_cache_folder(void)
{
    static gsize folder;

    if (g_once_init_enter(&folder))
        g_once_init_leave(&folder, (gsize)g_build_filename(g_get_user_cache_dir(), "efficientnet",
                                                           "weights", NULL));
    return (const char *)folder;
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
    effnet_workspaces_free(model->workspaces);
    effnet_plan_free(model->plan);
    effnet_recognition_free(model->recognition);
    g_free(model);
}

const EffNetModelInfo *
effnet_model_get_info(const EffNetModel *model)
{
    return &model->recognition->info;
}

float
effnet_model_get_similarity(const EffNetModel *model, const float *features)
{
    const EffNetKnown *known = model->recognition->known;

    return known ? effnet_known_compare(known, features) : 1;
}

guint
effnet_model_get_heatmap_size(const EffNetModel *model)
{
    const EffNetOp *pooled, *classifier;

    return effnet_heatmap_find(model->plan, &pooled, &classifier) ? pooled->layer->out_size : 0;
}

void
effnet_model_get_view(const EffNetModel *model, const EffNetResize *resize,
                      EffNetOrientation orientation, guint width, guint height, EffNetView *view)
{
    EffNetPreprocess *preprocess = effnet_preprocess_new(effnet_model_get_info(model));

    if (effnet_preprocess_set_resize(preprocess, resize, NULL))
        effnet_preprocess_get_view(preprocess, orientation, width, height, view);
    effnet_preprocess_free(preprocess);
}

const EffNetPlan *
effnet_model_get_plan(const EffNetModel *model)
{
    return model->plan;
}

EffNetWorkspaces *
effnet_model_get_workspaces(const EffNetModel *model)
{
    return model->workspaces;
}
