/* SPDX-License-Identifier: BSD-2-Clause */
#include "decoding.h"

#include <string.h>

#include "exif.h"
#include "gif.h"
#include "jpeg.h"

#define KEY "effnet-decoding" /* the pipeline's data */
/* The most bytes of a part of a multipart stream, which the demuxer keeps until it has seen its
 * end. */
#define MAX_PART (64u << 20)
/* The most bytes without a frame: a picture's decoder keeps them until it has all, and others may
 * wait for ever for something that they know. */
#define MAX_UNSHOWN (256u << 20)
/* How many broken frames in a row are left out, such as the grey ones that a stream starts with. If
 * there are more, they are shown as they are. */
#define MAX_BROKEN 15

struct _EffNetDecoding {
    GstElement *pipeline, *source, *sink;
    GstElement *parser, *decoder; /* for some pictures, in the pipeline; otherwise NULL */
    const char *type;             /* theirs */
    guint64 max_pixels;
    gint progress, decoded, entered, done; /* atomic */

    /* The streaming threads'. */
    gboolean is_typed;   /* the file's type is known */
    gboolean is_picture; /* the file is a picture */
    gboolean is_turned;  /* its orientation was announced */
    gboolean is_marked;  /* the decoder marked something as broken */
    gboolean is_gif, is_tiff;
    gboolean is_pixbuf; /* it is decoded by gdkpixbufdec */
    EffNetJpeg jpeg;
    EffNetGif gif;
    EffNetExif exif;     /* of other kinds of pictures */
    guint width, height; /* the first frame's; 0: none yet */
    guint broken;        /* broken frames in a row */
    guint64 part;        /* bytes of the current part */
    guint64 unshown;     /* bytes since the last frame */
    gint shown;          /* frames up to then */
};

/* Checks frame sizes before memory is allocated. */
static gboolean
check_pixels(EffNetDecoding *self, const GstCaps *caps)
{
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    gint width, height;

    if (!gst_structure_get_int(structure, "width", &width) ||
        !gst_structure_get_int(structure, "height", &height) || width <= 0 || height <= 0 ||
        (guint64)width * (guint64)height <= self->max_pixels)
        return TRUE;
    GST_ELEMENT_ERROR(self->source, STREAM, DECODE,
                      ("it has %d x %d pixels, at most %" G_GUINT64_FORMAT " are decoded", width,
                       height, self->max_pixels),
                      (NULL));
    return FALSE;
}

/* The decoder is held here, until the pipeline ends. */
static GstPadProbeReturn
check_decoded(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
    GstCaps *caps;

    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS)
        return GST_PAD_PROBE_PASS;
    gst_event_parse_caps(event, &caps);
    return check_pixels(data, caps) ? GST_PAD_PROBE_PASS : GST_PAD_PROBE_OK;
}

/* FALSE: the decoder would take more and more of what never becomes a picture. */
static gboolean
bound_unshown(EffNetDecoding *self, gsize n)
{
    gint entered = g_atomic_int_get(&self->entered);

    self->unshown = (entered == self->shown ? self->unshown : 0) + n;
    self->shown = entered;
    if (self->unshown <= MAX_UNSHOWN)
        return TRUE;
    GST_ELEMENT_ERROR(self->source, STREAM, DECODE,
                      ("%u MB of it have brought no whole picture", MAX_UNSHOWN >> 20), (NULL));
    return FALSE;
}

/* GStreamer's pngdec puts colours of 16 bits one channel too far. */
static gboolean
is_misread(EffNetDecoding *self)
{
    if (!self->exif.is_deep || self->decoder)
        return FALSE;
    GST_ELEMENT_ERROR(self->source, STREAM, DECODE,
                      ("GStreamer's decoder of PNG confuses the colours of pictures of 16 bits"),
                      ("gdkpixbufdec, which does not, is not installed"));
    return TRUE;
}

