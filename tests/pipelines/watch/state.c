/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"

#include "fake.h"

#include <string.h>

static void
test_format(void)
{
    g_autoptr(GPtrArray) statuses =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free);
    g_autoptr(GstBuffer) buffer = effnet_test_fake_frame(0, "</script>\"", 7, 0.5f, 0, 0);
    g_autofree char *first = NULL, *later = NULL;
    GstEfficientNetResult result;

    g_ptr_array_add(statuses, effnet_watch_status_new("a\"b"));
    g_ptr_array_add(statuses, effnet_watch_status_new("c"));
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    effnet_watch_status_add_frame(statuses->pdata[0], 0);
    effnet_watch_status_set_size(statuses->pdata[0], 64, 48);
    effnet_watch_status_set_result(statuses->pdata[0], &result);
    effnet_watch_status_set_phase(statuses->pdata[1], EFFNET_WATCH_FAILED, "no \\ such");
    first = effnet_watch_state_format(statuses, 0);
    g_assert_true(g_str_has_prefix(first, "{\"time\":"));
    g_assert_nonnull(strstr(first, ",\"streams\":[{\"name\":\"a\\\"b\",\"phase\":\"playing\","
                                   "\"note\":\"\",\"fps\":0,\"frames\":1,\"width\":64,"
                                   "\"height\":48,\"latency\":0,\"progress\":null,\"classes\":["
                                   "{\"index\":7,\"label\":\"</script>\\\"\",\"score\":0.5},"
                                   "{\"index\":99,\"label\":\"other\",\"score\":0.01}],\"labels\":{"
                                   "\"7\":\"</script>\\\"\",\"99\":\"other\"},\"samples\":[["));
    g_assert_nonnull(strstr(first, ",7,0.5,99,0.01]]},{\"name\":\"c\",\"phase\":\"failed\","
                                   "\"note\":\"no \\\\ such\","));
    g_assert_true(g_str_has_suffix(first, "\"labels\":{},\"samples\":[]}]}\n"));

    /* What was returned is not returned again. */
    later = effnet_watch_state_format(statuses,
                                      g_ascii_strtoll(first + strlen("{\"time\":"), NULL, 10));
    g_assert_null(strstr(later, "\"7\":"));
}

static void
test_text(void)
{
    g_autoptr(GString) json = g_string_new("{\"a\":1");

    effnet_watch_state_append_text(json, "b", "\"");
    effnet_watch_state_append_text(json, "c", NULL);
    g_assert_cmpstr(json->str, ==, "{\"a\":1,\"b\":\"\\\"\",\"c\":null");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/state/format", test_format);
    g_test_add_func("/state/text", test_text);
    return g_test_run();
}
