/* SPDX-License-Identifier: BSD-2-Clause */
#include "overlaylayout.h"

#include <math.h>

#include "results.h"

#define FIVE .labels = {"a", "b", "c", "d", "e"}, .scores = {0.5f, 0.2f, 0.1f, 0.1f, 0.1f}

typedef struct {
    GValue results;
    GstEfficientNetOverlayLayout layout;
} Fixture;

static void
lay_out(Fixture *f, const EffNetTestResult *results, gsize n, gint width, gint height,
        GstEfficientNetOverlayPosition position, guint max_labels)
{
    GstVideoRectangle visible = {0, 0, width, height};

    effnet_test_init_results(&f->results, results, n);
    gst_efficientnet_overlay_layout_init(&f->layout, &f->results, &visible, position, max_labels,
                                         0.01, 24);
}

static void
clear(Fixture *f)
{
    gst_efficientnet_overlay_layout_clear(&f->layout);
    g_value_unset(&f->results);
}

static const GstEfficientNetOverlayPanel *
panel(const Fixture *f, guint i)
{
    g_assert_cmpuint(i, <, f->layout.panels->len);
    return &g_array_index(f->layout.panels, GstEfficientNetOverlayPanel, i);
}

static const GstVideoRectangle *
outline(const Fixture *f, guint i)
{
    g_assert_cmpuint(i, <, f->layout.outlines->len);
    return &g_array_index(f->layout.outlines, GstVideoRectangle, i);
}

static void
assert_inside(const GstVideoRectangle *rect, gint width, gint height)
{
    g_assert_cmpint(rect->x, >=, 0);
    g_assert_cmpint(rect->y, >=, 0);
    g_assert_cmpint(rect->w, >, 0);
    g_assert_cmpint(rect->h, >, 0);
    g_assert_cmpint(rect->x + rect->w, <=, width);
    g_assert_cmpint(rect->y + rect->h, <=, height);
}

static void
test_frame(void)
{
    static const EffNetTestResult result = {.width = 1280, .height = 720, .roi_id = -1, FIVE};
    Fixture f;

    lay_out(&f, &result, 1, 1280, 720, GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5);
    g_assert_cmpuint(f.layout.metrics.font, ==, 24);
    g_assert_cmpuint(f.layout.panels->len, ==, 1);
    g_assert_cmpuint(f.layout.outlines->len, ==, 0);
    g_assert_cmpuint(panel(&f, 0)->n_labels, ==, 5);
    g_assert_false(panel(&f, 0)->title);
    assert_inside(&panel(&f, 0)->rect, 1280, 720);
    clear(&f);
    lay_out(&f, &result, 1, 1280, 720, GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 2);
    g_assert_cmpuint(panel(&f, 0)->n_labels, ==, 2);
    clear(&f);
}

/* The size of the text depends on the frame's, and is never too small to be read. */
static void
test_sizes(void)
{
    static const struct {
        gint width, height;
        guint font, labels;
    } sizes[] = {
        {160, 120, 11, 2},  {640, 480, 16, 5},   {1280, 720, 24, 5},
        {720, 1280, 24, 5}, {3840, 2160, 72, 5}, {8192, 8192, 273, 5},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        EffNetTestResult result = {.width = 640, .height = 480, .roi_id = -1, FIVE};
        Fixture f;

        lay_out(&f, &result, 1, sizes[i].width, sizes[i].height, GST_EFFICIENTNET_OVERLAY_TOP_LEFT,
                5);
        g_assert_cmpuint(f.layout.metrics.font, ==, sizes[i].font);
        g_assert_cmpuint(panel(&f, 0)->n_labels, ==, sizes[i].labels);
        assert_inside(&panel(&f, 0)->rect, sizes[i].width, sizes[i].height);
        clear(&f);
    }
}

/* If nothing would be legible, nothing is written; nothing ever leaves the frame. */
static void
test_all_small_sizes(void)
{
    EffNetTestResult results[] = {
        {.width = 64, .height = 64, .roi_id = -1, FIVE},
        {.x = 60, .y = 50, .w = 30, .h = 40, .width = 64, .height = 64, .roi_id = 4, FIVE},
        {.x = 0, .y = 0, .w = 10, .h = 10, .width = 64, .height = 64, .roi_id = 5, FIVE},
    };

    for (gint height = 1; height < 130; height += 3) {
        for (gint width = 1; width < 130; width += 3) {
            Fixture f;

            lay_out(&f, results, G_N_ELEMENTS(results), width, height,
                    (GstEfficientNetOverlayPosition)(width % 4), 5);
            for (guint i = 0; i < f.layout.panels->len; i++)
                assert_inside(&panel(&f, i)->rect, width, height);
            for (guint i = 0; i < f.layout.outlines->len; i++)
                assert_inside(outline(&f, i), width, height);
            if (width < 30 || height < 20)
                g_assert_cmpuint(f.layout.panels->len, ==, 0);
            clear(&f);
        }
    }
}

