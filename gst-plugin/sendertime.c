/* SPDX-License-Identifier: BSD-2-Clause */
#include "sendertime.h"

/* Seconds from 1900, when NTP begins, to 1970. */
#define NTP_TO_UNIX G_GUINT64_CONSTANT(2208988800)

gint64
gst_efficientnet_sender_time_get(GstBuffer *buffer)
{
    static const struct {
        const char *clock;
        GstClockTime epoch; /* before 1970 */
    } rows[] = {{"timestamp/x-ntp", NTP_TO_UNIX * GST_SECOND}, {"timestamp/x-unix", 0}};
    GstMeta *found;
    gpointer state = NULL;

    while ((found = gst_buffer_iterate_meta_filtered(buffer, &state,
                                                     GST_REFERENCE_TIMESTAMP_META_API_TYPE))) {
        const GstReferenceTimestampMeta *meta = (const GstReferenceTimestampMeta *)found;
        const GstStructure *clock = gst_caps_get_structure(meta->reference, 0);

        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
            if (gst_structure_has_name(clock, rows[i].clock) && meta->timestamp > rows[i].epoch)
                return (gint64)((meta->timestamp - rows[i].epoch) / GST_USECOND);
    }
    return 0;
}