/* The head of a GIF without a picture, on which its demuxer ends, while some crash on a head that
 * they refuse. */
static void
replace_head(GstPadProbeInfo *info)
{
    static const char head[] = "GIF89a\x01\0\x01\0\0\0\0;";

    gst_buffer_unref(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = gst_buffer_new_memdup(head, sizeof head - 1);
}

/* FALSE: the bytes are those of a GIF without a size. */
static gboolean
read_bytes(EffNetDecoding *self, GstBuffer *buffer)
{
    guint64 offset = GST_BUFFER_OFFSET_IS_VALID(buffer) ? GST_BUFFER_OFFSET(buffer) : self->gif.at;
    gboolean ok;
    GstMapInfo map;

    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return TRUE;
    ok = !self->is_gif || offset > 0 || effnet_gif_has_size(map.data, map.size);
    effnet_jpeg_feed(&self->jpeg, map.data, map.size);
    effnet_exif_feed(&self->exif, map.data, map.size);
    if (self->is_gif)
        effnet_gif_feed(&self->gif, offset, map.data, map.size);
    gst_buffer_unmap(buffer, &map);
    return ok;
}

static GstPadProbeReturn
file_read(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetDecoding *self = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);

    g_atomic_int_inc(&self->progress);
    if (!bound_unshown(self, gst_buffer_get_size(buffer)))
        return GST_PAD_PROBE_DROP;
    if (self->is_picture && !read_bytes(self, buffer))
        replace_head(info);
    return self->is_picture && is_misread(self) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* Whether the bytes behind PAD can only be had in their order, as a server or a FIFO sends them. */
static gboolean
is_pushed(GstPad *pad)
{
    g_autoptr(GstQuery) query = gst_query_new_scheduling();

    return !gst_pad_query(pad, query) || !gst_query_has_scheduling_mode(query, GST_PAD_MODE_PULL);
}

/* FALSE: the demuxer of GIF would make nothing of what is pushed to it, or loop for ever. */
static gboolean
check_gif(EffNetDecoding *self, GstPad *pad)
{
    if (!is_pushed(pad))
        return TRUE;
    GST_ELEMENT_ERROR(self->source, STREAM, DECODE,
                      ("a GIF can be decoded from a file only, so it must be downloaded first"),
                      (NULL));
    return FALSE;
}

/* PAD, where a decoder is to be, follows the pad that the file comes from. FALSE: the file cannot
 * be decoded. */
static gboolean
note_type(EffNetDecoding *self, GstPad *pad, const GstCaps *caps)
{
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    g_autoptr(GstPad) target =
        GST_IS_GHOST_PAD(pad) ? gst_ghost_pad_get_target(GST_GHOST_PAD(pad)) : NULL;

    if (self->is_typed)
        return TRUE;
    self->is_typed = TRUE;
    self->is_picture = g_str_has_prefix(gst_structure_get_name(structure), "image/");
    self->is_gif = gst_structure_has_name(structure, "image/gif");
    self->is_tiff = gst_structure_has_name(structure, "image/tiff");
    gst_pad_add_probe(target ? target : pad, GST_PAD_PROBE_TYPE_BUFFER, file_read, self, NULL);
    return !self->is_gif || check_gif(self, pad);
}

/* Audio is not decoded, so that its decoders need not be installed. */
static gboolean
autoplug_continue(GstElement *source, GstPad *pad, GstCaps *caps, gpointer data)
{
    const char *type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    EffNetDecoding *self = data;

    return note_type(self, pad, caps) && !g_str_has_prefix(type, "audio/") &&
           check_pixels(self, caps) && !(self->decoder && g_str_equal(type, self->type));
}

/* What there is of a truncated picture counts, which GStreamer's parser of JPEG, used since 1.24,
 * does not pass on. */
static guint
autoplug_select(GstElement *source, GstPad *pad, GstCaps *caps, GstElementFactory *factory,
                gpointer data)
{
    enum { TRY = 0, SKIP = 2 }; /* GstAutoplugSelectResult, which has no header */
    const EffNetDecoding *self = data;

    return self->is_picture && g_str_equal(GST_OBJECT_NAME(factory), "jpegparse") ? SKIP : TRY;
}

static GstPadProbeReturn
part_ended(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    ((EffNetDecoding *)data)->part = 0;
    return GST_PAD_PROBE_OK;
}

static void
part_began(GstElement *demuxer, GstPad *pad, gpointer data)
{
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, part_ended, data, NULL);
}

