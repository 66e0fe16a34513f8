/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "checkpoint/checkpoint.h"
#include "recognise/quantised.h"
#include "recognise/recognise.h"

#define MAX_ELEMENTS (1u << 20) /* larger tensors are not read: no network's are asked for here */

static void
read_tensors(EffNetCheckpoint *checkpoint)
{
    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(checkpoint); i++) {
        const EffNetTensor *tensor = effnet_checkpoint_get_tensor(checkpoint, i);
        g_autofree float *values = NULL;
        guint64 n = 1;

        for (guint d = 0; d < tensor->n_dims; d++)
            n = MIN(n, MAX_ELEMENTS) * MIN(tensor->dims[d], MAX_ELEMENTS);
        if (n > MAX_ELEMENTS)
            continue;
        values = g_new(float, n);
        effnet_checkpoint_read(checkpoint, tensor, values, NULL);
    }
}

/* Reads the numbers of a quantised network, which are checked against bounds. */
static void
read_quantised(const EffNetRecognition *recognition)
{
    const EffNetModelInfo *info = &recognition->info;
    g_autoptr(EffNetNetwork) network = effnet_network_new(
        recognition->arch, info->resolution, info->in_channels, info->n_classes, info->padding);

    for (guint i = 0; i < network->n_layers; i++)
        for (EffNetPart part = EFFNET_PART_WEIGHT; part <= EFFNET_PART_RANGE; part++) {
            const EffNetLayer *layer = &network->layers[i];
            g_autofree float *values = NULL;

            if (!effnet_quantised_has(layer, part) || effnet_part_size(layer, part) > MAX_ELEMENTS)
                continue;
            values = g_new(float, effnet_part_size(layer, part));
            recognition->weights->read(recognition->weights, layer, part, values, NULL);
        }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const EffNetModelOptions options;
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    g_autoptr(EffNetRecognition) recognition = NULL;
    int fd = memfd_create("checkpoint", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

    if (fd < 0 || write(fd, data, size) != (gssize)size)
        g_error("no memory file");
    checkpoint = effnet_checkpoint_open(path, &error);
    if ((checkpoint == NULL) != (error != NULL))
        g_error("neither a checkpoint nor an error, or both");
    if (checkpoint)
        read_tensors(checkpoint);
    recognition = effnet_recognise(path, &options, NULL);
    if (recognition && effnet_quantised_is(checkpoint))
        read_quantised(recognition);
    close(fd);
    return 0;
}
