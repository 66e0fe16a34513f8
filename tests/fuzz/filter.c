/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfilter.h"
#include "structure.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GstStructure) structure = structure_from_input(data, size);
    g_autoptr(GstEfficientNetPublishFilter) filter = NULL;
    g_autoptr(GError) error = NULL;
    GValue results = G_VALUE_INIT, kept = G_VALUE_INIT;

    filter = gst_efficientnet_publish_filter_new(structure, &error);
    if ((filter == NULL) != (error != NULL))
        g_error("neither a filter nor an error, or both");
    if (error && !g_utf8_validate(error->message, -1, NULL))
        g_error("an error that is not UTF-8");
    if (!filter)
        return 0;
    g_value_init(&results, GST_TYPE_LIST);
    g_value_init(&kept, GST_TYPE_LIST);
    gst_efficientnet_publish_filter_apply(filter, &results, 0, TRUE, &kept);
    if (gst_value_list_get_size(&kept) != 0)
        g_error("more is kept than there was");
    g_value_unset(&results);
    g_value_unset(&kept);
    return 0;
}
