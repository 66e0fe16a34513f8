/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <stdlib.h>

#include <effnet/effnet.h>

#include "../kernels/bf16.h"
#include "../model.h"
#include "../recognise/recognise.h"
#include "../runtime/execute.h"
#include "../runtime/observe.h"
#include "statistics.h"
#include "writer.h"

/* A layer's outputs for the current image, and what all images so far have shown of them. */
typedef struct {
    char *name;
    float *outputs; /* by the model of floats */
    gsize n;
    double signal, noise;
} Layer;

struct _EffNetQuantizer {
    EffNetRecognition *recognition;
    EffNetModel *model, *quantised;
    EffNetSession *session, *quantised_session;
    guint frames; /* frames added */
    EffNetStatistics *statistics;
    guint n_layers;
    Layer *layers;
    EffNetQuantizeReport report; /* its cosine is a sum until the end */
    GError *failure;             /* an observer's */
};

static const EffNetNetwork *
network_of(EffNetModel *model)
{
    return effnet_model_get_plan(model)->network;
}

static gboolean
check_network(const EffNetNetwork *network, const char *path, GError **error)
{
    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];

        if (layer->role == EFFNET_ROLE_STEM || layer->kernel == 1 || layer->in_channels % 4 == 0)
            continue;
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                    "%s has a convolution of %u channels, where int8 wants a multiple of 4", path,
                    layer->in_channels);
        return FALSE;
    }
    return TRUE;
}

EffNetQuantizer *
effnet_quantizer_new(const char *path, const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetQuantizer) q = g_new0(EffNetQuantizer, 1);
    EffNetModelOptions floats = {0};
    const EffNetNetwork *network;

    if (options)
        floats = *options;
    floats.precision = EFFNET_PRECISION_FP32;
    q->recognition = effnet_recognise(path, &floats, error);
    if (q->recognition)
        q->model = effnet_model_open(path, &floats, error);
    if (q->model)
        q->session = effnet_session_new(q->model, 1, 1, error);
    if (!q->session)
        return NULL;
    network = network_of(q->model);
    q->n_layers = network->n_layers;
    q->statistics = g_new0(EffNetStatistics, q->n_layers);
    q->layers = g_new0(Layer, q->n_layers);
    for (guint i = 0; i < q->n_layers; i++)
        q->layers[i].name = effnet_layer_name(&network->layers[i]);
    return check_network(network, path, error) ? g_steal_pointer(&q) : NULL;
}

void
effnet_quantizer_free(EffNetQuantizer *q)
{
    if (!q)
        return;
    for (guint i = 0; i < q->n_layers; i++) {
        g_free(q->layers[i].name);
        g_free(q->layers[i].outputs);
    }
    g_free(q->layers);
    effnet_statistics_free(q->statistics, q->n_layers);
    effnet_session_free(q->session);
    effnet_session_free(q->quantised_session);
    g_clear_pointer(&q->model, effnet_model_unref);
    g_clear_pointer(&q->quantised, effnet_model_unref);
    effnet_recognition_free(q->recognition);
    g_clear_error(&q->failure);
    g_free(q);
}

const EffNetModelInfo *
effnet_quantizer_get_info(const EffNetQuantizer *q)
{
    return effnet_model_get_info(q->model);
}

static void
observe(gpointer data, const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena)
{
    EffNetQuantizer *q = data;

    if (!q->failure)
        effnet_statistics_observe(q->statistics, plan, op, arena, &q->failure);
}

static gboolean
run(EffNetQuantizer *q, EffNetSession *session, EffNetObserver observer, const EffNetFrame *frame,
    GError **error)
{
    if (!effnet_session_set_frame(session, 0, frame, error))
        return FALSE;
    effnet_observe_session(session, observer, q);
    effnet_session_run(session, 1);
    if (!q->failure)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&q->failure));
    return FALSE;
}

gboolean
effnet_quantizer_add_frame(EffNetQuantizer *q, const EffNetFrame *frame, GError **error)
{
    if (!run(q, q->session, observe, frame, error))
        return FALSE;
    q->frames++;
    return TRUE;
}

gboolean
effnet_quantizer_write(EffNetQuantizer *q, const char *path, GError **error)
{
    if (q->frames == 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "there is no image to quantise the model with");
        return FALSE;
    }
    if (!effnet_quantised_write(path, q->recognition->weights, network_of(q->model),
                                effnet_model_get_info(q->model), q->statistics, error))
        return FALSE;
    effnet_session_free(g_steal_pointer(&q->quantised_session));
    g_clear_pointer(&q->quantised, effnet_model_unref);
    q->quantised = effnet_model_open(path, NULL, error);
    if (q->quantised)
        q->quantised_session = effnet_session_new(q->quantised, 1, 1, error);
    return q->quantised_session != NULL;
}

/* A layer's outputs as they are in memory: a number times SCALE is a real value. */
typedef struct {
    EffNetType type;
    gconstpointer numbers;
    gsize n;
    float scale;
} Outputs;

