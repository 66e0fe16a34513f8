/* SPDX-License-Identifier: BSD-2-Clause */
#include "../command.h"

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
    return activation == EFFNET_ACTIVATION_SIGMOID ? "sigmoid" : "softmax";
}

static void
print_labels(const EffNetModelInfo *info)
{
    if (info->labels == NULL)
        printf("labels         none\n");
    else if (info->n_classes > 0)
        printf("labels         %u, from \"%s\" to \"%s\"\n", info->n_classes, info->labels[0],
               info->labels[info->n_classes - 1]);
}

static void
print_info(const EffNetModelInfo *info)
{
    printf("file           %s\n", info->path);
    printf("network        %s\n", info->arch);
    printf("names          %s\n", info->naming);
    printf("parameters     %.3f M (%" G_GUINT64_FORMAT ")\n", info->params / 1e6, info->params);
    printf("input          %u x %u pixels, %s\n", info->resolution, info->resolution,
           info->in_channels == 1 ? "grey" : "RGB");
    printf("mean           %.6g %.6g %.6g\n", info->mean[0], info->mean[1], info->mean[2]);
    printf("deviation      %.6g %.6g %.6g\n", info->std[0], info->std[1], info->std[2]);
    printf("crop fraction  %.6g\n", info->crop_fraction);
    printf("interpolation  %s\n", interpolation_name(info->interpolation));
    printf("padding        %s\n", padding_name(info->padding));
    printf("epsilon        %.6g\n", info->epsilon);
    printf("classes        %u\n", info->n_classes);
    printf("features       %u\n", info->n_features);
    printf("activation     %s\n", activation_name(info->activation));
    printf("precision      %s\n", effnet_precision_get_name(info->precision));
    printf("kernels        %s\n", effnet_cpu_get());
    print_labels(info);
}

gboolean
effnet_command_info(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {{NULL}};
    g_autoptr(EffNetModel) model = NULL;
    const EffNetModelInfo *info;

    if (!effnet_command_parse(command, entries, &argc, &argv, 1, 1, error))
        return FALSE;
    model = effnet_command_open_model(argv[1], EFFNET_PRECISION_AUTO, FALSE, error);
    if (model == NULL)
        return FALSE;

    info = effnet_model_get_info(model);
    print_info(info);
    if (info->origins && info->origins[0])
        printf("\nHow this was understood:\n");
    for (guint i = 0; info->origins && info->origins[i]; i++)
        printf("  %s\n", info->origins[i]);
    return TRUE;
}
