/* SPDX-License-Identifier: BSD-2-Clause */
#include "input.h"

#include <stdlib.h>

#include "../memory.h"
#include "picture.h"

struct _EffNetInput {
    EffNetModel *model;
    EffNetPreprocess *preprocess;
    gpointer picture;
};

EffNetInput *
effnet_input_new(EffNetModel *model, GError **error)
{
    g_autoptr(EffNetInput) input = g_new0(EffNetInput, 1);
    const EffNetPlan *plan = effnet_model_get_plan(model);
    gsize bytes = plan->activations[plan->input].bytes;

    input->model = effnet_model_ref(model);
    input->preprocess = effnet_preprocess_new(effnet_model_get_info(model));
    input->picture = effnet_memory_new(1, bytes, error);
    if (!input->picture)
        return NULL;
    effnet_picture_clear(plan, effnet_model_get_info(model), input->picture);
    return g_steal_pointer(&input);
}

void
effnet_input_free(EffNetInput *input)
{
    if (!input)
        return;
    free(input->picture);
    effnet_preprocess_free(input->preprocess);
    effnet_model_unref(input->model);
    g_free(input);
}

gboolean
effnet_input_set_resize(EffNetInput *input, const EffNetResize *resize, GError **error)
{
    return effnet_preprocess_set_resize(input->preprocess, resize, error);
}

gboolean
effnet_input_set_frame(EffNetInput *input, const EffNetFrame *frame, GError **error)
{
    return effnet_picture_set_frame(effnet_model_get_plan(input->model), input->preprocess,
                                    input->picture, frame, error);
}

EffNetModel *
effnet_input_get_model(const EffNetInput *input)
{
    return input->model;
}

gconstpointer
effnet_input_get_picture(const EffNetInput *input)
{
    return input->picture;
}
