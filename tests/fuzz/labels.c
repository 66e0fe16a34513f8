/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/mman.h>
#include <unistd.h>

#include <effnet/model.h>

#include "fuzz.h"

/* The first byte is the number of classes. */
int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) labels = NULL;
    int fd = memfd_create("labels", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    guint n_classes = size ? data[0] : 0;

    if (fd < 0 || (size > 1 && write(fd, data + 1, size - 1) != (gssize)size - 1))
        g_error("no memory file");
    labels = effnet_labels_load(path, n_classes, &error);
    close(fd);
    if ((labels == NULL) != (error != NULL))
        g_error("neither labels nor an error, or both");
    if (labels && g_strv_length(labels) != n_classes)
        g_error("another number of labels than of classes");
    return 0;
}