static GstPadProbeReturn
bound_part(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetDecoding *self = data;

    self->part += gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
    if (self->part <= MAX_PART)
        return GST_PAD_PROBE_OK;
    GST_ELEMENT_ERROR(self->source, STREAM, DEMUX,
                      ("a part of the multipart stream does not end within %u MB", MAX_PART >> 20),
                      (NULL));
    return GST_PAD_PROBE_DROP;
}

static void
set_up_multipart(EffNetDecoding *self, GstElement *demuxer)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(demuxer, "sink");

    /* In theory, JPEG cameras' HTTP streams may continue with anything, and decoding would wait for
     * it. */
    g_object_set(demuxer, "single-stream", TRUE, NULL);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, bound_part, self, NULL);
    g_signal_connect(demuxer, "pad-added", G_CALLBACK(part_began), self);
}

gboolean
effnet_decoding_is_decoder(GstElement *element)
{
    const char *class = gst_element_get_metadata(element, GST_ELEMENT_METADATA_KLASS);

    return class && strstr(class, "Decoder") && (strstr(class, "Video") || strstr(class, "Image"));
}

static void
deep_element_added(GstBin *pipeline, GstBin *bin, GstElement *element, gpointer data)
{
    GObjectClass *class = G_OBJECT_GET_CLASS(element);
    GstElementFactory *factory = gst_element_get_factory(element);
    EffNetDecoding *self = data;
    g_autoptr(GstPad) pad = NULL;

    if (factory && g_str_equal(GST_OBJECT_NAME(factory), "gdkpixbufdec"))
        self->is_pixbuf = TRUE;

    /* jpegdec's default is a coarse transform, which no other program uses for photographs: it
     * changes the first class of one in fifty. */
    if (g_object_class_find_property(class, "idct-method"))
        gst_util_set_object_arg(G_OBJECT(element), "idct-method", "islow");
    if (g_object_class_find_property(class, "single-stream"))
        set_up_multipart(self, element);
    if (effnet_decoding_is_decoder(element))
        pad = gst_element_get_static_pad(element, "src");
    if (pad)
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                          check_decoded, data, NULL);
}

static void
pad_added(GstElement *source, GstPad *pad, gpointer data)
{
    EffNetDecoding *self = data;
    g_autoptr(GstPad) sink =
        gst_element_get_static_pad(self->parser ? self->parser : self->sink, "sink");
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);

    if (caps == NULL || gst_pad_is_linked(sink) ||
        !gst_structure_has_name(gst_caps_get_structure(caps, 0),
                                self->parser ? self->type : "video/x-raw"))
        return;
    if (GST_PAD_LINK_FAILED(gst_pad_link(pad, sink)))
        GST_ELEMENT_ERROR(source, STREAM, WRONG_TYPE,
                          ("the pictures are in memory that cannot be read"), (NULL));
}

static void
no_more_pads(GstElement *source, gpointer data)
{
    EffNetDecoding *self = data;
    g_autoptr(GstPad) sink =
        gst_element_get_static_pad(self->parser ? self->parser : self->sink, "sink");

    if (!gst_pad_is_linked(sink))
        GST_ELEMENT_ERROR(source, STREAM, WRONG_TYPE, ("there is no picture in it"), (NULL));
}

