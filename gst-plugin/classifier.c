/* SPDX-License-Identifier: BSD-2-Clause */
#include "classifier.h"

#include <math.h>

#include "modelcache.h"
#include "options.h"

/* Warming up ends with the first inference that exceeds this total, so that a large network does
 * not delay the pipeline's start. */
#define WARM_UP_TIME (100 * GST_MSECOND)
#define WARM_UP_RUNS 5

/* Checked before the model, since an error here is not the model's fault. */
static gboolean
check_arch(const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetArch) arch = NULL;
    g_autoptr(GError) unknown = NULL;

    if (!options->arch)
        return TRUE;
    arch = effnet_arch_new(options->arch, &unknown);
    if (!arch)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "model-options: arch: %s",
                    unknown->message);
    return arch != NULL;
}

static gboolean
open_model(GstEfficientNetClassifier *self, const GstEfficientNetModelSettings *settings,
           GError **error)
{
    EffNetModelOptions options;

    if (!gst_efficientnet_options_parse(settings->model_options, &options, error) ||
        !check_arch(&options, error))
        return FALSE;
    options.precision = settings->precision;
    options.cache = settings->no_cache ? NULL : effnet_model_get_cache_folder();
    self->model = gst_efficientnet_modelcache_acquire(settings->model, &options, error);
    if (!self->model) {
        g_prefix_error(error, "model: ");
        return FALSE;
    }
    self->info = effnet_model_get_info(self->model);
    if (self->info->n_classes == 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                    "model: %s has no classifier, only the network before it", self->info->path);
        return FALSE;
    }
    return TRUE;
}

/* Labels for a model without any. */
static char **
make_decimals(guint n)
{
    char **labels = g_new0(char *, (gsize)n + 1);

    for (guint i = 0; i < n; i++)
        labels[i] = g_strdup_printf("%u", i);
    return labels;
}

static gboolean
open_labels(GstEfficientNetClassifier *self, const GstEfficientNetModelSettings *settings,
            GError **error)
{
    guint n = self->info->n_classes;

    if (settings->labels && settings->labels_file) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "labels: labels and labels-file (%s) are both set, where one is expected",
                    settings->labels_file);
        return FALSE;
    }
    if (settings->labels_file) {
        self->own_labels = effnet_labels_load(settings->labels_file, n, error);
        if (!self->own_labels) {
            g_prefix_error(error, "labels-file: ");
            return FALSE;
        }
    } else if (settings->labels) {
        if (g_strv_length(settings->labels) != n) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "labels: %u labels for a model of %u classes (%s)",
                        g_strv_length(settings->labels), n, self->info->path);
            return FALSE;
        }
        self->own_labels = g_strdupv(settings->labels);
    } else if (!self->info->labels) {
        self->own_labels = make_decimals(n);
        self->warning = self->info->labels_warning;
    }
    self->labels = self->own_labels ? (const char *const *)self->own_labels : self->info->labels;
    return TRUE;
}

static gboolean
check_logits(const EffNetModelInfo *info, const EffNetSession *session, GError **error)
{
    const float *logits = effnet_session_get_logits(session, 0);

    for (guint i = 0; i < info->n_classes; i++) {
        if (!isfinite(logits[i])) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                        "model: %s answers a grey image with %g for class %u, where a finite "
                        "number is expected",
                        info->path, logits[i], i);
            return FALSE;
        }
    }
    return TRUE;
}

/* From pixels to logits, like every frame. */
static gboolean
infer_grey(const EffNetModelInfo *info, EffNetSession *session, guint places, GError **error)
{
    gsize row = info->resolution, size;
    g_autofree guint8 *pixels = NULL;
    EffNetFrame frame = {
        .format = EFFNET_PIXEL_GRAY8,
        .width = info->resolution,
        .height = info->resolution,
        .full_range = TRUE,
    };

    if (!g_size_checked_mul(&size, row, row) || !(pixels = g_try_malloc(size))) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY,
                    "model: %s asks for images of %u x %u pixels, for which there is no memory",
                    info->path, info->resolution, info->resolution);
        return FALSE;
    }
    memset(pixels, 128, size);
    frame.plane[0] = pixels;
    frame.stride[0] = (gint)row;
    for (guint i = 0; i < places; i++) {
        if (!effnet_session_set_frame(session, i, &frame, error))
            return FALSE;
    }
    effnet_session_run(session, places);
    return TRUE;
}

