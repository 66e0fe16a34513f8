/* SPDX-License-Identifier: BSD-2-Clause */
#include "overlaypainter.h"

#include <math.h>

#include "results.h"

static const GstEfficientNetOverlayStyle style = {"DejaVu Sans", 0xff4fa3ff, TRUE};

/* Paints RESULT for a frame of 640 x 480. */
static GstVideoOverlayComposition *
paint(GstEfficientNetOverlayPainter *painter, const EffNetTestResult *result,
      const GstEfficientNetOverlayStyle *with)
{
    GstVideoRectangle visible = {0, 0, 640, 480};
    g_auto(GstEfficientNetOverlayLayout) layout = {0};
    GstVideoOverlayComposition *composition;
    GValue results;

    effnet_test_init_results(&results, result, 1);
    gst_efficientnet_overlay_layout_init(&layout, &results, &visible,
                                         GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5, -G_MAXDOUBLE, 24);
    composition = gst_efficientnet_overlay_painter_paint(painter, &layout, with);
    g_value_unset(&results);
    return composition;
}

static GstBuffer *
pixels(GstVideoOverlayComposition *composition, guint i)
{
    return gst_video_overlay_rectangle_get_pixels_unscaled_raw(
        gst_video_overlay_composition_get_rectangle(composition, i),
        GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
}

/* A checksum of the pixels of LABEL's first panel. */
static char *
look(const char *label, float score, const GstEfficientNetOverlayStyle *with)
{
    GstEfficientNetOverlayPainter *painter = gst_efficientnet_overlay_painter_new();
    EffNetTestResult result = {
        .width = 640, .height = 480, .roi_id = -1, .labels = {label}, .scores = {score}};
    GstVideoOverlayComposition *composition = paint(painter, &result, with);
    GstMapInfo map;
    char *sum;

    g_assert_nonnull(composition);
    g_assert_cmpuint(gst_video_overlay_composition_n_rectangles(composition), ==, 1);
    g_assert_true(gst_buffer_map(pixels(composition, 0), &map, GST_MAP_READ));
    sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, map.data, map.size);
    gst_buffer_unmap(pixels(composition, 0), &map);
    gst_video_overlay_composition_unref(composition);
    gst_efficientnet_overlay_painter_free(painter);
    return sum;
}

static void
assert_same(gboolean same, const char *a, const char *b)
{
    g_autofree char *sum_a = look(a, 0.5f, &style), *sum_b = look(b, 0.5f, &style);
    g_autofree char *text_a = g_strescape(a, NULL), *text_b = g_strescape(b, NULL);

    g_test_message("%.40s | %.40s", text_a, text_b);
    g_assert_true(same == (strcmp(sum_a, sum_b) == 0));
}

/* Labels are text: not markup, and any bytes that a file had. */
static void
test_text(void)
{
    g_autofree char *endless = g_strnfill(3 * 1024 * 1024, 'x');
    g_autofree char *long_one = g_strnfill(1000, 'x');

    assert_same(FALSE, "cat", "dog");
    assert_same(FALSE, "<b>cat</b>", "cat");
    assert_same(FALSE, "cat &amp; dog", "cat & dog");
    assert_same(TRUE, "caf\xe9", "caf\xef\xbf\xbd");
    assert_same(FALSE, "cat\ndog", "cat");
    assert_same(TRUE, endless, long_one);
    assert_same(FALSE, "", "x");
}

static void
test_style(void)
{
    GstEfficientNetOverlayStyle red = style, silent = style, bold = style;
    g_autofree char *plain = look("cat", 0.5f, &style);
    g_autofree char *more = look("cat", 0.6f, &style);
    g_autofree char *in_red = NULL, *without = NULL, *in_bold = NULL;

    red.color = 0xffff0000;
    silent.show_score = FALSE;
    bold.font = "DejaVu Sans Bold";
    in_red = look("cat", 0.5f, &red);
    without = look("cat", 0.5f, &silent);
    in_bold = look("cat", 0.5f, &bold);
    g_assert_cmpstr(plain, !=, more);
    g_assert_cmpstr(plain, !=, in_red);
    g_assert_cmpstr(plain, !=, without);
    g_assert_cmpstr(plain, !=, in_bold);
}

/* Any scores, as with activation=none, have a bar within its track. */
static void
test_scores(void)
{
    static const float scores[] = {-3.0f, 0.0f, 1.0f, 40.0f, 3.4e38f, INFINITY, NAN};

    for (gsize i = 0; i < G_N_ELEMENTS(scores); i++)
        g_free(look("cat", scores[i], &style));
}

/* What was painted for the previous frame is not painted again. */
static void
test_kept(void)
{
    static const EffNetTestResult first = {
        .width = 640, .height = 480, .roi_id = -1, .labels = {"cat"}, .scores = {0.5f}};
    static const EffNetTestResult second = {
        .width = 640, .height = 480, .roi_id = -1, .labels = {"dog"}, .scores = {0.5f}};
    GstEfficientNetOverlayPainter *painter = gst_efficientnet_overlay_painter_new();
    GstVideoOverlayComposition *a = paint(painter, &first, &style);
    GstVideoOverlayComposition *b = paint(painter, &first, &style);
    GstVideoOverlayComposition *c = paint(painter, &second, &style);

    g_assert_true(pixels(a, 0) == pixels(b, 0));
    g_assert_true(pixels(b, 0) != pixels(c, 0));
    gst_video_overlay_composition_unref(a);
    gst_video_overlay_composition_unref(b);
    gst_video_overlay_composition_unref(c);
    gst_efficientnet_overlay_painter_free(painter);
}

