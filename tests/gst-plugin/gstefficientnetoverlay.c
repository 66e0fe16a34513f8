/* SPDX-License-Identifier: BSD-2-Clause */
#include <pango/pangocairo.h>

#include "harness.h"
#include "results.h"

#define COMPOSITION "meta:GstVideoOverlayComposition"

/* Everything at once: labels that are too long, look like markup or are not UTF-8; a score that is
 * not a number; regions with and without room above; a zone. */
static const EffNetTestResult scene[] = {
    {.width = 640,
     .height = 360,
     .roi_id = -1,
     .labels = {"Egyptian cat", "<b>tabby</b> & co", "German short-haired pointer of old age",
                "caf\xe9", "zebra"},
     .scores = {0.61f, 0.27f, 0.08f, 0.03f, 0.01f}},
    {.x = 360,
     .y = 150,
     .w = 200,
     .h = 120,
     .width = 640,
     .height = 360,
     .roi_id = 3,
     .age = 7,
     .labels = {"sea lion", "otter", "tench"},
     .scores = {0.9f, 0.05f, 0.01f}},
    {.x = 520,
     .y = 0,
     .w = 118,
     .h = 70,
     .width = 640,
     .height = 360,
     .roi_id = 4,
     .labels = {"jaguar"},
     .scores = {12.5f}},
    {.x = 40,
     .y = 250,
     .w = 160,
     .h = 100,
     .width = 640,
     .height = 360,
     .roi_id = -1,
     .labels = {"damselfly", "ant"},
     .scores = {0.4f, 0.3f}},
};

static GstHarness *
make_harness(const char *description, const char *caps)
{
    g_autofree char *line =
        g_strdup_printf("efficientnetoverlay font=\"DejaVu Sans\" %s", description);
    GstElement *element = gst_parse_launch(line, NULL);
    GstHarness *h = gst_harness_new_with_element(element, "sink", "src");

    gst_object_unref(element);
    gst_harness_set_src_caps_str(h, caps);
    return h;
}

/* An image with light and dark parts, made of tiles so that it is small as a PNG. */
static GstBuffer *
make_picture(guint width, guint height)
{
    gsize stride = GST_ROUND_UP_4((gsize)width * 3);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, stride * height, NULL);
    GstMapInfo map;

    g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
    memset(map.data, 0, map.size);
    for (gsize y = 0; y < height; y++) {
        for (gsize x = 0; x < width; x++) {
            gsize column = x * 16 / width, row = y * 9 / height;
            guint8 *pixel = map.data + y * stride + 3 * x;

            pixel[0] = (guint8)((column * 37 + row * 11) % 256);
            pixel[1] = (guint8)((column * 17 + row * 71) % 256);
            pixel[2] = (guint8)((column * 97 + row * 29) % 256);
        }
    }
    gst_buffer_unmap(buffer, &map);
    return buffer;
}

/* As a cairo surface. */
static cairo_surface_t *
make_surface(GstBuffer *rgb, gint width, gint height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    gsize stride = GST_ROUND_UP_4((gsize)width * 3);
    guint8 *to = cairo_image_surface_get_data(surface);
    gint to_stride = cairo_image_surface_get_stride(surface);
    GstMapInfo map;

    g_assert_true(gst_buffer_map(rgb, &map, GST_MAP_READ));
    for (gint y = 0; y < height; y++) {
        for (gint x = 0; x < width; x++) {
            const guint8 *from = map.data + (gsize)y * stride + 3 * (gsize)x;

            ((guint32 *)(gpointer)(to + (gssize)y * to_stride))[x] =
                (guint32)from[0] << 16 | (guint32)from[1] << 8 | from[2];
        }
    }
    gst_buffer_unmap(rgb, &map);
    cairo_surface_mark_dirty(surface);
    return surface;
}

static guint32
pixel_at(cairo_surface_t *surface, gint x, gint y)
{
    const guint8 *row =
        cairo_image_surface_get_data(surface) + (gssize)y * cairo_image_surface_get_stride(surface);

    return ((const guint32 *)(gconstpointer)row)[x] & 0xffffff;
}

