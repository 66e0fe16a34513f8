/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames in DMA buffers with a linear layout. A DMA buffer is whatever can be mapped: here, files
 * in memory. */
#include <sys/mman.h>
#include <unistd.h>

#include <gst/allocators/gstdmabuf.h>
#include <gst/efficientnet/meta.h>

#include "checkpoint.h"
#include "frame.h"
#include "gstefficientnet.h"
#include "gstefficientnetpublish.h"
#include "harness.h"

#define WIDTH  98
#define HEIGHT 70

static char *model;

/* An allocator whose memories count their copies. */
typedef GstDmaBufAllocator CountingAllocator;
typedef GstDmaBufAllocatorClass CountingAllocatorClass;
static GType counting_allocator_get_type(void);
G_DEFINE_TYPE(CountingAllocator, counting_allocator, GST_TYPE_DMABUF_ALLOCATOR)

static guint n_copies, n_shares;
static GstAllocator *allocator;

static GstMemory *
count_copy(GstMemory *memory, gssize offset, gssize size)
{
    n_copies++;
    return NULL;
}

static GstMemory *
count_share(GstMemory *memory, gssize offset, gssize size)
{
    n_shares++;
    return NULL;
}

static void
counting_allocator_class_init(CountingAllocatorClass *klass)
{
}

