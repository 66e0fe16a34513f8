/* SPDX-License-Identifier: BSD-2-Clause */
#include "explanation.h"

#include <math.h>

#include "model.h"
#include "plan/fold.h"
#include "recognise/recognise.h"
#include "runtime/observe.h"

#define TOLERANCE 1e-3 /* between the mean of the features and the pooled ones */

struct _EffNetExplanation {
    EffNetRecognition *recognition;
    EffNetModel *model;
    EffNetSession *session;
    EffNetInput *input;
    const EffNetModelInfo *info;
    const EffNetLayer *last; /* whose outputs are pooled */
    float *rows, *bias;      /* its own, folded */
    float *classes;          /* the classifier's weights */
    float *features;         /* of each place of the image */
    float *scores;
};

void
effnet_explanation_free(EffNetExplanation *e)
{
    effnet_session_free(e->session);
    effnet_input_free(e->input);
    g_clear_pointer(&e->model, effnet_model_unref);
    effnet_recognition_free(e->recognition);
    g_free(e->rows);
    g_free(e->bias);
    g_free(e->classes);
    g_free(e->features);
    g_free(e->scores);
    g_free(e);
}

static double
activate(EffNetAct act, double x)
{
    switch (act) {
    case EFFNET_ACT_RELU:
        return MAX(x, 0);
    case EFFNET_ACT_RELU6:
        return CLAMP(x, 0, 6);
    case EFFNET_ACT_SILU:
        return x / (1 + exp(-x));
    default: /* NONE; check_network() lets no others in */
        return x;
    }
}

/* The features of one place, whose INPUTS are multiplied with FACTOR. */
static void
compute_place(const EffNetExplanation *e, const float *inputs, float factor, float *features)
{
    guint n = e->last->in_channels;

    for (guint o = 0; o < e->last->out_channels; o++) {
        const float *row = e->rows + (gsize)o * n;
        double sum = 0;

        for (guint i = 0; i < n; i++)
            sum += (double)row[i] * inputs[i];
        features[o] = (float)activate(e->last->act, sum / factor + e->bias[o]);
    }
}

/* What the pooled layer reads is still there when it is done. */
static void
observe(gpointer data, const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena)
{
    EffNetExplanation *e = data;
    const EffNetPlanTensor *in = &plan->tensors[op->in];
    const float *map;
    guint places;

    if (!op->pool)
        return;
    map = effnet_tensor_data(plan, arena, op->in, 0);
    places = e->last->in_size * e->last->in_size;
    for (guint i = 0; i < places; i++)
        compute_place(e, map + (gsize)i * in->channels, in->factor,
                      e->features + (gsize)i * e->last->out_channels);
}

static gboolean
fail(const EffNetExplanation *e, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s cannot be explained: maps are computed of networks of floats whose classifier "
                "is linear and follows the pooled outputs of a 1x1 convolution",
                e->info->name);
    return FALSE;
}

static gboolean
check_network(EffNetExplanation *e, GError **error)
{
    const EffNetPlan *plan = effnet_model_get_plan(e->model);
    const EffNetOp *pooled = NULL;

    for (guint i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].pool)
            pooled = &plan->ops[i];
    if (!pooled || pooled->n_layers != 1 || pooled->residual != EFFNET_NONE ||
        pooled->gate != EFFNET_NONE || pooled->layer->kernel != 1 || pooled->layer->stride != 1 ||
        plan->tensors[pooled->in].type != EFFNET_TYPE_F32 ||
        plan->tensors[pooled->in].size != pooled->layer->in_size || e->info->n_classes == 0 ||
        e->recognition->quantised || pooled->layer->act == EFFNET_ACT_SIGMOID)
        return fail(e, error);
    e->last = pooled->layer;
    return TRUE;
}

static gboolean
read_weights(EffNetExplanation *e, GError **error)
{
    const EffNetNetwork *network = effnet_model_get_plan(e->model)->network;
    const EffNetLayer *classifier = &network->layers[network->n_layers - 1];

    e->rows = effnet_layer_new_rows(e->last, sizeof *e->rows, error);
    e->bias = g_new0(float, e->last->out_channels);
    if (!e->rows || !effnet_layer_fold(e->recognition->weights, e->last, e->info->epsilon, e->rows,
                                       e->bias, NULL, error))
        return FALSE;
    e->classes = effnet_layer_new_rows(classifier, sizeof *e->classes, error);
    return e->classes && e->recognition->weights->read(e->recognition->weights, classifier,
                                                       EFFNET_PART_WEIGHT, e->classes, error);
}