/* Whether a frame is passed on. Before a stream's first complete frame, frames are grey. Of a
 * truncated picture, what there is counts. */
static gboolean
is_shown(EffNetDecoding *self, GstBuffer *buffer)
{
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DECODE_ONLY))
        return FALSE;
    if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED)) {
        self->broken = 0;
        return TRUE;
    }
    self->is_marked = TRUE;
    return self->is_picture || self->broken++ >= MAX_BROKEN;
}

/* A file's main picture is the first; what follows may be a preview or a gain map. Otherwise, any
 * number of pictures are a video without times. */
static gboolean
is_main(EffNetDecoding *self, GstPad *pad)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    gint width = 0, height = 0;

    if (!self->is_picture || caps == NULL)
        return TRUE;
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width);
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &height);
    if (self->width == 0) {
        self->width = (guint)width;
        self->height = (guint)height;
        return TRUE;
    }
    return !self->jpeg.has_more && (guint)width == self->width && (guint)height == self->height;
}

/* gdkpixbufdec mirrors TIFF files as they say, but does not make rows of columns. */
static guint
get_orientation(const EffNetDecoding *self)
{
    static const guint8 left[] = {0, 0, 0, 0, 0, 5, 7, 5, 7};
    guint orientation = MAX(self->jpeg.orientation, self->exif.orientation);

    return self->is_tiff && self->is_pixbuf ? left[orientation] : orientation;
}

/* Announces the orientation to whom PAD belongs, as GStreamer's own parser of JPEG does, which is
 * not in every version's path. Other files may have it at their end, where it is too late for the
 * decoder to pass it on before the frame. */
static void
tell_orientation(EffNetDecoding *self, GstPad *pad)
{
    static const char *const names[] = {NULL,
                                        NULL,
                                        "flip-rotate-0",
                                        "rotate-180",
                                        "flip-rotate-180",
                                        "flip-rotate-270",
                                        "rotate-90",
                                        "flip-rotate-90",
                                        "rotate-270"};
    const char *name = names[get_orientation(self)];

    if (self->is_turned || name == NULL)
        return;
    self->is_turned = TRUE;
    gst_pad_send_event(pad,
                       gst_event_new_tag(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, name, NULL)));
}

/* Whether a GIF's next image has not come to its end, although the decoder has made a frame of it.
 */
static gboolean
is_cut_gif(EffNetDecoding *self)
{
    gint entered = g_atomic_int_get(&self->entered);

    if (!self->is_gif || g_atomic_int_get(&self->gif.n_whole) > entered)
        return FALSE;
    if (entered == 0)
        GST_ELEMENT_ERROR(self->source, STREAM, DECODE, ("this GIF picture is cut off or damaged"),
                          (NULL));
    return TRUE;
}

static GstPadProbeReturn
frame_decoded(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetDecoding *self = data;

    g_atomic_int_inc(&self->progress);
    g_atomic_int_inc(&self->decoded);
    if (!is_shown(self, GST_PAD_PROBE_INFO_BUFFER(info)) || !is_main(self, pad) || is_cut_gif(self))
        return GST_PAD_PROBE_DROP;
    tell_orientation(self, pad);
    g_atomic_int_inc(&self->entered);
    return GST_PAD_PROBE_OK;
}

EffNetDecoding *
effnet_decoding_new(GstElement *pipeline, GstElement *source, GstElement *sink, guint64 max_pixels)
{
    EffNetDecoding *self = g_new0(EffNetDecoding, 1);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");

    self->pipeline = pipeline;
    self->source = source;
    self->sink = sink;
    self->max_pixels = max_pixels;
    g_object_set_data_full(G_OBJECT(pipeline), KEY, self, g_free);
    g_signal_connect(pipeline, "deep-element-added", G_CALLBACK(deep_element_added), self);
    g_signal_connect(source, "autoplug-continue", G_CALLBACK(autoplug_continue), self);
    g_signal_connect(source, "autoplug-select", G_CALLBACK(autoplug_select), self);
    g_signal_connect(source, "pad-added", G_CALLBACK(pad_added), self);
    g_signal_connect(source, "no-more-pads", G_CALLBACK(no_more_pads), self);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, frame_decoded, self, NULL);
    return self;
}

