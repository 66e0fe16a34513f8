/* SPDX-License-Identifier: BSD-2-Clause */
#include "explanation.h"

#include "thumbnail.h"

struct _EffNetExplanation {
    EffNetModel *model;
    EffNetSession *session;
    EffNetInput *input;
    const EffNetModelInfo *info;
    float *scores;
};

void
effnet_explanation_free(EffNetExplanation *e)
{
    effnet_session_free(e->session);
    effnet_input_free(e->input);
    g_clear_pointer(&e->model, effnet_model_unref);
    g_free(e->scores);
    g_free(e);
}

EffNetExplanation *
effnet_explanation_new(const char *path, const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetExplanation) e = g_new0(EffNetExplanation, 1);

    e->model = effnet_model_open(path, options, error);
    if (!e->model)
        return NULL;
    e->info = effnet_model_get_info(e->model);
    e->scores = g_new0(float, MAX(e->info->n_classes, 1));
    e->session = effnet_session_new(e->model, 1, 0, error);
    if (!e->session)
        return NULL;
    if (!effnet_session_set_heatmaps(e->session, TRUE, error)) {
        g_prefix_error(error, "%s cannot be explained: ", e->info->name);
        return NULL;
    }
    e->input = effnet_input_new(e->model, error);
    return e->input ? g_steal_pointer(&e) : NULL;
}

const EffNetModelInfo *
effnet_explanation_get_info(const EffNetExplanation *e)
{
    return e->info;
}

guint
effnet_explanation_get_size(const EffNetExplanation *e)
{
    return effnet_model_get_heatmap_size(e->model);
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
    return TRUE;
}

const float *
effnet_explanation_get_scores(const EffNetExplanation *e)
{
    return e->scores;
}

void
effnet_explanation_get_map(const EffNetExplanation *e, guint class, float *map)
{
    effnet_session_get_heatmap(e->session, 0, class, map);
}

guint8 *
effnet_explanation_get_image(const EffNetExplanation *e)
{
    return effnet_thumbnail_read(e->input, e->info);
}