EffNetExplanation *
effnet_explanation_new(const char *path, const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetExplanation) e = g_new0(EffNetExplanation, 1);
    EffNetModelOptions floats = {0};

    if (options)
        floats = *options;
    floats.precision = EFFNET_PRECISION_AUTO;
    floats.cache = NULL;
    e->recognition = effnet_recognise(path, &floats, error);
    if (!e->recognition)
        return NULL;
    if (!e->recognition->quantised)
        floats.precision = EFFNET_PRECISION_FP32;
    e->model = effnet_model_open(path, &floats, error);
    if (!e->model)
        return NULL;
    e->info = effnet_model_get_info(e->model);
    if (!check_network(e, error) || !read_weights(e, error))
        return NULL;
    e->session = effnet_session_new(e->model, 1, 1, error);
    e->input = e->session ? effnet_input_new(e->model, error) : NULL;
    if (!e->input)
        return NULL;
    e->features = g_new0(float, (gsize)e->last->in_size * e->last->in_size * e->last->out_channels);
    e->scores = g_new0(float, e->info->n_classes);
    effnet_observe_session(e->session, observe, e);
    return g_steal_pointer(&e);
}

const EffNetModelInfo *
effnet_explanation_get_info(const EffNetExplanation *e)
{
    return e->info;
}

guint
effnet_explanation_get_size(const EffNetExplanation *e)
{
    return e->last->in_size;
}

/* The mean of all places is what the network has pooled. */
static gboolean
is_consistent(const EffNetExplanation *e)
{
    const float *pooled = effnet_session_get_features(e->session, 0);
    guint places = e->last->in_size * e->last->in_size, n = e->last->out_channels;

    for (guint k = 0; k < n; k++) {
        double sum = 0;

        for (guint i = 0; i < places; i++)
            sum += e->features[(gsize)i * n + k];
        if (!(fabs(sum / places - pooled[k]) <= TOLERANCE * (1 + fabsf(pooled[k]))))
            return FALSE;
    }
    return TRUE;
}

gboolean
effnet_explanation_look(EffNetExplanation *e, const EffNetFrame *frame, GError **error)
{
    if (!effnet_input_set_frame(e->input, frame, error))
        return FALSE;
    effnet_session_set_input(e->session, 0, e->input);
    effnet_session_run(e->session, 1);
    effnet_scores_from_logits(e->info->activation, effnet_session_get_logits(e->session, 0),
                              e->info->n_classes, e->scores);
    return is_consistent(e) || fail(e, error);
}

const float *
effnet_explanation_get_scores(const EffNetExplanation *e)
{
    return e->scores;
}

void
effnet_explanation_get_map(const EffNetExplanation *e, guint class, float *map)
{
    guint places = e->last->in_size * e->last->in_size, n = e->last->out_channels;
    const float *weights = e->classes + (gsize) class * n;

    for (guint i = 0; i < places; i++) {
        double sum = 0;

        for (guint k = 0; k < n; k++)
            sum += (double)weights[k] * e->features[(gsize)i * n + k];
        map[i] = (float)sum;
    }
}

guint8 *
effnet_explanation_get_image(const EffNetExplanation *e)
{
    gsize pixels = (gsize)e->info->resolution * e->info->resolution;
    guint channels = e->info->in_channels;
    g_autofree float *chw = g_new(float, pixels *channels);
    guint8 *image = g_malloc(pixels * 3);

    effnet_input_get_tensor(e->input, chw);
    for (gsize i = 0; i < pixels; i++)
        for (guint c = 0; c < 3; c++) {
            guint from = channels == 3 ? c : 0;
            float value = chw[from * pixels + i] * e->info->std[from] + e->info->mean[from];

            image[i * 3 + c] = (guint8)CLAMP(lrintf(value * 255), 0, 255);
        }
    return image;
}