static void
test_positions(void)
{
    static const EffNetTestResult result = {.width = 1280, .height = 720, .roi_id = -1, FIVE};
    GstVideoRectangle rects[4];

    for (gint position = 0; position < 4; position++) {
        Fixture f;

        lay_out(&f, &result, 1, 1280, 720, (GstEfficientNetOverlayPosition)position, 5);
        rects[position] = panel(&f, 0)->rect;
        assert_inside(&rects[position], 1280, 720);
        clear(&f);
    }
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_TOP_LEFT].x, <, 100);
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_TOP_LEFT].y, <, 100);
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_TOP_RIGHT].x, >, 640);
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_TOP_RIGHT].y, <, 100);
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_BOTTOM_LEFT].x, <, 100);
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_BOTTOM_LEFT].y, >, 360);
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_BOTTOM_RIGHT].x, >, 640);
    g_assert_cmpint(rects[GST_EFFICIENTNET_OVERLAY_BOTTOM_RIGHT].y, >, 360);
}

/* Two elements have results for the frame: each panel tells whose it is. */
static void
test_two_elements(void)
{
    static const EffNetTestResult results[] = {
        {.element = "a",
         .width = 1280,
         .height = 720,
         .roi_id = -1,
         .labels = {"x"},
         .scores = {1.0f}},
        {.element = "b",
         .width = 1280,
         .height = 720,
         .roi_id = -1,
         .labels = {"y", "z"},
         .scores = {0.5f, 0.5f}},
    };
    Fixture f;

    for (gint bottom = 0; bottom < 2; bottom++) {
        lay_out(&f, results, 2, 1280, 720,
                bottom ? GST_EFFICIENTNET_OVERLAY_BOTTOM_LEFT : GST_EFFICIENTNET_OVERLAY_TOP_LEFT,
                5);
        g_assert_cmpuint(f.layout.panels->len, ==, 2);
        g_assert_true(panel(&f, 0)->title && panel(&f, 1)->title);
        g_assert_cmpstr(panel(&f, 1)->result.element, ==, "b");
        if (bottom)
            g_assert_cmpint(panel(&f, 1)->rect.y + panel(&f, 1)->rect.h, <=, panel(&f, 0)->rect.y);
        else
            g_assert_cmpint(panel(&f, 0)->rect.y + panel(&f, 0)->rect.h, <=, panel(&f, 1)->rect.y);
        clear(&f);
    }
}

/* A region from a frame of another size is scaled to this one. */
static void
test_regions(void)
{
    static const EffNetTestResult results[] = {
        {.x = 320, .y = 240, .w = 160, .h = 120, .width = 640, .height = 480, .roi_id = 7, FIVE},
        {.x = 0, .y = 0, .w = 64, .h = 48, .width = 640, .height = 480, .roi_id = 8, FIVE},
        {.x = 10, .y = 400, .w = 30, .h = 40, .width = 640, .height = 480, .roi_id = -1, FIVE},
    };
    Fixture f;

    lay_out(&f, results, 3, 1280, 720, GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5);
    g_assert_cmpuint(f.layout.panels->len, ==, 3);
    g_assert_cmpuint(f.layout.outlines->len, ==, 3);
    g_assert_cmpint(outline(&f, 0)->x, ==, 640);
    g_assert_cmpint(outline(&f, 0)->y, ==, 360);
    g_assert_cmpint(outline(&f, 0)->w, ==, 320);
    g_assert_cmpint(outline(&f, 0)->h, ==, 180);
    /* Above the region, and no higher than it. */
    g_assert_cmpint(panel(&f, 0)->rect.x, ==, 640);
    g_assert_cmpint(panel(&f, 0)->rect.y + panel(&f, 0)->rect.h, <=, 361);
    g_assert_cmpint(panel(&f, 0)->rect.h, <=, 180);
    g_assert_cmpuint(panel(&f, 0)->n_labels, >, 1);
    /* There is no room above. */
    g_assert_cmpint(panel(&f, 1)->rect.y, ==, 72);
    g_assert_cmpuint(panel(&f, 1)->n_labels, ==, 1);
    clear(&f);
}

