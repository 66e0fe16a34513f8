/* SPDX-License-Identifier: BSD-2-Clause */
#include "rewrite.h"

#include <string.h>

#include "learn/kept.h"

#include "checkpoint/safetensors_writer.h"
#include "quantize/writer.h"
#include "recognise/config.h"
#include "recognise/known.h"
#include "recognise/quantised.h"
#include "recognise/recognise.h"
#include "recognise/state.h"

typedef struct {
    EffNetCheckpoint *checkpoint;
    EffNetSafetensorsWriter *writer;
    const EffNetNewHead *head;
} Output;

/* Adds TENSOR under NAME, with floats of any size as float32. */
static gboolean
copy_tensor(Output *o, const EffNetTensor *tensor, const char *name, GError **error)
{
    gboolean whole = tensor->dtype == EFFNET_DTYPE_I8;
    g_autofree float *values = NULL;
    gint8 *bytes;
    gsize n = 1;

    for (guint i = 0; i < tensor->n_dims; i++)
        n *= tensor->dims[i];
    values = g_try_new(float, n);
    if (!values) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY, "there is no memory for %s", name);
        return FALSE;
    }
    if (!effnet_checkpoint_read(o->checkpoint, tensor, values, error))
        return FALSE;
    if (whole) {
        bytes = g_new(gint8, n);
        for (gsize i = 0; i < n; i++)
            bytes[i] = (gint8)values[i];
        effnet_safetensors_writer_add(o->writer, name, EFFNET_DTYPE_I8, tensor->n_dims,
                                      tensor->dims, g_bytes_new_take(bytes, n));
        return TRUE;
    }
    effnet_safetensors_writer_add(o->writer, name, EFFNET_DTYPE_F32, tensor->n_dims, tensor->dims,
                                  g_bytes_new_take(g_steal_pointer(&values), n * sizeof(float)));
    return TRUE;
}

static void
add_floats(Output *o, const char *name, const float *values, guint n_dims, const guint64 *dims)
{
    gsize n = 1;

    for (guint i = 0; i < n_dims; i++)
        n *= dims[i];
    effnet_safetensors_writer_add(o->writer, name, EFFNET_DTYPE_F32, n_dims, dims,
                                  g_bytes_new(values, n * sizeof(float)));
}

/* Adds all parts of LAYER that the file has, under the names of its naming. */
static gboolean
copy_layer(Output *o, const EffNetState *state, const EffNetLayer *layer, GError **error)
{
    for (EffNetPart part = EFFNET_PART_WEIGHT; part <= EFFNET_PART_NORM_VARIANCE; part++) {
        const EffNetTensor *tensor = effnet_state_find(state, layer, part);
        g_autofree char *name = effnet_naming_tensor(state->naming, layer, part);

        if (tensor && !copy_tensor(o, tensor, name, error))
            return FALSE;
    }
    return TRUE;
}

static void
add_head(Output *o, const EffNetNaming *naming, const EffNetLayer *layer)
{
    g_autofree char *weight = effnet_naming_tensor(naming, layer, EFFNET_PART_WEIGHT);
    g_autofree char *bias = effnet_naming_tensor(naming, layer, EFFNET_PART_BIAS);

    add_floats(o, weight, o->head->weights, 2,
               (guint64[]){layer->out_channels, layer->in_channels});
    add_floats(o, bias, o->head->bias, 1, (guint64[]){layer->out_channels});
}

/* Quantises the head as effnet quantize would. */
static void
add_quantised_head(Output *o, const EffNetLayer *layer)
{
    guint n = layer->in_channels, out = layer->out_channels;
    g_autofree char *weight = effnet_quantised_name(layer, EFFNET_PART_WEIGHT);
    g_autofree char *scale = effnet_quantised_name(layer, EFFNET_PART_SCALE);
    g_autofree char *bias = effnet_quantised_name(layer, EFFNET_PART_BIAS);
    g_autofree float *scales = g_new(float, out);
    gint8 *whole = g_new(gint8, (gsize)out * n);

    effnet_quantise(layer, o->head->weights, whole, scales);
    effnet_safetensors_writer_add(o->writer, weight, EFFNET_DTYPE_I8, 4, (guint64[]){out, n, 1, 1},
                                  g_bytes_new_take(whole, (gsize)out * n));
    add_floats(o, scale, scales, 1, (guint64[]){out});
    add_floats(o, bias, o->head->bias, 1, (guint64[]){out});
}