static gint
compare_times(gconstpointer a, gconstpointer b)
{
    GstClockTime x = *(const GstClockTime *)a, y = *(const GstClockTime *)b;

    return (x > y) - (x < y);
}

/* Infers all places of SESSION at once, and measures that. The first inference touches the memory,
 * and counts only if it is the only one. */
static gboolean
warm_up(EffNetSession *session, guint places, GstClockTime *duration, GError **error)
{
    const EffNetModelInfo *info = effnet_model_get_info(effnet_session_get_model(session));
    GstClockTime times[WARM_UP_RUNS], begin = gst_util_get_timestamp();
    guint n = 0, first;

    do {
        GstClockTime start = gst_util_get_timestamp();

        if (!infer_grey(info, session, places, error))
            return FALSE;
        times[n++] = gst_util_get_timestamp() - start;
    } while (n < WARM_UP_RUNS && gst_util_get_timestamp() - begin < WARM_UP_TIME);

    first = n > 1;
    qsort(times + first, n - first, sizeof *times, compare_times);
    *duration = times[first + (n - first) / 2];
    return check_logits(info, session, error);
}

static GstEfficientNetNetwork *
open_own(GstEfficientNetClassifier *self, const GstEfficientNetModelSettings *settings,
         GError **error)
{
    g_autoptr(EffNetSession) session = effnet_session_new(self->model, 1, settings->threads, error);

    if (!session) {
        g_prefix_error(error, "model: ");
        return NULL;
    }
    if (!effnet_session_set_heatmaps(session, settings->heatmap, error)) {
        g_prefix_error(error, "heatmap: %s: ", self->info->name);
        return NULL;
    }
    if (!warm_up(session, 1, &self->duration, error))
        return NULL;
    return gst_efficientnet_network_new(g_steal_pointer(&session), settings->threads,
                                        settings->heatmap);
}

static GstEfficientNetNetwork *
open_shared(GstEfficientNetClassifier *self, const GstEfficientNetModelSettings *settings,
            gboolean swapping, GError **error)
{
    const GstEfficientNetBatchSettings batch = {
        .batch_size = MAX(settings->batch_size, 1),
        .batch_timeout = settings->batch_timeout,
        .threads = settings->threads,
        .heatmap = settings->heatmap,
    };
    GstEfficientNetBatchMember *member = gst_efficientnet_batcher_join(
        settings->instance_id, self->model, &batch, swapping, warm_up, error);

    if (!member)
        return NULL;
    self->duration = gst_efficientnet_batch_member_get_latency(member);
    return gst_efficientnet_network_new_shared(self->model, member);
}

GstEfficientNetClassifier *
gst_efficientnet_classifier_open(const GstEfficientNetModelSettings *settings, gboolean swapping,
                                 GError **error)
{
    g_autoptr(GstEfficientNetClassifier) self = g_new0(GstEfficientNetClassifier, 1);
    GstEfficientNetNetwork *network;

    if (!open_model(self, settings, error) || !open_labels(self, settings, error))
        return NULL;
    network = settings->instance_id ? open_shared(self, settings, swapping, error)
                                    : open_own(self, settings, error);
    if (!network)
        return NULL;
    self->heatmap = settings->heatmap;
    self->inference = gst_efficientnet_inference_new(network);
    return g_steal_pointer(&self);
}

void
gst_efficientnet_classifier_free(GstEfficientNetClassifier *self)
{
    g_clear_pointer(&self->inference, gst_efficientnet_inference_free);
    g_clear_pointer(&self->own_labels, g_strfreev);
    g_clear_pointer(&self->model, gst_efficientnet_modelcache_release);
    g_free(self);
}
