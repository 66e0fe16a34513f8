/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"

static void
make_info(GstVideoInfo *info, const char *text)
{
    g_autofree char *full =
        g_strdup_printf("video/x-raw,%s%s", strstr(text, "width") ? "" : "width=6,height=4,", text);
    GstCaps *caps = gst_caps_from_string(full);

    g_assert_true(gst_video_info_from_caps(info, caps));
    gst_caps_unref(caps);
}

typedef struct {
    GstVideoInfo info;
    GstBuffer *buffer;
    GstVideoFrame map;
    EffNetFrame frame;
} Mapped;

/* Maps BUFFER, of which it takes ownership, by CAPS; NULL: a buffer as the caps say. */
static void
map(Mapped *m, const char *caps, GstBuffer *buffer)
{
    GError *error = NULL;

    make_info(&m->info, caps);
    m->buffer = buffer ? buffer : gst_buffer_new_allocate(NULL, m->info.size, NULL);
    g_assert_true(gst_efficientnet_frame_map(&m->map, &m->frame, &m->info, m->buffer, &error));
    g_assert_no_error(error);
}

static void
unmap(Mapped *m)
{
    gst_video_frame_unmap(&m->map);
    gst_buffer_unref(m->buffer);
}

static void
test_formats(void)
{
    static const struct {
        const char *name;
        EffNetPixelFormat format;
        guint n_planes, planes[3], shift;
    } formats[] = {
        {"RGB", EFFNET_PIXEL_RGB, 1, {0}, 0},
        {"BGR", EFFNET_PIXEL_BGR, 1, {0}, 0},
        {"RGBx", EFFNET_PIXEL_RGBX, 1, {0}, 0},
        {"RGBA", EFFNET_PIXEL_RGBX, 1, {0}, 0},
        {"BGRx", EFFNET_PIXEL_BGRX, 1, {0}, 0},
        {"BGRA", EFFNET_PIXEL_BGRX, 1, {0}, 0},
        {"xRGB", EFFNET_PIXEL_XRGB, 1, {0}, 0},
        {"ARGB", EFFNET_PIXEL_XRGB, 1, {0}, 0},
        {"xBGR", EFFNET_PIXEL_XBGR, 1, {0}, 0},
        {"ABGR", EFFNET_PIXEL_XBGR, 1, {0}, 0},
        {"GRAY8", EFFNET_PIXEL_GRAY8, 1, {0}, 0},
        {"YUY2", EFFNET_PIXEL_YUY2, 1, {0}, 0},
        {"UYVY", EFFNET_PIXEL_UYVY, 1, {0}, 0},
        {"YVYU", EFFNET_PIXEL_YVYU, 1, {0}, 0},
        {"VYUY", EFFNET_PIXEL_VYUY, 1, {0}, 0},
        {"NV12", EFFNET_PIXEL_NV12, 2, {0, 1}, 0},
        {"NV21", EFFNET_PIXEL_NV21, 2, {0, 1}, 0},
        {"NV16", EFFNET_PIXEL_NV16, 2, {0, 1}, 0},
        {"NV61", EFFNET_PIXEL_NV61, 2, {0, 1}, 0},
        {"NV24", EFFNET_PIXEL_NV24, 2, {0, 1}, 0},
        {"I420", EFFNET_PIXEL_I420, 3, {0, 1, 2}, 0},
        {"Y42B", EFFNET_PIXEL_I422, 3, {0, 1, 2}, 0},
        {"Y444", EFFNET_PIXEL_I444, 3, {0, 1, 2}, 0},
        {"RGBP", EFFNET_PIXEL_RGBP, 3, {0, 1, 2}, 0},
        {"YV12", EFFNET_PIXEL_I420, 3, {0, 2, 1}, 0},
        {"BGRP", EFFNET_PIXEL_RGBP, 3, {2, 1, 0}, 0},
        {"GBR", EFFNET_PIXEL_RGBP, 3, {2, 0, 1}, 0},
        {"GBR_10LE", EFFNET_PIXEL_RGBP, 3, {2, 0, 1}, 2},
        {"I420_10LE", EFFNET_PIXEL_I420, 3, {0, 1, 2}, 2},
        {"I422_12LE", EFFNET_PIXEL_I422, 3, {0, 1, 2}, 4},
        {"Y444_10LE", EFFNET_PIXEL_I444, 3, {0, 1, 2}, 2},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *caps = g_strdup_printf("format=%s", formats[i].name);
        Mapped m;

        map(&m, caps, NULL);
        g_test_message("%s", caps);
        g_assert_cmpint(m.frame.format, ==, formats[i].format);
        g_assert_cmpuint(m.frame.sample_shift, ==, formats[i].shift);
        g_assert_cmpuint(m.frame.width, ==, 6);
        g_assert_cmpuint(m.frame.height, ==, 4);
        for (guint p = 0; p < 3; p++) {
            guint source = formats[i].planes[p];

            g_assert_true((m.frame.plane[p] != NULL) == (p < formats[i].n_planes));
            if (p >= formats[i].n_planes)
                continue;
            g_assert_true(m.frame.plane[p] == (guint8 *)m.map.data[0] + m.info.offset[source]);
            g_assert_cmpint(m.frame.stride[p], ==, m.info.stride[source]);
        }
        unmap(&m);
    }
}