static guint
distance(guint32 a, guint32 b)
{
    guint sum = 0;

    for (guint shift = 0; shift < 24; shift += 8)
        sum += (guint)abs((gint)(a >> shift & 255) - (gint)(b >> shift & 255));
    return sum;
}

/* The mean difference of a colour where anything was drawn. Not every version of the libraries
 * draws fonts the same to the pixel; a missing or displaced text makes 15 and more. */
static double
difference(cairo_surface_t *a, cairo_surface_t *b, cairo_surface_t *ground)
{
    gint width = cairo_image_surface_get_width(a), height = cairo_image_surface_get_height(a);
    guint64 sum = 0, n = 0;

    g_assert_cmpint(width, ==, cairo_image_surface_get_width(b));
    g_assert_cmpint(height, ==, cairo_image_surface_get_height(b));
    for (gint y = 0; y < height; y++) {
        for (gint x = 0; x < width; x++) {
            guint32 p = pixel_at(a, x, y), q = pixel_at(b, x, y), r = pixel_at(ground, x, y);

            if (p == r && q == r)
                continue;
            sum += distance(p, q);
            n++;
        }
    }
    g_assert_cmpuint(n, >, 0);
    return (double)sum / (double)(3 * n);
}

static gboolean
has_font(const char *name)
{
    PangoFontMap *map = pango_cairo_font_map_get_default();
    PangoFontFamily **families;
    gboolean found = FALSE;
    int n;

    pango_font_map_list_families(map, &families, &n);
    for (int i = 0; i < n; i++)
        found |= g_strcmp0(pango_font_family_get_name(families[i]), name) == 0;
    g_free(families);
    return found;
}

static GstBuffer *
draw_scene(guint width, guint height)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", width, height);
    GstHarness *h = make_harness("", caps);
    GstBuffer *buffer = make_picture(width, height);

    effnet_test_attach_results(buffer, scene, G_N_ELEMENTS(scene));
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_nonnull(buffer);
    gst_harness_teardown(h);
    return buffer;
}

/* EFFNET_TEST_UPDATE=1 writes the expected images: look at them then. */
static void
test_expected(gconstpointer size)
{
    const guint width = ((const guint *)size)[0], height = ((const guint *)size)[1];
    g_autofree char *name = g_strdup_printf("overlay-%ux%u.png", width, height);
    g_autofree char *path = g_build_filename(g_getenv("EFFNET_TEST_EXPECTED"), name, NULL);
    GstBuffer *ground_buffer, *drawn_buffer;
    cairo_surface_t *ground, *drawn, *expected;
    double off;

    if (!has_font("DejaVu Sans")) {
        g_test_skip("the font DejaVu Sans (fonts-dejavu-core) is missing");
        return;
    }
    ground_buffer = make_picture(width, height);
    drawn_buffer = draw_scene(width, height);
    ground = make_surface(ground_buffer, (gint)width, (gint)height);
    drawn = make_surface(drawn_buffer, (gint)width, (gint)height);
    if (g_getenv("EFFNET_TEST_UPDATE"))
        g_assert_cmpint(cairo_surface_write_to_png(drawn, path), ==, CAIRO_STATUS_SUCCESS);
    expected = cairo_image_surface_create_from_png(path);
    g_assert_cmpint(cairo_surface_status(expected), ==, CAIRO_STATUS_SUCCESS);
    off = difference(drawn, expected, ground);
    g_test_message("%s: %.2f", name, off);
    g_assert_cmpfloat(off, <, 4);
    cairo_surface_destroy(expected);
    cairo_surface_destroy(drawn);
    cairo_surface_destroy(ground);
    gst_buffer_unref(drawn_buffer);
    gst_buffer_unref(ground_buffer);
}

static gboolean
is_equal(GstBuffer *a, GstBuffer *b)
{
    GstMapInfo map;
    gboolean equal;

    g_assert_true(gst_buffer_map(b, &map, GST_MAP_READ));
    equal = gst_buffer_get_size(a) == map.size && gst_buffer_memcmp(a, 0, map.data, map.size) == 0;
    gst_buffer_unmap(b, &map);
    return equal;
}

