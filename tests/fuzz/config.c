/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/arch.h>

#include "fuzz.h"
#include "recognise/config.h"
#include "checkpoint/formats.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    EffNetFile file = {.path = "file"};
    EffNetCheckpoint checkpoint = {
        .file = &file, .metadata = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free)};
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetConfig) config = NULL;

    g_hash_table_insert(checkpoint.metadata, "config", g_strndup((const char *)data, size));
    config = effnet_config_new(&checkpoint, &error);
    g_hash_table_unref(checkpoint.metadata);
    if ((config == NULL) != (error != NULL))
        g_error("neither a config nor an error, or both");
    if (config && config->architecture) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(config->architecture, NULL);

        if (arch && effnet_arch_get_resolution(arch) == 0)
            g_error("a network without a resolution");
    }
    for (guint n_classes = 0; config && n_classes < 4; n_classes++) {
        g_autofree char *problem = NULL;
        g_auto(GStrv) labels = effnet_config_get_labels(config, n_classes, &problem);

        if (labels && g_strv_length(labels) != n_classes)
            g_error("another number of labels than of classes");
        if (labels && problem)
            g_error("labels, and what is wrong with them");
    }
    return 0;
}