/* The engine knows all formats in the caps, and no others. */
static void
test_all_formats(void)
{
    GstCaps *caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_EFFICIENTNET_FORMATS));
    const GValue *formats = gst_structure_get_value(gst_caps_get_structure(caps, 0), "format");
    guint n = gst_value_list_get_size(formats);

    g_assert_cmpuint(n, ==, 39);
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = g_strdup_printf(
            "format=%s,width=5,height=3", g_value_get_string(gst_value_list_get_value(formats, i)));
        Mapped m;

        g_test_message("%s", text);
        map(&m, text, NULL);
        g_assert_true((m.frame.sample_shift > 0) == (m.info.finfo->depth[0] > 8));
        unmap(&m);
    }
    gst_caps_unref(caps);
}

/* System memory comes first, and frames in it are read as GStreamer reads their caps. */
static void
test_caps(void)
{
    g_autoptr(GstCaps) all = gst_efficientnet_frame_make_caps();
    g_autoptr(GstCaps) fixed = gst_caps_from_string(
        "video/x-raw,format=NV12,width=6,height=4,framerate=0/1,colorimetry=bt709");
    g_autoptr(GstCaps) first = gst_caps_copy_nth(all, 0);
    GstVideoInfo info, expected;

    g_assert_true(gst_caps_is_subset(fixed, first));
    g_assert_true(gst_efficientnet_frame_read_caps(&info, fixed));
    g_assert_true(gst_video_info_from_caps(&expected, fixed));
    g_assert_true(gst_video_info_is_equal(&info, &expected));
}

static void
assert_colour(const char *caps, EffNetMatrix matrix, gboolean full, guint site)
{
    Mapped m;

    map(&m, caps, NULL);
    g_test_message("%s", caps);
    g_assert_cmpint(m.frame.matrix, ==, matrix);
    g_assert_cmpint(m.frame.full_range, ==, full);
    g_assert_cmpuint(m.frame.chroma_site, ==, site);
    unmap(&m);
}

static void
test_colorimetry(void)
{
    const guint left = EFFNET_CHROMA_H_COSITED, top = EFFNET_CHROMA_V_COSITED;

    assert_colour("format=I420", EFFNET_MATRIX_BT601, FALSE, 0);
    assert_colour("format=I420,colorimetry=bt601,chroma-site=mpeg2", EFFNET_MATRIX_BT601, FALSE,
                  left);
    assert_colour("format=I420,colorimetry=bt709", EFFNET_MATRIX_BT709, FALSE, 0);
    assert_colour("format=I420,colorimetry=smpte240m", EFFNET_MATRIX_BT709, FALSE, 0);
    assert_colour("format=I420,colorimetry=bt2020", EFFNET_MATRIX_BT2020, FALSE, 0);
    assert_colour("format=I420,colorimetry=1:4:0:0", EFFNET_MATRIX_BT601, TRUE, 0);
    assert_colour("format=NV12,colorimetry=bt601,chroma-site=jpeg", EFFNET_MATRIX_BT601, FALSE, 0);
    assert_colour("format=NV12,colorimetry=bt601,chroma-site=cosited", EFFNET_MATRIX_BT601, FALSE,
                  left | top);
    assert_colour("format=NV12,height=1080,width=1920", EFFNET_MATRIX_BT709, FALSE, left);
}

/* Planes with gaps between them, and rows longer than needed. */
static void
test_video_meta(void)
{
    gsize offset[GST_VIDEO_MAX_PLANES] = {100, 300, 400};
    gint stride[GST_VIDEO_MAX_PLANES] = {20, 16, 24};
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 500, NULL);
    Mapped m;

    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 6, 4,
                                   3, offset, stride);
    map(&m, "format=I420", buffer);
    for (guint p = 0; p < 3; p++) {
        g_assert_cmpint(m.frame.stride[p], ==, stride[p]);
        g_assert_true(m.frame.plane[p] == m.frame.plane[0] + offset[p] - offset[0]);
    }
    unmap(&m);
}