static char *
features_of(GstPad *pad)
{
    GstCaps *caps = gst_pad_get_current_caps(pad);
    char *text = gst_caps_features_to_string(gst_caps_get_features(caps, 0));

    gst_caps_unref(caps);
    return text;
}

/* What arrives downstream, which accepts SINK_CAPS and says, if PROPOSES, that it takes
 * compositions. */
static GstBuffer *
negotiate(const char *src_caps, const char *sink_caps, gboolean proposes, GstBuffer *buffer,
          gboolean *has_feature)
{
    GstHarness *h = gst_harness_new("efficientnetoverlay");
    g_autofree char *features = NULL;
    GstBuffer *out;

    if (proposes)
        gst_harness_add_propose_allocation_meta(h, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE,
                                                NULL);
    if (sink_caps)
        gst_harness_set_caps_str(h, src_caps, sink_caps);
    else
        gst_harness_set_src_caps_str(h, src_caps);
    effnet_test_attach_results(buffer, scene, G_N_ELEMENTS(scene));
    out = gst_harness_push_and_pull(h, buffer);
    g_assert_nonnull(out);
    features = features_of(h->sinkpad);
    *has_feature = strstr(features, COMPOSITION) != NULL;
    g_test_message("%s", features);
    gst_harness_teardown(h);
    return out;
}

#define SIZE "format=RGB,width=320,height=240,framerate=30/1"

static void
test_attach(void)
{
    GstBuffer *ground = make_picture(320, 240), *out;
    GstVideoOverlayCompositionMeta *meta;
    gboolean has_feature;

    out = negotiate("video/x-raw," SIZE, NULL, TRUE, make_picture(320, 240), &has_feature);
    g_assert_true(has_feature);
    g_assert_true(is_equal(out, ground));
    meta = gst_buffer_get_video_overlay_composition_meta(out);
    g_assert_nonnull(meta);
    g_assert_cmpuint(gst_video_overlay_composition_n_rectangles(meta->overlay), >=, 4);
    gst_buffer_unref(out);
    gst_buffer_unref(ground);
}

/* Downstream accepts any caps but ignores compositions, or does not accept them at all. */
static void
test_blend(void)
{
    static const char *const sinks[] = {NULL, "video/x-raw," SIZE};
    GstBuffer *ground = make_picture(320, 240);

    for (gsize i = 0; i < G_N_ELEMENTS(sinks); i++) {
        gboolean has_feature;
        GstBuffer *out =
            negotiate("video/x-raw," SIZE, sinks[i], i == 1, make_picture(320, 240), &has_feature);

        g_assert_false(has_feature);
        g_assert_null(gst_buffer_get_video_overlay_composition_meta(out));
        g_assert_false(is_equal(out, ground));
        gst_buffer_unref(out);
    }
    gst_buffer_unref(ground);
}

