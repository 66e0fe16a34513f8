/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "npy.h"

#define MAX_ELEMENTS (1u << 16)

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetNpy) npy = NULL;
    int fd = memfd_create("npy", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd), *shape = NULL;
    g_autofree float *values = g_new(float, MAX_ELEMENTS);
    guint64 n = 1;

    if (fd < 0 || write(fd, data, size) != (gssize)size)
        g_error("no memory file");
    npy = effnet_npy_open(path, &error);
    close(fd);
    if ((npy == NULL) != (error != NULL))
        g_error("neither a tensor nor an error, or both");
    if (!npy)
        return 0;
    for (guint i = 0; i < effnet_npy_get_n_dims(npy); i++)
        n *= effnet_npy_get_dims(npy)[i]; /* fits, or it would not have been opened */
    if (n * sizeof(float) > size)
        g_error("more elements than the file has");
    shape = effnet_npy_get_shape(npy);
    if (n <= MAX_ELEMENTS && !effnet_npy_read(npy, values, n, &error))
        g_error("%s: %s", shape, error->message);
    return 0;
}