static void
counting_allocator_init(CountingAllocator *self)
{
    GstAllocator *base = GST_ALLOCATOR(self);

    base->mem_copy = count_copy;
    base->mem_share = count_share;
    GST_OBJECT_FLAG_SET(self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static GstMemory *
wrap(const guint8 *data, gsize size)
{
    int fd = memfd_create("frame", MFD_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, data, size), ==, size);
    return gst_dmabuf_allocator_alloc(allocator, fd, size);
}

/* FRAME in one DMA buffer; takes no ownership. */
static GstBuffer *
make_dmabuf(GstBuffer *frame)
{
    GstBuffer *buffer = gst_buffer_new();
    GstMapInfo map;

    g_assert_true(gst_buffer_map(frame, &map, GST_MAP_READ));
    gst_buffer_append_memory(buffer, wrap(map.data, map.size));
    gst_buffer_unmap(frame, &map);
    gst_buffer_copy_into(buffer, frame, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
    return buffer;
}

static char *
make_drm_caps(const char *drm_format)
{
    return g_strdup_printf("video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=%s,width=%d,"
                           "height=%d,framerate=30/1",
                           drm_format, WIDTH, HEIGHT);
}

static void
infer(const char *caps, GstBuffer *buffer, float scores[EFFNET_TEST_CLASSES])
{
    GstHarness *h = effnet_test_make_harness(model, "top-k=10", caps);
    g_autoptr(GstCaps) in = gst_caps_from_string(caps), out = NULL;
    GstMemory *memories[2];
    guint n = gst_buffer_n_memory(buffer);

    g_assert_cmpuint(n, <=, 2);
    for (guint i = 0; i < n; i++)
        memories[i] = gst_buffer_peek_memory(buffer, i);
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_nonnull(buffer);
    g_assert_cmpuint(gst_buffer_n_memory(buffer), ==, n);
    for (guint i = 0; i < n; i++)
        g_assert_true(gst_buffer_peek_memory(buffer, i) == memories[i]);
    out = gst_pad_get_current_caps(h->sinkpad);
    g_assert_true(gst_caps_is_equal(in, out));
    effnet_test_read_scores(buffer, 0, scores);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

static void
assert_as_system_memory(const char *drm_format, GstBuffer *dmabuf, const char *caps,
                        GstBuffer *frame)
{
    g_autofree char *drm_caps = make_drm_caps(drm_format);
    float expected[EFFNET_TEST_CLASSES], scores[EFFNET_TEST_CLASSES];

    infer(caps, frame, expected);
    n_copies = n_shares = 0;
    infer(drm_caps, dmabuf, scores);
    g_assert_cmpmem(scores, sizeof scores, expected, sizeof expected);
    g_assert_cmpuint(n_copies + n_shares, ==, 0);
}

/* Each format, which passes as it came, has the scores of the same frame in system memory. */
static void
test_formats(void)
{
    g_autoptr(GstCaps) all = gst_efficientnet_frame_make_caps();
    const GValue *names = gst_structure_get_value(gst_caps_get_structure(all, 1), "drm-format");

    g_assert_cmpuint(gst_value_list_get_size(names), >=, 25);
    for (guint i = 0; i < gst_value_list_get_size(names); i++) {
        const char *name = g_value_get_string(gst_value_list_get_value(names, i));
        GstVideoFormat format =
            gst_video_dma_drm_fourcc_to_format(gst_video_dma_drm_fourcc_from_string(name, NULL));
        g_autofree char *caps =
            effnet_test_make_caps(gst_video_format_to_string(format), WIDTH, HEIGHT);
        g_autofree char *quoted = g_strdup_printf("\"%s\"", name); /* some end with spaces */
        GstBuffer *frame =
            effnet_test_convert(effnet_test_make_rgb(WIDTH, HEIGHT, i), WIDTH, HEIGHT, caps);

        g_test_message("%s: %s", name, caps);
        assert_as_system_memory(quoted, make_dmabuf(frame), caps, frame);
    }
}

/* Planes in DMA buffers of their own, whose strides only the video meta tells. */
static void
test_planes(void)
{
    const gsize stride = 128;
    const gsize offsets[GST_VIDEO_MAX_PLANES] = {0, stride * HEIGHT};
    const gint strides[GST_VIDEO_MAX_PLANES] = {(gint)stride, (gint)stride};
    g_autofree char *caps = effnet_test_make_caps("NV12", WIDTH, HEIGHT);
    GstBuffer *frame =
        effnet_test_convert(effnet_test_make_rgb(WIDTH, HEIGHT, 1), WIDTH, HEIGHT, caps);
    g_autofree guint8 *planes = g_malloc0(stride * HEIGHT * 3 / 2);
    GstBuffer *dmabuf = gst_buffer_new();
    g_autoptr(GstCaps) parsed = gst_caps_from_string(caps);
    GstVideoInfo info;
    GstVideoFrame map;

    g_assert_true(gst_video_info_from_caps(&info, parsed));
    g_assert_true(gst_video_frame_map(&map, &info, frame, GST_MAP_READ));
    for (guint p = 0; p < 2; p++)
        for (gsize y = 0; y < HEIGHT / (p + 1); y++)
            memcpy(planes + offsets[p] + y * stride,
                   (guint8 *)map.data[p] + y * (gsize)info.stride[p], WIDTH);
    gst_video_frame_unmap(&map);
    gst_buffer_append_memory(dmabuf, wrap(planes, offsets[1]));
    gst_buffer_append_memory(dmabuf, wrap(planes + offsets[1], offsets[1] / 2));
    gst_buffer_add_video_meta_full(dmabuf, 0, GST_VIDEO_FORMAT_NV12, WIDTH, HEIGHT, 2, offsets,
                                   strides);
    assert_as_system_memory("NV12", dmabuf, caps, frame);
}

/* What the network reads is the memory itself. */
static void
test_mapped(void)
{
    static const guint8 zeros[16 * 16 * 4], news = 77;
    g_autoptr(GstCaps) caps = gst_caps_from_string(
        "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=XR24,width=16,height=16");
    GstBuffer *buffer = gst_buffer_new();
    GstMemory *memory = wrap(zeros, sizeof zeros);
    GstVideoInfo info;
    GstVideoFrame map;
    EffNetFrame frame;
    GError *error = NULL;

    gst_buffer_append_memory(buffer, memory);
    g_assert_true(gst_efficientnet_frame_read_caps(&info, caps));
    g_assert_true(gst_efficientnet_frame_map(&map, &frame, &info, buffer, &error));
    g_assert_no_error(error);
    g_assert_cmpint(frame.format, ==, EFFNET_PIXEL_BGRX);
    g_assert_cmpint(pwrite(gst_dmabuf_memory_get_fd(memory), &news, 1, 5), ==, 1);
    g_assert_cmpuint(((const guint8 *)frame.plane[0])[5], ==, news);
    gst_video_frame_unmap(&map);
    gst_buffer_unref(buffer);
}

/* Layouts that only the device knows are not taken, and linear ones are chosen where both are. */
static void
test_modifiers(void)
{
    g_autofree char *linear = make_drm_caps("NV12");
    GstHarness *h = effnet_test_make_harness(model, "", linear);
    GstPad *pad = GST_PAD_PEER(h->srcpad);
    g_autofree char *both = make_drm_caps("{ NV12:0x0100000000000001, NV12 }");
    g_autofree char *tiled = make_drm_caps("NV12:0x0100000000000001");
    g_autoptr(GstCaps) filter = gst_caps_from_string(both), refused = gst_caps_from_string(tiled);
    g_autoptr(GstCaps) expected = gst_caps_from_string(linear);
    g_autoptr(GstCaps) chosen = gst_pad_query_caps(pad, filter);

    g_assert_true(gst_caps_is_equal(chosen, expected));
    g_assert_true(gst_pad_query_accept_caps(pad, expected));
    g_assert_false(gst_pad_query_accept_caps(pad, refused));
    gst_harness_teardown(h);
}

/* Records have the frame's size. */
static void
test_published(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "a.jsonl", NULL);
    g_autofree char *line = g_strdup_printf(
        "efficientnet model=\"%s\" model-options=\"o,resolution=%d\" ! efficientnetpublish "
        "location=\"%s\"",
        model, EFFNET_TEST_RESOLUTION, path);
    g_autofree char *caps = make_drm_caps("BG24"), *written = NULL;
    GstHarness *h = gst_harness_new_parse(line);
    GstBuffer *frame = effnet_test_make_rgb(WIDTH, HEIGHT, 1);

    gst_harness_set_src_caps_str(h, caps);
    gst_buffer_unref(gst_harness_push_and_pull(h, make_dmabuf(frame)));
    gst_buffer_unref(frame);
    gst_harness_teardown(h);
    g_assert_true(g_file_get_contents(path, &written, NULL, NULL));
    g_assert_nonnull(strstr(written, "\"resolution\":{\"width\":98,\"height\":70}"));
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    int ret;

    model = effnet_test_begin(&argc, &argv);
    GST_ELEMENT_REGISTER(efficientnet, NULL);
    GST_ELEMENT_REGISTER(efficientnetpublish, NULL);
    allocator = g_object_ref_sink(g_object_new(counting_allocator_get_type(), NULL));
    g_test_add_func("/dmabuf/formats", test_formats);
    g_test_add_func("/dmabuf/planes", test_planes);
    g_test_add_func("/dmabuf/mapped", test_mapped);
    g_test_add_func("/dmabuf/modifiers", test_modifiers);
    g_test_add_func("/dmabuf/published", test_published);
    ret = effnet_test_run(model);
    gst_object_unref(allocator);
    return ret;
}
