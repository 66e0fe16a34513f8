/* SPDX-License-Identifier: BSD-2-Clause */
#include "../command.h"
#include "../npy.h"

#include <sys/stat.h>

/* Nobody wants input and output to be the same, and a device would be written to before it is read
 * to its end. */
static gboolean
check_distinct(const char *input, const char *output, GError **error)
{
    struct stat in, out;

    if (stat(input, &in) != 0 || stat(output, &out) != 0 || in.st_dev != out.st_dev ||
        in.st_ino != out.st_ino)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s: input and output are one file",
                output);
    return FALSE;
}

static gboolean
check_shape(const EffNetNpy *input, const char *path, const EffNetModelInfo *info, GError **error)
{
    const guint64 *dims = effnet_npy_get_dims(input);
    g_autofree char *shape = NULL;

    if (effnet_npy_get_n_dims(input) == 4 && dims[0] >= 1 && dims[1] == info->in_channels &&
        dims[2] == info->resolution && dims[3] == info->resolution)
        return TRUE;
    shape = effnet_npy_get_shape(input);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s: %s takes the shape (N, %u, %u, %u), found %s", path, info->name,
                info->in_channels, info->resolution, info->resolution, shape);
    return FALSE;
}

/* One image after another: as fast as a batch, in the memory of one. */
static gboolean
infer_all(EffNetSession *session, EffNetNpy *input, EffNetNpy *output, gboolean embedding,
          GError **error)
{
    const EffNetModelInfo *info = effnet_model_get_info(effnet_session_get_model(session));
    gsize size = (gsize)info->in_channels * info->resolution * info->resolution;
    g_autofree float *chw = g_new(float, size);

    for (guint64 i = 0; i < effnet_npy_get_dims(input)[0]; i++) {
        const float *result;

        if (!effnet_npy_read(input, chw, size, error))
            return FALSE;
        effnet_session_set_tensor(session, 0, chw);
        effnet_session_run(session, 1);
        result = embedding ? effnet_session_get_features(session, 0)
                           : effnet_session_get_logits(session, 0);
        if (!effnet_npy_write(output, result, effnet_npy_get_dims(output)[1], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
run_file(EffNetModel *model, const char *in_path, const char *out_path, gboolean embedding,
         GError **error)
{
    const EffNetModelInfo *info = effnet_model_get_info(model);
    g_autoptr(EffNetNpy) input = effnet_npy_open(in_path, error);
    g_autoptr(EffNetSession) session = NULL;
    guint64 dims[2];
    EffNetNpy *output;

    if (input == NULL || !check_shape(input, in_path, info, error))
        return FALSE;
    if (!embedding && info->n_classes == 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s has no classifier: only --embedding can be asked of it", info->path);
        return FALSE;
    }
    session = effnet_session_new(model, 1, 0, error);
    if (session == NULL)
        return FALSE;
    if (!check_distinct(in_path, out_path, error))
        return FALSE;
    dims[0] = effnet_npy_get_dims(input)[0];
    dims[1] = embedding ? info->n_features : info->n_classes;
    output = effnet_npy_create(out_path, dims, 2, error);
    if (output == NULL)
        return FALSE;
    if (!infer_all(session, input, output, embedding, error)) {
        effnet_npy_free(output);
        return FALSE;
    }
    return effnet_npy_close(output, error);
}

gboolean
effnet_command_run(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_autofree char *name = NULL, *input = NULL, *output = NULL, *precision_name = NULL,
                    *options = NULL;
    gboolean embedding = FALSE, cache = FALSE;
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &name, "The checkpoint, a file or a name",
         "MODEL"},
        {"input", 'i', 0, G_OPTION_ARG_FILENAME, &input,
         "float32, N x channels x height x width, normalised", "X.npy"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "float32, N x classes: the logits",
         "Y.npy"},
        EFFNET_COMMAND_MODEL_OPTIONS(options),
        EFFNET_COMMAND_PRECISION(precision_name, "fp32"),
        {"cache", 'c', 0, G_OPTION_ARG_NONE, &cache,
         "Keep the packed weights in the user's cache folder, to start faster the next time", NULL},
        {"embedding", 'e', 0, G_OPTION_ARG_NONE, &embedding,
         "Write the pooled features instead of the logits", NULL},
        {NULL},
    };
    EffNetPrecision precision = EFFNET_PRECISION_FP32;
    g_autoptr(EffNetModel) model = NULL;

    if (!effnet_command_parse(command, entries, &argc, &argv, 0, 0, error) ||
        (precision_name && !effnet_precision_parse(precision_name, &precision, error)))
        return FALSE;
    if (name == NULL || input == NULL || output == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s must be given",
                    name == NULL    ? "--model"
                    : input == NULL ? "--input"
                                    : "--output");
        return FALSE;
    }
    model = effnet_command_open_model(name, options, precision, cache, error);
    return model != NULL && run_file(model, input, output, embedding, error);
}