EffNetDecoding *
effnet_decoding_find(GstElement *pipeline)
{
    return g_object_get_data(G_OBJECT(pipeline), KEY);
}

static void
remove_element(EffNetDecoding *self, GstElement **element)
{
    if (*element == NULL)
        return;
    gst_element_set_state(*element, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(self->pipeline), *element);
    *element = NULL;
}

static void
reset(EffNetDecoding *self)
{
    self->is_typed = self->is_picture = self->is_turned = self->is_marked = FALSE;
    self->is_gif = self->is_tiff = self->is_pixbuf = FALSE;
    self->width = self->height = self->broken = 0;
    self->part = self->unshown = 0;
    self->shown = 0;
    memset(&self->jpeg, 0, sizeof self->jpeg);
    memset(&self->gif, 0, sizeof self->gif);
    memset(&self->exif, 0, sizeof self->exif);
    g_atomic_int_set(&self->entered, 0);
    g_atomic_int_set(&self->done, 0);
}

void
effnet_decoding_begin(EffNetDecoding *self)
{
    remove_element(self, &self->parser);
    remove_element(self, &self->decoder);
    reset(self);
}

/* Pictures that the usual decoders do not decode, or wrongly, and others that do. */
static const struct {
    const char *type, *parser, *decoder;
} others[] = {{"image/jpeg", "jpegparse", "avdec_mjpeg"},
              {"image/png", "identity", "gdkpixbufdec"}};

gboolean
effnet_decoding_begin_again(EffNetDecoding *self)
{
    gsize kind = self->exif.is_deep;
    GstElement *parser, *decoder;

    if ((!self->exif.is_deep && !effnet_decoding_is_cmyk(self)) || self->decoder ||
        g_atomic_int_get(&self->entered) > 0)
        return FALSE;
    parser = gst_element_factory_make(others[kind].parser, NULL);
    decoder = gst_element_factory_make(others[kind].decoder, NULL);
    if (parser == NULL || decoder == NULL) {
        gst_clear_object(&parser);
        gst_clear_object(&decoder);
        return FALSE;
    }
    self->parser = parser;
    self->decoder = decoder;
    self->type = others[kind].type;
    gst_bin_add_many(GST_BIN(self->pipeline), parser, decoder, NULL);
    gst_element_link_many(parser, decoder, self->sink, NULL);
    reset(self);
    return TRUE;
}

void
effnet_decoding_note_done(EffNetDecoding *self)
{
    g_atomic_int_inc(&self->progress);
    g_atomic_int_inc(&self->done);
}

guint
effnet_decoding_get_progress(const EffNetDecoding *self)
{
    return (guint)g_atomic_int_get(&self->progress);
}

guint
effnet_decoding_get_decoded(const EffNetDecoding *self)
{
    return (guint)g_atomic_int_get(&self->decoded);
}

gboolean
effnet_decoding_is_busy(const EffNetDecoding *self)
{
    return g_atomic_int_get(&self->entered) != g_atomic_int_get(&self->done);
}

gboolean
effnet_decoding_has_picture(const EffNetDecoding *self)
{
    gint done = g_atomic_int_get(&self->done);

    return done > 0 && done == g_atomic_int_get(&self->entered) && self->is_picture;
}

gboolean
effnet_decoding_is_truncated(const EffNetDecoding *self)
{
    return self->is_picture &&
           (self->is_marked || (self->jpeg.n_components && !self->jpeg.is_whole));
}

gboolean
effnet_decoding_is_cmyk(const EffNetDecoding *self)
{
    return self->is_picture && self->jpeg.n_components == 4;
}
