/* SPDX-License-Identifier: BSD-2-Clause */
#include "formatjson.h"

#include "checkpoint.h"
#include "meta.h"
#include "publishfile.h"

/* What a file contains after two records. */
static void
test_records(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *text = NULL;
    GstEfficientNetWriter *writer =
        g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, "location", path, NULL);
    GstEfficientNetFormat *format = g_object_new(GST_TYPE_EFFICIENTNET_FORMAT_JSON, NULL);
    GstBuffer *buffer = gst_buffer_new();
    GstEfficientNetRecord record = {
        .stream = "cam\n0", .frame = 7, .time = 0, .width = 4, .height = 3, .buffer = buffer};
    GError *error = NULL;

    g_assert_null(gst_efficientnet_format_find_missing(format, writer));
    g_assert_true(gst_efficientnet_format_open(format, writer, "cam0", NULL, &error));
    g_assert_no_error(error);
    g_assert_true(gst_efficientnet_format_write(format, writer, &record, &error));
    record.frame++;
    GST_BUFFER_PTS(buffer) = 5;
    g_assert_true(gst_efficientnet_format_write(format, writer, &record, &error));
    gst_efficientnet_writer_close(writer);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==,
                    "{\"stream\":\"cam\\u000a0\",\"frame\":7,\"pts\":null,"
                    "\"time\":\"1970-01-01T00:00:00.000Z\","
                    "\"resolution\":{\"width\":4,\"height\":3},\"results\":[]}\n"
                    "{\"stream\":\"cam\\u000a0\",\"frame\":8,\"pts\":5,"
                    "\"time\":\"1970-01-01T00:00:00.000Z\","
                    "\"resolution\":{\"width\":4,\"height\":3},\"results\":[]}\n");
    gst_buffer_unref(buffer);
    g_object_unref(format);
    g_object_unref(writer);
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/formatjson/records", test_records);
    return g_test_run();
}
