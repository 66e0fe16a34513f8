/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "options.h"
#include "structure.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GstStructure) structure = structure_from_input(data, size);
    g_autoptr(GError) error = NULL;
    EffNetModelOptions options;

    if (gst_efficientnet_options_parse(structure, &options, &error) == (error != NULL))
        g_error("neither options nor an error, or both");
    if (error && !g_utf8_validate(error->message, -1, NULL))
        g_error("an error that is not UTF-8");
    for (int i = 0; !error && i < 3; i++)
        if ((options.set_mean && !isfinite(options.mean[i])) ||
            (options.set_std && !(options.std[i] > 0 && isfinite(options.std[i]))))
            g_error("a mean or a std that is none");
    return 0;
}
