/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <sys/mman.h>

#include <effnet/error.h>

#include "memory.h"

#define HUGE_PAGE (2 * 1024 * 1024)

/* Asks for huge pages only as far as BYTES fill them, so that none is mostly empty. */
static gpointer
allocate(gsize bytes)
{
    gsize alignment = bytes < HUGE_PAGE ? EFFNET_ALIGNMENT : HUGE_PAGE;
    gpointer memory;

    /* aligned_alloc() needs sizes that are multiples of the alignment. */
    if (posix_memalign(&memory, alignment, bytes) != 0)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (bytes >= HUGE_PAGE)
        madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* may fail */
#endif
    return memory;
}

gpointer
effnet_memory_new(gsize n, gsize size, GError **error)
{
    const gsize line = EFFNET_ALIGNMENT;
    gsize bytes;
    gpointer memory = NULL;

    if (g_size_checked_mul(&bytes, n, size) && bytes <= G_MAXSSIZE - line)
        memory = allocate((bytes + line) / line * line);
    if (!memory)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY,
                    "no memory for %" G_GSIZE_FORMAT " times %" G_GSIZE_FORMAT " bytes", n, size);
    return memory;
}