/* A frame on which upstream has overlaid something, too: a red square. */
static GstBuffer *
make_accompanied(void)
{
    GstBuffer *buffer = make_picture(320, 240);
    GstBuffer *square = gst_buffer_new_allocate(NULL, 8 * 8 * 4, NULL);
    GstVideoOverlayRectangle *rectangle;
    GstVideoOverlayComposition *composition;
    GstMapInfo map;

    g_assert_true(gst_buffer_map(square, &map, GST_MAP_WRITE));
    for (gsize i = 0; i < map.size; i += 4)
        GST_WRITE_UINT32_LE(map.data + i, 0xffff0000);
    gst_buffer_unmap(square, &map);
    gst_buffer_add_video_meta(square, GST_VIDEO_FRAME_FLAG_NONE,
                              GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 8, 8);
    rectangle = gst_video_overlay_rectangle_new_raw(square, 300, 200, 8, 8,
                                                    GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
    composition = gst_video_overlay_composition_new(rectangle);
    gst_buffer_add_video_overlay_composition_meta(buffer, composition);
    gst_video_overlay_composition_unref(composition);
    gst_video_overlay_rectangle_unref(rectangle);
    gst_buffer_unref(square);
    return buffer;
}

static void
test_upstream_composition(void)
{
    static const char *const with = "video/x-raw(" COMPOSITION ")," SIZE;
    GstVideoOverlayCompositionMeta *meta;
    gboolean has_feature;
    guint8 pixel[3];
    GstBuffer *out = negotiate(with, NULL, TRUE, make_accompanied(), &has_feature);

    g_assert_true(has_feature);
    meta = gst_buffer_get_video_overlay_composition_meta(out);
    g_assert_nonnull(meta);
    g_assert_cmpuint(gst_video_overlay_composition_n_rectangles(meta->overlay), >=, 5);
    gst_buffer_remove_meta(out, GST_META_CAST(meta));
    g_assert_null(gst_buffer_get_video_overlay_composition_meta(out));
    gst_buffer_unref(out);

    out = negotiate(with, "video/x-raw," SIZE, FALSE, make_accompanied(), &has_feature);
    g_assert_false(has_feature);
    g_assert_null(gst_buffer_get_video_overlay_composition_meta(out));
    gst_buffer_extract(out, 203 * 320 * 3 + 303 * 3, pixel, 3);
    g_assert_cmpuint(pixel[0], ==, 255);
    g_assert_cmpuint(pixel[1], ==, 0);
    gst_buffer_unref(out);
}

/* Memory that cannot be drawn into stays as it is, with a composition attached. */
static void
test_other_memory(void)
{
    g_autoptr(GstCaps) gl = gst_caps_from_string("video/x-raw(memory:GLMemory),format=RGBA");
    g_autoptr(GstCaps) both =
        gst_caps_from_string("video/x-raw(memory:GLMemory," COMPOSITION "),format=RGBA");
    GstHarness *h = gst_harness_new("efficientnetoverlay");
    g_autoptr(GstCaps) taken = NULL;

    gst_harness_set_sink_caps(h, gst_caps_ref(both));
    taken = gst_pad_peer_query_caps(h->srcpad, gl);
    g_assert_true(gst_caps_can_intersect(taken, gl));
    gst_harness_teardown(h);

    h = gst_harness_new("efficientnetoverlay");
    gst_harness_set_sink_caps_str(h, "video/x-raw");
    gst_caps_unref(taken);
    taken = gst_pad_peer_query_caps(h->srcpad, gl);
    g_assert_true(gst_caps_is_empty(taken));
    gst_harness_teardown(h);
}

/* In DMA buffers whose format is DRM's, nothing is drawn: other memory is negotiated. */
static void
test_dma_buffers(void)
{
    g_autoptr(GstCaps) dma = gst_caps_from_string(
        "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12; video/x-raw,format=NV12");
    GstHarness *h = gst_harness_new("efficientnetoverlay");
    g_autoptr(GstCaps) taken = NULL, left = NULL;

    gst_harness_set_sink_caps_str(h, "video/x-raw; video/x-raw(ANY)");
    taken = gst_pad_peer_query_caps(h->srcpad, dma);
    left = gst_caps_from_string("video/x-raw,format=NV12");
    g_assert_false(gst_caps_is_empty(taken));
    g_assert_true(gst_caps_is_subset(taken, left));
    gst_harness_teardown(h);
}

/* Draws into every format that GStreamer blends into. */
static void
test_formats(void)
{
    g_autoptr(GstCaps) all =
        gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS));
    const GValue *formats = gst_structure_get_value(gst_caps_get_structure(all, 0), "format");
    guint n = gst_value_list_get_size(formats);
    GstHarness *h = make_harness("", "video/x-raw," SIZE);

    g_assert_cmpuint(n, >, 60);
    for (guint i = 0; i < n; i++) {
        const char *format = g_value_get_string(gst_value_list_get_value(formats, i));
        g_autofree char *caps = effnet_test_make_caps(format, 162, 122);
        GstBuffer *ground = effnet_test_convert(make_picture(162, 122), 162, 122, caps);
        GstBuffer *buffer = gst_buffer_copy_deep(ground);

        g_test_message("%s", format);
        gst_harness_set_src_caps_str(h, caps);
        effnet_test_attach_results(buffer, scene, G_N_ELEMENTS(scene));
        buffer = gst_harness_push_and_pull(h, buffer);
        g_assert_nonnull(buffer);
        g_assert_false(is_equal(buffer, ground));
        gst_buffer_unref(buffer);
        gst_buffer_unref(ground);
    }
    gst_harness_teardown(h);
}