typedef void (*Look)(Layer *layer, const Outputs *outputs);

/* Looks at the outputs of the first of two fused layers, which are not in the arena. */
static void
look_at_fused(EffNetQuantizer *q, const EffNetPlan *plan, const EffNetOp *op,
              const EffNetArena *arena, Look look)
{
    Outputs outputs = {
        .type = op->depthwise_type,
        .scale =
            op->packed[0].quant ? op->packed[0].quant->unit : 1 / effnet_op_factor(plan, op, 0),
    };
    gpointer numbers =
        effnet_first_outputs_new(plan, op, arena, outputs.type, &outputs.n, &q->failure);

    if (!numbers)
        return;
    outputs.numbers = numbers;
    look(&q->layers[op->layer - plan->network->layers], &outputs);
    free(numbers);
}

static void
look_at(EffNetQuantizer *q, const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena,
        Look look)
{
    const EffNetPlanTensor *out = &plan->tensors[op->out];
    const Outputs outputs = {
        .type = out->type,
        .numbers = effnet_tensor_data(plan, arena, op->out, 0),
        .n = out->bytes / effnet_type_bytes(out->type),
        .scale = out->type == EFFNET_TYPE_F32 ? 1 / out->factor : out->quantisation.scale,
    };

    if (q->failure || !effnet_layer_has_weights(op->layer))
        return;
    if (op->kind == EFFNET_OP_CONV_DEPTHWISE)
        look_at_fused(q, plan, op, arena, look);
    look(&q->layers[effnet_op_last_layer(op) - plan->network->layers], &outputs);
}

static float
real_value(const Outputs *outputs, gsize index)
{
    return effnet_type_get(outputs->type, outputs->numbers, index) * outputs->scale;
}

static void
keep(Layer *layer, const Outputs *outputs)
{
    if (!layer->outputs) {
        layer->outputs = g_new(float, outputs->n);
        layer->n = outputs->n;
    }
    for (gsize i = 0; i < layer->n; i++)
        layer->outputs[i] = real_value(outputs, i);
}

static void
compare(Layer *layer, const Outputs *outputs)
{
    if (!layer->outputs || layer->n != outputs->n)
        return;
    for (gsize i = 0; i < layer->n; i++) {
        float expected = layer->outputs[i], value = real_value(outputs, i);

        layer->signal += (double)expected * expected;
        layer->noise += (double)(value - expected) * (value - expected);
    }
}

static void
keep_outputs(gpointer data, const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena)
{
    look_at(data, plan, op, arena, keep);
}

static void
compare_outputs(gpointer data, const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena)
{
    look_at(data, plan, op, arena, compare);
}

static guint
first_class(const float *logits, guint n)
{
    EffNetClass first = {0};

    effnet_scores_top(logits, n, 1, -INFINITY, &first);
    return first.index;
}

static double
cosine_of(const float *a, const float *b, guint n)
{
    double product = 0, aa = 0, bb = 0;

    for (guint i = 0; i < n; i++) {
        product += (double)a[i] * b[i];
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
    }
    return aa > 0 && bb > 0 ? product / sqrt(aa * bb) : aa == bb;
}

gboolean
effnet_quantizer_compare_frame(EffNetQuantizer *q, const EffNetFrame *frame, GError **error)
{
    const EffNetModelInfo *info = effnet_model_get_info(q->model);
    const float *expected, *found;
    guint n = info->n_classes ? info->n_classes : info->n_features;

    g_return_val_if_fail(q->quantised_session, FALSE);
    if (!run(q, q->session, keep_outputs, frame, error) ||
        !run(q, q->quantised_session, compare_outputs, frame, error))
        return FALSE;
    if (info->n_classes) {
        expected = effnet_session_get_logits(q->session, 0);
        found = effnet_session_get_logits(q->quantised_session, 0);
    } else {
        expected = effnet_session_get_features(q->session, 0);
        found = effnet_session_get_features(q->quantised_session, 0);
    }
    q->report.frames++;
    q->report.same_class += first_class(expected, n) == first_class(found, n);
    q->report.cosine += cosine_of(expected, found, n);
    return TRUE;
}

void
effnet_quantizer_get_report(const EffNetQuantizer *q, EffNetQuantizeReport *report)
{
    *report = q->report;
    if (report->frames)
        report->cosine /= report->frames;
}

guint
effnet_quantizer_get_n_layers(const EffNetQuantizer *q)
{
    return q->n_layers;
}

const char *
effnet_quantizer_get_layer(const EffNetQuantizer *q, guint index, double *snr)
{
    const Layer *layer = &q->layers[index];

    g_return_val_if_fail(index < q->n_layers, NULL);
    if (layer->signal == 0)
        return NULL;
    *snr = 10 * log10(layer->signal / MAX(layer->noise, layer->signal * 1e-12));
    return layer->name;
}
