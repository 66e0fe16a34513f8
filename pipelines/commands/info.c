/* SPDX-License-Identifier: BSD-2-Clause */
#include "../command.h"
#include "../printable.h"

#include <stdio.h>

static const char *
padding_name(EffNetPadding padding)
{
    return padding == EFFNET_PADDING_SAME ? "same (TensorFlow)" : "symmetric (PyTorch)";
}

static const char *
interpolation_name(EffNetInterpolation interpolation)
{
    return interpolation == EFFNET_INTERPOLATION_BILINEAR ? "bilinear" : "bicubic";
}

static const char *
activation_name(EffNetActivation activation)
{
    return activation == EFFNET_ACTIVATION_SIGMOID ? "sigmoid"
           : activation == EFFNET_ACTIVATION_NONE  ? "none"
                                                   : "softmax";
}

static void
print_labels(const EffNetModelInfo *info)
{
    if (info->labels == NULL)
        effnet_print(stdout, "labels         none");
    else if (info->n_classes > 0)
        effnet_print(stdout, "labels         %u, from \"%s\" to \"%s\"", info->n_classes,
                     info->labels[0], info->labels[info->n_classes - 1]);
}

static void
print_info(const EffNetModelInfo *info)
{
    effnet_print(stdout, "file           %s", info->path);
    effnet_print(stdout, "network        %s", info->arch);
    effnet_print(stdout, "names          %s", info->naming);
    effnet_print(stdout, "parameters     %.3f M (%" G_GUINT64_FORMAT ")", info->params / 1e6,
                 info->params);
    effnet_print(stdout, "input          %u x %u pixels, %s", info->resolution, info->resolution,
                 info->in_channels == 1 ? "grey" : "RGB");
    effnet_print(stdout, "mean           %.6g %.6g %.6g", info->mean[0], info->mean[1],
                 info->mean[2]);
    effnet_print(stdout, "deviation      %.6g %.6g %.6g", info->std[0], info->std[1], info->std[2]);
    effnet_print(stdout, "crop fraction  %.6g", info->crop_fraction);
    effnet_print(stdout, "interpolation  %s", interpolation_name(info->interpolation));
    effnet_print(stdout, "resize mode    %s",
                 info->resize_mode == EFFNET_RESIZE_STRETCH ? "stretch" : "center-crop");
    effnet_print(stdout, "padding        %s", padding_name(info->padding));
    effnet_print(stdout, "epsilon        %.6g", info->epsilon);
    effnet_print(stdout, "classes        %u", info->n_classes);
    effnet_print(stdout, "features       %u", info->n_features);
    effnet_print(stdout, "activation     %s", activation_name(info->activation));
    effnet_print(stdout, "precision      %s", effnet_precision_get_name(info->precision));
    effnet_print(stdout, "kernels        %s", effnet_cpu_get());
    print_labels(info);
}

gboolean
effnet_command_info(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_autofree char *options = NULL;
    const GOptionEntry entries[] = {EFFNET_COMMAND_MODEL_OPTIONS(options), {NULL}};
    g_autoptr(EffNetModel) model = NULL;
    const EffNetModelInfo *info;

    if (!effnet_command_parse(command, entries, &argc, &argv, 1, 1, error))
        return FALSE;
    model = effnet_command_open_model(argv[1], options, EFFNET_PRECISION_AUTO, FALSE, error);
    if (model == NULL)
        return FALSE;

    info = effnet_model_get_info(model);
    print_info(info);
    if (info->origins && info->origins[0]) {
        putchar('\n');
        effnet_print(stdout, "How this was understood:");
    }
    for (guint i = 0; info->origins && info->origins[i]; i++)
        effnet_print(stdout, "  %s", info->origins[i]);
    return TRUE;
}