/* A buffer that others share is not drawn into. */
static void
test_shared(void)
{
    GstHarness *h = make_harness("", "video/x-raw," SIZE);
    GstBuffer *ground = make_picture(320, 240), *mine = make_picture(320, 240), *out;

    effnet_test_attach_results(mine, scene, G_N_ELEMENTS(scene));
    out = gst_harness_push_and_pull(h, gst_buffer_ref(mine));
    g_assert_true(out != mine);
    g_assert_true(is_equal(mine, ground));
    g_assert_false(is_equal(out, ground));
    gst_buffer_unref(out);
    gst_buffer_unref(mine);
    gst_buffer_unref(ground);
    gst_harness_teardown(h);
}

/* A pad that is stopped while a frame is on its way no longer has caps to ask about. */
static void
test_stopped(void)
{
    static const char *const with = "video/x-raw(" COMPOSITION ")," SIZE;
    GstHarness *h = gst_harness_new("efficientnetoverlay");
    GstPad *pad = gst_element_get_static_pad(h->element, "src");

    gst_harness_set_sink_caps_str(h, with);
    gst_harness_set_src_caps_str(h, with);
    g_assert_true(gst_pad_set_active(pad, FALSE));
    g_assert_false(gst_pad_has_current_caps(pad));
    g_assert_cmpint(gst_harness_push(h, make_accompanied()), ==, GST_FLOW_FLUSHING);
    gst_object_unref(pad);
    gst_harness_teardown(h);
}

/* Without results, the same buffer goes on. */
static void
test_no_results(void)
{
    GstHarness *h = make_harness("", "video/x-raw," SIZE);
    GstBuffer *ground = make_picture(320, 240), *buffer = make_picture(320, 240), *out;

    out = gst_harness_push_and_pull(h, buffer);
    g_assert_true(out == buffer);
    g_assert_true(is_equal(out, ground));
    gst_buffer_unref(out);
    gst_buffer_unref(ground);
    gst_harness_teardown(h);
}

/* What is drawn changes with each property while frames flow. */
static void
test_properties(void)
{
    static const struct {
        const char *name, *value;
    } changes[] = {{"position", "bottom-right"},
                   {"font", "DejaVu Sans Bold 40"},
                   {"color", "0xffff0000"},
                   {"max-labels", "1"},
                   {"show-score", "false"}};
    GstHarness *h = make_harness("", "video/x-raw," SIZE);
    GstBuffer *before = NULL;

    for (gsize i = 0; i <= G_N_ELEMENTS(changes); i++) {
        GstBuffer *buffer = make_picture(320, 240);

        effnet_test_attach_results(buffer, scene, G_N_ELEMENTS(scene));
        buffer = gst_harness_push_and_pull(h, buffer);
        if (before) {
            g_test_message("%s", changes[i - 1].name);
            g_assert_false(is_equal(before, buffer));
            gst_buffer_unref(before);
        }
        before = buffer;
        if (i < G_N_ELEMENTS(changes))
            gst_util_set_object_arg(G_OBJECT(h->element), changes[i].name, changes[i].value);
    }
    gst_buffer_unref(before);
    gst_harness_teardown(h);
}

/* Each property is read as it was written. */
static void
test_round_trip(void)
{
    GstElement *element = gst_element_factory_make("efficientnetoverlay", NULL);
    g_autofree char *font = NULL;
    guint color, max_labels;
    gboolean show_score;
    double threshold;
    gint position;

    g_object_get(element, "position", &position, "font", &font, "color", &color, "max-labels",
                 &max_labels, "threshold", &threshold, "show-score", &show_score, NULL);
    g_assert_cmpfloat(threshold, ==, 0.01);
    g_assert_cmpint(position, ==, 0);
    g_assert_cmpstr(font, ==, "Sans");
    g_assert_cmphex(color, ==, 0xff4fa3ff);
    g_assert_cmpuint(max_labels, ==, 5);
    g_assert_true(show_score);
    g_free(font);
    g_object_set(element, "position", 3, "font", NULL, "color", 1u, "max-labels", 2u, "threshold",
                 0.5, "show-score", FALSE, NULL);
    g_object_get(element, "position", &position, "font", &font, "color", &color, "max-labels",
                 &max_labels, "threshold", &threshold, "show-score", &show_score, NULL);
    g_assert_cmpfloat(threshold, ==, 0.5);
    g_assert_cmpint(position, ==, 3);
    g_assert_null(font);
    g_assert_cmphex(color, ==, 1);
    g_assert_cmpuint(max_labels, ==, 2);
    g_assert_false(show_score);
    gst_object_unref(element);
}

