/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of effnet watch --config, and what its values mean. */
#include <gst/gst.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "gstefficientnet.h"
#include "watch/config.h"
#include "watch/settings.h"

static void
set_up(void)
{
    static gboolean done;

    if (done)
        return;
    gst_init(NULL, NULL);
    GST_ELEMENT_REGISTER(efficientnet, NULL); /* some values are properties of this element */
    done = TRUE;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(EffNetWatchConfig) config = NULL;
    g_autoptr(EffNetWatchProgram) program = NULL;
    g_autoptr(GError) error = NULL;
    int fd = memfd_create("fleet", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    gboolean ok;

    set_up();
    if (fd < 0 || write(fd, data, size) != (gssize)size)
        g_error("no memory file");
    config = effnet_watch_config_new();
    ok = effnet_watch_config_load(config, path, &error);
    close(fd);
    if (ok == (error != NULL))
        g_error("neither a configuration nor an error, or both");
    if (!ok)
        return 0;
    program = effnet_watch_program_new(config, &error);
    if ((program == NULL) != (error != NULL))
        g_error("neither a program nor an error, or both");
    return 0;
}
