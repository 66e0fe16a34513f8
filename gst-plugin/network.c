/* SPDX-License-Identifier: BSD-2-Clause */
#include "network.h"

struct _GstEfficientNetNetwork {
    EffNetModel *model;
    const EffNetModelInfo *info;
    EffNetResize resize;

    EffNetSession *session; /* its own, or NULL */
    guint places, threads;
    gboolean heatmap;

    GstEfficientNetBatchMember *member; /* NULL: it has its own session */
    GPtrArray *inputs;                  /* of EffNetInput */
};

GstEfficientNetNetwork *
gst_efficientnet_network_new(EffNetSession *session, guint threads, gboolean heatmap)
{
    GstEfficientNetNetwork *self = g_new0(GstEfficientNetNetwork, 1);

    self->model = effnet_model_ref(effnet_session_get_model(session));
    self->info = effnet_model_get_info(self->model);
    self->session = session;
    self->places = 1;
    self->threads = threads;
    self->heatmap = heatmap;
    return self;
}

GstEfficientNetNetwork *
gst_efficientnet_network_new_shared(EffNetModel *model, GstEfficientNetBatchMember *member)
{
    GstEfficientNetNetwork *self = g_new0(GstEfficientNetNetwork, 1);

    self->model = effnet_model_ref(model);
    self->info = effnet_model_get_info(model);
    self->member = member;
    self->inputs = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_input_free);
    return self;
}

void
gst_efficientnet_network_free(GstEfficientNetNetwork *self)
{
    effnet_session_free(self->session);
    g_clear_pointer(&self->member, gst_efficientnet_batcher_leave);
    g_clear_pointer(&self->inputs, g_ptr_array_unref);
    effnet_model_unref(self->model);
    g_free(self);
}

EffNetModel *
gst_efficientnet_network_get_model(const GstEfficientNetNetwork *self)
{
    return self->model;
}

const EffNetModelInfo *
gst_efficientnet_network_get_info(const GstEfficientNetNetwork *self)
{
    return self->info;
}

static gboolean
enlarge_session(GstEfficientNetNetwork *self, guint n, GError **error)
{
    EffNetSession *larger;
    guint places = self->places;

    while (places < n)
        places *= 2;
    if (places == self->places)
        return TRUE;
    larger = effnet_session_new(self->model, places, self->threads, error);
    if (!larger)
        return FALSE;
    effnet_session_free(self->session);
    self->session = larger;
    self->places = places;
    return effnet_session_set_heatmaps(larger, self->heatmap, error) &&
           effnet_session_set_resize(larger, &self->resize, error);
}

static gboolean
add_inputs(GstEfficientNetNetwork *self, guint n, GError **error)
{
    while (self->inputs->len < n) {
        EffNetInput *input = effnet_input_new(self->model, error);

        if (!input)
            return FALSE;
        g_ptr_array_add(self->inputs, input);
        if (!effnet_input_set_resize(input, &self->resize, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
set_resize(GstEfficientNetNetwork *self, const EffNetResize *resize, GError **error)
{
    if (resize->mode == self->resize.mode && resize->interpolation == self->resize.interpolation &&
        resize->crop_fraction == self->resize.crop_fraction)
        return TRUE;
    if (self->session && !effnet_session_set_resize(self->session, resize, error))
        return FALSE;
    for (guint i = 0; self->inputs && i < self->inputs->len; i++) {
        if (!effnet_input_set_resize(g_ptr_array_index(self->inputs, i), resize, error))
            return FALSE;
    }
    self->resize = *resize;
    return TRUE;
}

gboolean
gst_efficientnet_network_prepare(GstEfficientNetNetwork *self, guint n, const EffNetResize *resize,
                                 GError **error)
{
    if (self->member)
        gst_efficientnet_batch_member_set_resting(self->member, FALSE);
    return (self->session ? enlarge_session(self, n, error) : add_inputs(self, n, error)) &&
           set_resize(self, resize, error);
}

gboolean
gst_efficientnet_network_set_frame(GstEfficientNetNetwork *self, guint index,
                                   const EffNetFrame *frame, GError **error)
{
    return self->session
               ? effnet_session_set_frame(self->session, index, frame, error)
               : effnet_input_set_frame(g_ptr_array_index(self->inputs, index), frame, error);
}

gboolean
gst_efficientnet_network_run(GstEfficientNetNetwork *self, guint n,
                             const GstEfficientNetOutputs *outputs, double *fill)
{
    if (self->member)
        return gst_efficientnet_batch_member_run(
            self->member, (EffNetInput *const *)self->inputs->pdata, n, outputs, fill);
    effnet_session_run(self->session, n);
    for (guint i = 0; i < n; i++)
        gst_efficientnet_batcher_copy_results(self->session, i, outputs, i);
    *fill = 1.0;
    return TRUE;
}

void
gst_efficientnet_network_rest(GstEfficientNetNetwork *self)
{
    if (self->member)
        gst_efficientnet_batch_member_set_resting(self->member, TRUE);
}

void
gst_efficientnet_network_set_playing(GstEfficientNetNetwork *self, gboolean playing)
{
    if (self->member)
        gst_efficientnet_batch_member_set_playing(self->member, playing);
}

void
gst_efficientnet_network_set_flushing(GstEfficientNetNetwork *self, gboolean flushing)
{
    if (self->member)
        gst_efficientnet_batch_member_set_flushing(self->member, flushing);
}