static gboolean
overlap(const GstVideoRectangle *a, const GstVideoRectangle *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* However many regions there are, what is written is legible. */
static void
test_crowd(void)
{
    EffNetTestResult results[60];
    Fixture f;

    for (gsize i = 0; i < G_N_ELEMENTS(results); i++)
        results[i] = (EffNetTestResult){.x = (gint)(i * 37 % 500),
                                        .y = (gint)(i * 61 % 400),
                                        .w = 40 + (gint)i,
                                        .h = 60 + (gint)i,
                                        .width = 640,
                                        .height = 480,
                                        .roi_id = i == 7 ? -1 : (gint)i,
                                        FIVE};
    lay_out(&f, results, G_N_ELEMENTS(results), 1280, 720, GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5);
    g_assert_cmpuint(f.layout.outlines->len, ==, G_N_ELEMENTS(results));
    g_assert_cmpuint(f.layout.panels->len, >, 5);
    for (guint i = 0; i < f.layout.panels->len; i++)
        for (guint k = 0; k < i; k++)
            g_assert_false(overlap(&panel(&f, i)->rect, &panel(&f, k)->rect));
    clear(&f);
}

static void
test_visible(void)
{
    static const EffNetTestResult result = {
        .x = 50, .y = 50, .w = 50, .h = 50, .width = 100, .height = 100, .roi_id = 1, FIVE};
    GstVideoRectangle visible = {100, 200, 400, 400};
    Fixture f;

    effnet_test_init_results(&f.results, &result, 1);
    gst_efficientnet_overlay_layout_init(&f.layout, &f.results, &visible,
                                         GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5, 0, 24);
    g_assert_cmpint(outline(&f, 0)->x, ==, 300);
    g_assert_cmpint(outline(&f, 0)->y, ==, 400);
    g_assert_cmpint(outline(&f, 0)->w, ==, 200);
    g_assert_cmpint(panel(&f, 0)->rect.x, >=, 100);
    g_assert_cmpint(panel(&f, 0)->rect.y, >=, 200);
    clear(&f);
}

/* Metas may come from any element, and contain anything. */
static void
test_nonsense(void)
{
    static const gint values[] = {G_MININT, -1, 0, 1, 50, G_MAXINT};
    static const gsize n = G_N_ELEMENTS(values);

    for (gsize i = 0; i < n * n * n * n; i++) {
        EffNetTestResult result = {.x = values[i % n],
                                   .y = values[i / n % n],
                                   .w = values[i / n / n % n],
                                   .h = values[i / n / n / n],
                                   .width = values[(i * 7 + 3) % n],
                                   .height = values[(i * 5 + 1) % n],
                                   FIVE};
        Fixture f;

        lay_out(&f, &result, 1, 640, 480, GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5);
        for (guint k = 0; k < f.layout.panels->len; k++)
            assert_inside(&panel(&f, k)->rect, 640, 480);
        for (guint k = 0; k < f.layout.outlines->len; k++)
            assert_inside(outline(&f, k), 640, 480);
        clear(&f);
    }
}

static void
test_nothing(void)
{
    static const EffNetTestResult empty = {.width = 640, .height = 480, .roi_id = -1};
    GstVideoRectangle visible = {0, 0, 640, 480};
    GstEfficientNetOverlayLayout layout;
    Fixture f;

    gst_efficientnet_overlay_layout_init(&layout, NULL, &visible, 0, 5, 0, 24);
    g_assert_cmpuint(layout.panels->len + layout.outlines->len, ==, 0);
    gst_efficientnet_overlay_layout_clear(&layout);
    lay_out(&f, &empty, 1, 640, 480, GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5);
    g_assert_cmpuint(f.layout.panels->len, ==, 0);
    clear(&f);
}

/* Classes of hardly any score get no row, and a result with no others gets no panel. */
static void
test_threshold(void)
{
    static const EffNetTestResult results[] = {
        {.width = 640,
         .height = 480,
         .roi_id = -1,
         .labels = {"a", "b", "c", "d"},
         .scores = {0.9f, 0.0101f, 0.0099f, 0.0f}},
        {.width = 640, .height = 480, .roi_id = -1, .labels = {"a"}, .scores = {0.001f}},
        {.x = 100,
         .y = 100,
         .w = 300,
         .h = 300,
         .width = 640,
         .height = 480,
         .roi_id = 1,
         .labels = {"a"},
         .scores = {-3.0f}},
    };
    Fixture f;

    lay_out(&f, results, 3, 640, 480, GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5);
    g_assert_cmpuint(f.layout.panels->len, ==, 1);
    g_assert_cmpuint(panel(&f, 0)->n_labels, ==, 2);
    g_assert_cmpuint(f.layout.outlines->len, ==, 1);
    clear(&f);
}

/* A result with a heatmap of SIZE that claims to be BYTES long. */
static guint
count_heats(guint size, gsize bytes, float x, float w)
{
    static const EffNetTestResult one = {
        .x = 100, .y = 100, .w = 200, .h = 200, .width = 1280, .height = 720, .roi_id = 1, FIVE};
    static const float map[16];
    const GstVideoRectangle visible = {0, 0, 640, 360};
    g_autoptr(GBytes) data = g_bytes_new_static(map, bytes);
    g_auto(GstEfficientNetOverlayLayout) layout = {0};
    GstStructure *result;
    GValue results;
    guint n;

    effnet_test_init_results(&results, &one, 1);
    result = (GstStructure *)gst_value_get_structure(gst_value_list_get_value(&results, 0));
    gst_structure_set(result, "heatmap", G_TYPE_BYTES, data, "heatmap_size", G_TYPE_UINT, size,
                      "heatmap_index", G_TYPE_INT, 0, "heatmap_x", G_TYPE_FLOAT, x, "heatmap_y",
                      G_TYPE_FLOAT, 0.0f, "heatmap_w", G_TYPE_FLOAT, w, "heatmap_h", G_TYPE_FLOAT,
                      1.0f, NULL);
    gst_efficientnet_overlay_layout_init(&layout, &results, &visible,
                                         GST_EFFICIENTNET_OVERLAY_TOP_LEFT, 5, -G_MAXDOUBLE, 24);
    gst_efficientnet_overlay_layout_add_heats(&layout, &results, &visible);
    n = layout.heats->len;
    if (n > 0) {
        const GstEfficientNetOverlayHeat *heat =
            &g_array_index(layout.heats, GstEfficientNetOverlayHeat, 0);

        g_assert_true(heat->rect.x >= 50 && heat->rect.x + heat->rect.w <= 150);
        g_assert_true(heat->rect.y == 50 && heat->rect.h == 100);
    }
    g_value_unset(&results);
    return n;
}

/* Heatmaps stay within their region; what is none, or not on it, is left out. */
static void
test_heats(void)
{
    g_assert_cmpuint(count_heats(2, 4 * sizeof(float), 0, 1), ==, 1);
    g_assert_cmpuint(count_heats(2, 4 * sizeof(float), -1, 3), ==, 1);
    g_assert_cmpuint(count_heats(2, 4 * sizeof(float), 0.5f, 100), ==, 1);
    g_assert_cmpuint(count_heats(2, 3 * sizeof(float), 0, 1), ==, 0);
    g_assert_cmpuint(count_heats(0, 0, 0, 1), ==, 0);
    g_assert_cmpuint(count_heats(G_MAXUINT, 4, 0, 1), ==, 0);
    g_assert_cmpuint(count_heats(2, 4 * sizeof(float), 2, 1), ==, 0);
    g_assert_cmpuint(count_heats(2, 4 * sizeof(float), 0, NAN), ==, 0);
    g_assert_cmpuint(count_heats(2, 4 * sizeof(float), NAN, 1), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/overlaylayout/frame", test_frame);
    g_test_add_func("/overlaylayout/threshold", test_threshold);
    g_test_add_func("/overlaylayout/sizes", test_sizes);
    g_test_add_func("/overlaylayout/all-small-sizes", test_all_small_sizes);
    g_test_add_func("/overlaylayout/positions", test_positions);
    g_test_add_func("/overlaylayout/two-elements", test_two_elements);
    g_test_add_func("/overlaylayout/regions", test_regions);
    g_test_add_func("/overlaylayout/crowd", test_crowd);
    g_test_add_func("/overlaylayout/visible", test_visible);
    g_test_add_func("/overlaylayout/nonsense", test_nonsense);
    g_test_add_func("/overlaylayout/nothing", test_nothing);
    g_test_add_func("/overlaylayout/heats", test_heats);
    return g_test_run();
}
