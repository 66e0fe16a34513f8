/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/checkpoint.h"
#include "model/recognise.h"

#define MAX_ELEMENTS (1u << 20) /* of a tensor that is read: no network's is asked for here */

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
    close(fd);
    return 0;
}
