/* SPDX-License-Identifier: BSD-2-Clause */
#include "formatjson.h"

#include "records.h"

static void
test_records(void)
{
    GstBuffer *buffer = gst_buffer_new(), *timed = gst_buffer_new();
    const GstEfficientNetRecord records[] = {
        {.stream = "cam\n0", .frame = 7, .time = 0, .width = 4, .height = 3, .buffer = buffer},
        {.stream = "cam\n0", .frame = 8, .time = 0, .width = 4, .height = 3, .buffer = timed}};
    g_autofree char *text = NULL;

    GST_BUFFER_PTS(timed) = 5;
    text = effnet_test_write_records(g_object_new(GST_TYPE_EFFICIENTNET_FORMAT_JSON, NULL), records,
                                     G_N_ELEMENTS(records));
    g_assert_cmpstr(text, ==,
                    "{\"stream\":\"cam\\u000a0\",\"frame\":7,\"pts\":null,"
                    "\"time\":\"1970-01-01T00:00:00.000Z\","
                    "\"resolution\":{\"width\":4,\"height\":3},\"results\":[]}\n"
                    "{\"stream\":\"cam\\u000a0\",\"frame\":8,\"pts\":5,"
                    "\"time\":\"1970-01-01T00:00:00.000Z\","
                    "\"resolution\":{\"width\":4,\"height\":3},\"results\":[]}\n");
    gst_buffer_unref(buffer);
    gst_buffer_unref(timed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/formatjson/records", test_records);
    return g_test_run();
}
