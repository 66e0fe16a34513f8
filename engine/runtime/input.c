/* SPDX-License-Identifier: BSD-2-Clause */
#include "input.h"

#include <stdlib.h>

#include "../memory.h"
#include "image.h"

struct _EffNetInput {
    EffNetModel *model;
    EffNetPreprocess *preprocess;
    gpointer image;
};

EffNetInput *
effnet_input_new(EffNetModel *model, GError **error)
{
    g_autoptr(EffNetInput) input = g_new0(EffNetInput, 1);
    const EffNetPlan *plan = effnet_model_get_plan(model);
    gsize bytes = plan->tensors[plan->input].bytes;

    input->model = effnet_model_ref(model);
    input->preprocess = effnet_preprocess_new(effnet_model_get_info(model));
    input->image = effnet_memory_new(1, bytes, error);
    if (!input->image)
        return NULL;
    effnet_image_clear(plan, effnet_model_get_info(model), input->image);
    return g_steal_pointer(&input);
}

void
effnet_input_free(EffNetInput *input)
{
    if (!input)
        return;
    free(input->image);
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
    return effnet_image_set_frame(effnet_model_get_plan(input->model), input->preprocess,
                                  input->image, frame, error);
}

void
effnet_input_get_tensor(const EffNetInput *input, float *chw)
{
    effnet_image_get_tensor(effnet_model_get_plan(input->model),
                            effnet_model_get_info(input->model), input->image, chw);
}

EffNetModel *
effnet_input_get_model(const EffNetInput *input)
{
    return input->model;
}

gconstpointer
effnet_input_get_image(const EffNetInput *input)
{
    return input->image;
}
