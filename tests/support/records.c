/* SPDX-License-Identifier: BSD-2-Clause */
#include "records.h"

#include "checkpoint.h"
#include "publishfile.h"

char *
effnet_test_write_records(GstEfficientNetFormat *format, const GstEfficientNetRecord *records,
                          gsize n)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    GstEfficientNetWriter *writer =
        g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, "location", path, NULL);
    GError *error = NULL;
    char *text = NULL;

    g_assert_null(gst_efficientnet_format_find_missing(format, writer));
    g_assert_true(gst_efficientnet_format_open(format, writer, records->stream, NULL, &error));
    g_assert_no_error(error);
    for (gsize i = 0; i < n; i++)
        g_assert_true(gst_efficientnet_format_write(format, writer, &records[i], &error));
    gst_efficientnet_writer_close(writer);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_object_unref(format);
    g_object_unref(writer);
    effnet_test_remove_folder(folder);
    return text;
}