static gboolean
copy_quantised_layer(Output *o, const EffNetLayer *layer, GError **error)
{
    for (EffNetPart part = 0; part <= EFFNET_PART_RANGE; part++) {
        g_autofree char *name =
            effnet_quantised_has(layer, part) ? effnet_quantised_name(layer, part) : NULL;
        const EffNetTensor *tensor = name ? effnet_checkpoint_find(o->checkpoint, name) : NULL;

        if (tensor && !copy_tensor(o, tensor, name, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_new(const Output *o, const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_CLASSIFIER && o->head->weights;
}

static gboolean
write_quantised(Output *o, const EffNetNetwork *network, const char *arch, GError **error)
{
    effnet_safetensors_writer_set_metadata(o->writer, EFFNET_QUANTISED_ARCH, arch);
    for (guint i = 0; i < network->n_layers; i++)
        if (is_new(o, &network->layers[i]))
            add_quantised_head(o, &network->layers[i]);
        else if (!copy_quantised_layer(o, &network->layers[i], error))
            return FALSE;
    return TRUE;
}

/* Adds a layer behind the features, with the batch norms around it folded into it. */
static gboolean
copy_head(Output *o, EffNetWeights *weights, const EffNetNaming *naming, const EffNetLayer *layer,
          GError **error)
{
    for (EffNetPart part = EFFNET_PART_WEIGHT; part <= EFFNET_PART_BIAS; part++) {
        g_autofree char *name = effnet_naming_tensor(naming, layer, part);
        g_autofree float *values = g_try_new(float, effnet_part_size(layer, part));

        if (!values) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY, "there is no memory for %s",
                        name);
            return FALSE;
        }
        if (!weights->read(weights, layer, part, values, error))
            return FALSE;
        add_floats(o, name, values, part == EFFNET_PART_WEIGHT ? 2 : 1,
                   (guint64[]){layer->out_channels, layer->in_channels});
    }
    return TRUE;
}

static gboolean
write_floats(Output *o, const EffNetState *state, EffNetWeights *weights,
             const EffNetNetwork *network, GError **error)
{
    effnet_safetensors_writer_set_metadata(o->writer, "format", "pt");
    for (guint i = 0; i < network->n_layers; i++)
        if (is_new(o, &network->layers[i]))
            add_head(o, state->naming, &network->layers[i]);
        else if (effnet_layer_is_of_head(&network->layers[i])) {
            if (!copy_head(o, weights, state->naming, &network->layers[i], error))
                return FALSE;
        } else if (!copy_layer(o, state, &network->layers[i], error))
            return FALSE;
    return TRUE;
}

static void
set_metadata(Output *o, const EffNetModelInfo *info, const char *const *metadata)
{
    g_autofree char *config = effnet_config_to_json(info);

    effnet_safetensors_writer_set_metadata(o->writer, "config", config);
    for (; *metadata; metadata += 2)
        effnet_safetensors_writer_set_metadata(o->writer, metadata[0], metadata[1]);
}

/* Adds what was learned with the classifier that stays. */
static void
copy_learned(Output *o)
{
    static const char *const keys[] = {EFFNET_KEPT_PICTURES, EFFNET_KEPT_FEATURES,
                                       EFFNET_KNOWN_PICTURES, EFFNET_KNOWN_FEATURES};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *text = effnet_checkpoint_get_metadata(o->checkpoint, keys[i]);

        if (text)
            effnet_safetensors_writer_set_metadata(o->writer, keys[i], text);
    }
}

static EffNetModelInfo
new_info(const EffNetModelInfo *base, const EffNetNewHead *head)
{
    EffNetModelInfo info = *base;

    if (head->labels)
        info.labels = head->labels;
    if (head->weights == NULL)
        return info;
    info.n_classes = head->n_classes;
    info.activation = head->sigmoid ? EFFNET_ACTIVATION_SIGMOID : EFFNET_ACTIVATION_SOFTMAX;
    return info;
}

/* Checks that PATH is recognised as BASE was, whose file name, or files beside it, may have told
 * some of the settings. */
static gboolean
check(const char *path, const EffNetModelInfo *base, GError **error)
{
    const EffNetModelOptions none = {0};
    g_autoptr(EffNetRecognition) r = effnet_recognise(path, &none, error);

    if (!r)
        return FALSE;
    if (r->info.epsilon == base->epsilon && r->info.padding == base->padding &&
        r->info.resolution == base->resolution && r->info.interpolation == base->interpolation &&
        r->info.resize_mode == base->resize_mode && r->info.crop_fraction == base->crop_fraction &&
        memcmp(r->info.mean, base->mean, sizeof base->mean) == 0 &&
        memcmp(r->info.std, base->std, sizeof base->std) == 0)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s cannot be written anew: the copy would be understood differently (effnet info "
                "shows how it is)",
                base->path);
    return FALSE;
}

gboolean
effnet_rewrite(const char *base, const EffNetModelOptions *options, const EffNetNewHead *head,
               const char *const *metadata, const char *path, GError **error)
{
    static const EffNetModelOptions none;
    static const EffNetHead bare;
    g_autoptr(EffNetRecognition) r = effnet_recognise(base, options ? options : &none, error);
    g_autoptr(EffNetSafetensorsWriter) writer = effnet_safetensors_writer_new();
    g_autoptr(EffNetCheckpoint) checkpoint = r ? effnet_checkpoint_open(base, error) : NULL;
    Output o = {.checkpoint = checkpoint, .writer = writer, .head = head};
    g_autoptr(EffNetNetwork) network = NULL;
    g_autoptr(EffNetState) state = NULL;
    g_autoptr(EffNetArch) arch = NULL;
    EffNetModelInfo info;

    if (!checkpoint)
        return FALSE;
    /* A new classifier reads the features, without hidden layers between. */
    arch = head->weights ? effnet_arch_new_head(r->arch, &bare) : effnet_arch_ref(r->arch);
    info = new_info(&r->info, head);
    info.arch = effnet_arch_get_name(arch);
    network =
        effnet_network_new(arch, info.resolution, info.in_channels, info.n_classes, info.padding);
    set_metadata(&o, &info, metadata);
    if (head->weights == NULL)
        copy_learned(&o);
    if (r->quantised) {
        if (!write_quantised(&o, network, info.arch, error))
            return FALSE;
    } else {
        state = effnet_state_new(g_steal_pointer(&checkpoint), error);
        if (!state || !write_floats(&o, state, r->weights, network, error))
            return FALSE;
    }
    return effnet_safetensors_writer_finish(writer, path, error) && check(path, &r->info, error);
}