static void
test_crop_meta(void)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 20 * 4, NULL);
    GstVideoCropMeta *crop;
    Mapped m;

    crop = gst_buffer_add_video_crop_meta(buffer);
    crop->x = 1;
    crop->y = 2;
    crop->width = 3;
    crop->height = 100;
    map(&m, "format=RGB", buffer);
    g_assert_cmpuint(m.frame.region.x, ==, 1);
    g_assert_cmpuint(m.frame.region.y, ==, 2);
    g_assert_cmpuint(m.frame.region.w, ==, 3);
    g_assert_cmpuint(m.frame.region.h, ==, 2);
    unmap(&m);
}

static void
assert_refused(const GstVideoInfo *info, GstBuffer *buffer)
{
    g_autoptr(GError) error = NULL;
    GstVideoFrame mapped;
    EffNetFrame frame;

    g_assert_false(gst_efficientnet_frame_map(&mapped, &frame, info, buffer, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME);
    gst_buffer_unref(buffer);
}

static void
refuse_meta(gsize size, GstVideoFormat format, gsize offset, gint stride)
{
    gsize offsets[GST_VIDEO_MAX_PLANES] = {offset};
    gint strides[GST_VIDEO_MAX_PLANES] = {stride};
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);
    GstVideoInfo info;

    make_info(&info, "format=RGB");
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, format, 6, 4, 1, offsets,
                                   strides);
    assert_refused(&info, buffer);
}

static void
test_refused(void)
{
    GstVideoInfo info;
    GstBuffer *buffer;

    make_info(&info, "format=RGB");
    assert_refused(&info, gst_buffer_new_allocate(NULL, info.size - 1, NULL));
    assert_refused(&info, gst_buffer_new());
    refuse_meta(80, GST_VIDEO_FORMAT_RGB, 0, 24);  /* the last row starts inside and ends outside */
    refuse_meta(80, GST_VIDEO_FORMAT_RGB, 79, 20); /* only the first byte is inside */
    refuse_meta(80, GST_VIDEO_FORMAT_RGB, 0, 12);  /* rows overlap */
    refuse_meta(80, GST_VIDEO_FORMAT_RGB, 0, -20); /* upwards and out of the buffer */
    refuse_meta(80, GST_VIDEO_FORMAT_GRAY8, 0, 6); /* not what the caps say */
    make_info(&info, "format=RGB,width=600,height=4"); /* smaller than the caps say */
    buffer = gst_buffer_new_allocate(NULL, info.size, NULL);
    gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 6, 4);
    assert_refused(&info, buffer);
}

/* Bottom row first. */
static void
test_negative_stride(void)
{
    gsize offset[GST_VIDEO_MAX_PLANES] = {60};
    gint stride[GST_VIDEO_MAX_PLANES] = {-20};
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 80, NULL);
    Mapped m;

    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 6, 4, 1,
                                   offset, stride);
    map(&m, "format=RGB", buffer);
    g_assert_cmpint(m.frame.stride[0], ==, -20);
    unmap(&m);
}

/* A buffer of exactly SIZE bytes, followed by GUARD, whose meta has INFO's layout. */
#define GUARD 64

static GstBuffer *
make_guarded(const GstVideoInfo *info, gsize size)
{
    guint8 *data = g_malloc(size + GUARD);
    GstBuffer *buffer = gst_buffer_new_wrapped_full(0, data, size + GUARD, 0, size, data, g_free);

    memset(data, 0x5a, size + GUARD);
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(info),
                                   (guint)info->width, (guint)info->height, info->finfo->n_planes,
                                   (gsize *)info->offset, (gint *)info->stride);
    return buffer;
}

static gboolean
takes(const GstVideoInfo *info, gsize size)
{
    GstBuffer *buffer = make_guarded(info, size);
    GstVideoFrame mapped;
    gboolean taken =
        gst_efficientnet_frame_map_video(&mapped, info, buffer, GST_MAP_READWRITE, NULL);

    if (taken)
        gst_video_frame_unmap(&mapped);
    gst_buffer_unref(buffer);
    return taken;
}