/* The panel is within the visible part of the frame. */
static void
test_crop_meta(void)
{
    GstHarness *h = make_harness("", "video/x-raw," SIZE);
    GstBuffer *ground = make_picture(320, 240), *buffer = make_picture(320, 240);
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer);
    const gsize stride = 320 * 3;
    g_autofree guint8 *row = g_malloc(stride), *drawn = g_malloc(stride);

    crop->x = 160;
    crop->y = 120;
    crop->width = 160;
    crop->height = 120;
    effnet_test_attach_results(buffer, scene, 1);
    buffer = gst_harness_push_and_pull(h, buffer);
    for (gsize y = 0; y < 240; y++) {
        gst_buffer_extract(ground, y * stride, row, stride);
        gst_buffer_extract(buffer, y * stride, drawn, stride);
        g_assert_cmpmem(row, 160 * 3, drawn, 160 * 3);
        if (y < 120)
            g_assert_cmpmem(row, stride, drawn, stride);
    }
    g_assert_false(is_equal(buffer, ground));
    gst_buffer_unref(buffer);
    gst_buffer_unref(ground);
    gst_harness_teardown(h);
}

static void
refuse_buffer(GstBuffer *buffer, const char *says)
{
    GstHarness *h = make_harness("", "video/x-raw," SIZE);
    g_autoptr(GError) error = NULL;

    effnet_test_attach_results(buffer, scene, 1);
    error = effnet_test_fail_push(h, buffer);
    g_assert_nonnull(strstr(error->message, says));
    gst_harness_teardown(h);
}

static void
test_bad_buffer(void)
{
    refuse_buffer(gst_buffer_new_allocate(NULL, 100, NULL), "is not a frame of RGB, 320x240");
}

/* Another element's strides, which would lead outside of the buffer. */
static void
test_bad_meta(void)
{
    static const gint strides[] = {960 + 4, 960 * 8, -960, 0};
    gsize offsets[GST_VIDEO_MAX_PLANES] = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(strides); i++) {
        gint stride[GST_VIDEO_MAX_PLANES] = {strides[i]};
        GstBuffer *buffer = make_picture(320, 240);

        gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 320,
                                       240, 1, offsets, stride);
        refuse_buffer(buffer, "reaches beyond its 230400 bytes");
    }
}

int
main(int argc, char **argv)
{
    static const guint sizes[][2] = {{160, 120}, {1280, 720}, {3840, 2160}};

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/overlay/round-trip", test_round_trip);
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *path =
            g_strdup_printf("/overlay/expected/%ux%u", sizes[i][0], sizes[i][1]);

        g_test_add_data_func(path, sizes[i], test_expected);
    }
    g_test_add_func("/overlay/attach", test_attach);
    g_test_add_func("/overlay/blend", test_blend);
    g_test_add_func("/overlay/upstream-composition", test_upstream_composition);
    g_test_add_func("/overlay/other-memory", test_other_memory);
    g_test_add_func("/overlay/dma-buffers", test_dma_buffers);
    g_test_add_func("/overlay/formats", test_formats);
    g_test_add_func("/overlay/shared", test_shared);
    g_test_add_func("/overlay/stopped", test_stopped);
    g_test_add_func("/overlay/no-results", test_no_results);
    g_test_add_func("/overlay/properties", test_properties);
    g_test_add_func("/overlay/crop-meta", test_crop_meta);
    g_test_add_func("/overlay/bad-buffer", test_bad_buffer);
    g_test_add_func("/overlay/bad-meta", test_bad_meta);
    return g_test_run();
}