static void
test_outline(void)
{
    static const EffNetTestResult regions[] = {
        {.x = 100, .y = 100, .w = 50, .h = 50, .width = 640, .height = 480, .roi_id = 1},
        {.x = 100, .y = 100, .w = 1, .h = 1, .width = 640, .height = 480, .roi_id = 1},
    };
    static const guint strips[] = {4, 2};
    GstEfficientNetOverlayPainter *painter = gst_efficientnet_overlay_painter_new();

    for (gsize i = 0; i < G_N_ELEMENTS(regions); i++) {
        GstVideoOverlayComposition *composition = paint(painter, &regions[i], &style);

        g_assert_nonnull(composition);
        g_assert_cmpuint(gst_video_overlay_composition_n_rectangles(composition), ==, strips[i]);
        gst_video_overlay_composition_unref(composition);
    }
    gst_efficientnet_overlay_painter_free(painter);
}

static void
test_nothing(void)
{
    static const EffNetTestResult empty = {.width = 640, .height = 480, .roi_id = -1};
    GstEfficientNetOverlayPainter *painter = gst_efficientnet_overlay_painter_new();

    g_assert_null(paint(painter, &empty, &style));
    gst_efficientnet_overlay_painter_free(painter);
}

static void
test_font_size(void)
{
    g_assert_cmpfloat(gst_efficientnet_overlay_font_size("Sans Bold 30"), ==, 30);
    g_assert_cmpfloat(gst_efficientnet_overlay_font_size("Sans"), ==, 24);
    g_assert_cmpfloat(gst_efficientnet_overlay_font_size(NULL), ==, 24);
    g_assert_cmpfloat(gst_efficientnet_overlay_font_size("no such font, 8"), ==, 8);
}

/* A heatmap is drawn under the labels, within the frame: red grows with what speaks for the class.
 */
static void
test_heat(void)
{
    static const float map[4] = {0, 2, -5, 1};
    GstEfficientNetOverlayPainter *painter = gst_efficientnet_overlay_painter_new();
    EffNetTestResult one = {
        .width = 640, .height = 480, .roi_id = -1, .labels = {"cat"}, .scores = {0.5f}};
    GstVideoRectangle visible = {0, 0, 640, 480};
    g_auto(GstEfficientNetOverlayLayout) layout = {0};
    g_autoptr(GBytes) bytes = g_bytes_new_static(map, sizeof map);
    GstVideoOverlayComposition *composition;
    GstVideoOverlayRectangle *rectangle;
    GstStructure *result;
    GValue results;
    GstMapInfo info;
    GstBuffer *picture;
    gint x, y;
    guint w, h, side;

    effnet_test_init_results(&results, &one, 1);
    result = (GstStructure *)gst_value_get_structure(gst_value_list_get_value(&results, 0));
    /* The map is as wide as the frame, and half as high again. */
    gst_structure_set(result, "heatmap", G_TYPE_BYTES, bytes, "heatmap_size", G_TYPE_UINT, 2,
                      "heatmap_index", G_TYPE_INT, 0, "heatmap_x", G_TYPE_FLOAT, 0.0f, "heatmap_y",
                      G_TYPE_FLOAT, -0.25f, "heatmap_w", G_TYPE_FLOAT, 1.0f, "heatmap_h",
                      G_TYPE_FLOAT, 1.5f, NULL);
    gst_efficientnet_overlay_layout_init(&layout, &results, &visible,
                                         GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5, -G_MAXDOUBLE, 24);
    gst_efficientnet_overlay_layout_add_heats(&layout, &results, &visible);
    composition = gst_efficientnet_overlay_painter_paint(painter, &layout, &style);
    g_assert_cmpuint(gst_video_overlay_composition_n_rectangles(composition), ==, 2);
    rectangle = gst_video_overlay_composition_get_rectangle(composition, 0);
    g_assert_true(gst_video_overlay_rectangle_get_render_rectangle(rectangle, &x, &y, &w, &h));
    g_assert_true(x == 0 && y == 0 && w == 640 && h == 480);
    picture = gst_video_overlay_rectangle_get_pixels_unscaled_raw(
        rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
    side = gst_buffer_get_video_meta(picture)->width;
    g_assert_true(gst_buffer_map(picture, &info, GST_MAP_READ));
    {
        const guint32 *at = (const guint32 *)(gpointer)info.data, last = side - 1;
        guint32 left = at[0], right = at[last], below = at[last * side + last];

        g_assert_cmpuint(left >> 24, ==, 0);
        g_assert_cmpuint(at[last * side] >> 24, ==, 0); /* what speaks against it */
        g_assert_cmpuint(right >> 24, >, 150);
        g_assert_cmpuint(right >> 8 & 255, >, 200); /* yellow */
        g_assert_cmpuint(below >> 24, >, 60);
        g_assert_cmpuint(below >> 24, <, right >> 24);
        g_assert_cmpuint(below >> 16 & 255, ==, 255);
        g_assert_cmpuint(below & 255, ==, 0);
    }
    gst_buffer_unmap(picture, &info);
    gst_video_overlay_composition_unref(composition);
    gst_efficientnet_overlay_painter_free(painter);
    g_value_unset(&results);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/overlaypainter/text", test_text);
    g_test_add_func("/overlaypainter/style", test_style);
    g_test_add_func("/overlaypainter/scores", test_scores);
    g_test_add_func("/overlaypainter/kept", test_kept);
    g_test_add_func("/overlaypainter/outline", test_outline);
    g_test_add_func("/overlaypainter/nothing", test_nothing);
    g_test_add_func("/overlaypainter/font-size", test_font_size);
    g_test_add_func("/overlaypainter/heat", test_heat);
    return g_test_run();
}