static GstVideoOverlayComposition *
make_white(guint width, guint height)
{
    GstBuffer *pixels = gst_buffer_new_allocate(NULL, (gsize)width * height * 4, NULL);
    GstVideoOverlayRectangle *rectangle;
    GstVideoOverlayComposition *composition;

    gst_buffer_memset(pixels, 0, 0xff, gst_buffer_get_size(pixels));
    gst_buffer_add_video_meta(pixels, GST_VIDEO_FRAME_FLAG_NONE,
                              GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
    rectangle = gst_video_overlay_rectangle_new_raw(pixels, 0, 0, width, height,
                                                    GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
    composition = gst_video_overlay_composition_new(rectangle);
    gst_video_overlay_rectangle_unref(rectangle);
    gst_buffer_unref(pixels);
    return composition;
}

/* Drawing into the smallest accepted buffer does not write beyond it. */
static void
assert_stays_inside(const GstVideoInfo *info)
{
    GstVideoOverlayComposition *white = make_white((guint)info->width, (guint)info->height);
    gsize size = info->size;
    GstVideoFrame mapped;
    GstBuffer *buffer;

    g_assert_true(takes(info, size));
    while (takes(info, size - 1))
        size--;
    buffer = make_guarded(info, size);
    g_assert_true(gst_efficientnet_frame_map_video(&mapped, info, buffer, GST_MAP_READWRITE, NULL));
    g_assert_true(gst_video_overlay_composition_blend(white, &mapped));
    for (gsize i = 0; i < GUARD; i++)
        g_assert_cmphex(mapped.map[0].data[size + i], ==, 0x5a);
    gst_video_frame_unmap(&mapped);
    gst_buffer_unref(buffer);
    gst_video_overlay_composition_unref(white);
}

/* Formats of which only the layout that the caps imply is accepted. */
static gboolean
is_fixed(const GstVideoFormatInfo *format)
{
    return (format->flags & (GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_TILED |
                             GST_VIDEO_FORMAT_FLAG_PALETTE)) ||
           format->pixel_stride[0] == 0;
}

static void
assert_fixed(const GstVideoInfo *info)
{
    GstVideoInfo other = *info;
    GstVideoFrame mapped;
    GstBuffer *buffer;

    g_assert_true(takes(info, info->size));
    g_assert_false(takes(info, info->size - 1));
    other.stride[0] *= 2;
    buffer = make_guarded(&other, 2 * info->size);
    g_assert_false(gst_efficientnet_frame_map_video(&mapped, info, buffer, GST_MAP_READ, NULL));
    gst_buffer_unref(buffer);
}

static void
test_map_video(void)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL));
    const GValue *formats = gst_structure_get_value(gst_caps_get_structure(caps, 0), "format");

    for (guint i = 0; i < gst_value_list_get_size(formats); i++) {
        const char *format = g_value_get_string(gst_value_list_get_value(formats, i));

        for (guint size = 1; size <= 9; size++) {
            GstVideoInfo info;

            g_test_message("%s, %ux%u", format, size, size);
            gst_video_info_set_format(&info, gst_video_format_from_string(format), size, size);
            if (is_fixed(info.finfo))
                assert_fixed(&info);
            else
                assert_stays_inside(&info);
        }
    }
}

static void
test_orientation(void)
{
    g_assert_cmpint(gst_efficientnet_frame_orientation(GST_VIDEO_ORIENTATION_90R), ==,
                    EFFNET_ORIENTATION_90R);
    g_assert_cmpint(gst_efficientnet_frame_orientation(GST_VIDEO_ORIENTATION_90L), ==,
                    EFFNET_ORIENTATION_90L);
    g_assert_cmpint(gst_efficientnet_frame_orientation(GST_VIDEO_ORIENTATION_UL_LR), ==,
                    EFFNET_ORIENTATION_UL_LR);
    g_assert_cmpint(gst_efficientnet_frame_orientation(GST_VIDEO_ORIENTATION_CUSTOM), ==,
                    EFFNET_ORIENTATION_IDENTITY);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/frame/formats", test_formats);
    g_test_add_func("/frame/all-formats", test_all_formats);
    g_test_add_func("/frame/caps", test_caps);
    g_test_add_func("/frame/colorimetry", test_colorimetry);
    g_test_add_func("/frame/video-meta", test_video_meta);
    g_test_add_func("/frame/crop-meta", test_crop_meta);
    g_test_add_func("/frame/refused", test_refused);
    g_test_add_func("/frame/negative-stride", test_negative_stride);
    g_test_add_func("/frame/map-video", test_map_video);
    g_test_add_func("/frame/orientation", test_orientation);
    return g_test_run();
}
