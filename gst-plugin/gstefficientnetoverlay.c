/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off */
/**
 * SECTION:element-efficientnetoverlay
 * @title: efficientnetoverlay
 * @short_description: draws classification results
 *
 * Writes what efficientnet attached to a frame onto it: the labels, their scores and a bar for each,
 * in a corner for the whole frame, on an outline for a region. Text is as large as the frame lets
 * it be read. Where downstream takes overlays (`meta:GstVideoOverlayComposition`, as glimagesink
 * does) the pixels are not touched; elsewhere they are drawn into.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! efficientnet late-policy=skip-inference \
 *     ! efficientnetoverlay ! videoconvert ! autovideosink
 * ]| A camera with what it sees written on it.
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=30 ! efficientnet \
 *     ! efficientnetoverlay position=bottom-right font="Sans Bold 30" max-labels=3 color=0xffffb000 \
 *     ! jpegenc ! multifilesink location=frame-%02d.jpg
 * ]| Three labels, larger, with orange bars, in the lower right corner, as images.
 *
 * Since: 0.1
 */
/* clang-format on */
#include "gstefficientnetoverlay.h"

#include "frame.h"
#include "meta.h"
#include "overlaypainter.h"

GST_DEBUG_CATEGORY_STATIC(efficientnetoverlay_debug);
#define GST_CAT_DEFAULT efficientnetoverlay_debug

#define COMPOSITION GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION

#define DEFAULT_POSITION   GST_EFFICIENTNET_OVERLAY_TOP_LEFT
#define DEFAULT_FONT       "Sans"
#define DEFAULT_COLOR      0xff4fa3ff
#define DEFAULT_MAX_LABELS 5
#define DEFAULT_THRESHOLD  0.01
#define DEFAULT_SHOW_SCORE TRUE

enum {
    PROP_POSITION = 1,
    PROP_FONT,
    PROP_COLOR,
    PROP_MAX_LABELS,
    PROP_THRESHOLD,
    PROP_SHOW_SCORE,
    PROP_HEATMAP,
};

typedef struct {
    GstEfficientNetOverlayPosition position;
    char *font;
    guint color;
    guint max_labels;
    double threshold;
    gboolean show_score;
    gboolean heatmap;
} Settings;

struct _GstEfficientNetOverlay {
    GstBaseTransform parent;

    Settings settings; /* under the object lock */

    /* Downstream's caps allow compositions, but it ignores them. Atomic: caps are queried from any
     * thread. */
    gint refused;

    /* The streaming thread's. */
    GstVideoInfo info;
    gboolean attach; /* rather than blend */
    gboolean asked;  /* whether downstream uses what is attached */
    GstEfficientNetOverlayPainter *painter;
};

#define CAPS                                                                                       \
    GST_VIDEO_CAPS_MAKE(GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS)                               \
    "; " GST_VIDEO_CAPS_MAKE_WITH_FEATURES("ANY", GST_VIDEO_FORMATS_ALL)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));

G_DEFINE_TYPE(GstEfficientNetOverlay, gst_efficientnet_overlay, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(efficientnetoverlay, "efficientnetoverlay", GST_RANK_NONE,
                            GST_TYPE_EFFICIENTNET_OVERLAY)

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    Settings *settings = &GST_EFFICIENTNET_OVERLAY(object)->settings;

    GST_OBJECT_LOCK(object);
    switch (id) {
    case PROP_POSITION:
        settings->position = g_value_get_enum(value);
        break;
    case PROP_FONT:
        g_free(settings->font);
        settings->font = g_value_dup_string(value);
        break;
    case PROP_COLOR:
        settings->color = g_value_get_uint(value);
        break;
    case PROP_MAX_LABELS:
        settings->max_labels = g_value_get_uint(value);
        break;
    case PROP_THRESHOLD:
        settings->threshold = g_value_get_double(value);
        break;
    case PROP_SHOW_SCORE:
        settings->show_score = g_value_get_boolean(value);
        break;
    case PROP_HEATMAP:
        settings->heatmap = g_value_get_boolean(value);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
    GST_OBJECT_UNLOCK(object);
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    const Settings *settings = &GST_EFFICIENTNET_OVERLAY(object)->settings;

    GST_OBJECT_LOCK(object);
    switch (id) {
    case PROP_POSITION:
        g_value_set_enum(value, settings->position);
        break;
    case PROP_FONT:
        g_value_set_string(value, settings->font);
        break;
    case PROP_COLOR:
        g_value_set_uint(value, settings->color);
        break;
    case PROP_MAX_LABELS:
        g_value_set_uint(value, settings->max_labels);
        break;
    case PROP_THRESHOLD:
        g_value_set_double(value, settings->threshold);
        break;
    case PROP_SHOW_SCORE:
        g_value_set_boolean(value, settings->show_score);
        break;
    case PROP_HEATMAP:
        g_value_set_boolean(value, settings->heatmap);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
    GST_OBJECT_UNLOCK(object);
}

static gboolean
start(GstBaseTransform *trans)
{
    GstEfficientNetOverlay *self = GST_EFFICIENTNET_OVERLAY(trans);

    g_atomic_int_set(&self->refused, FALSE);
    self->painter = gst_efficientnet_overlay_painter_new();
    return TRUE;
}

static gboolean
stop(GstBaseTransform *trans)
{
    GstEfficientNetOverlay *self = GST_EFFICIENTNET_OVERLAY(trans);

    g_clear_pointer(&self->painter, gst_efficientnet_overlay_painter_free);
    return TRUE;
}

static gboolean
has_composition(const GstCapsFeatures *features)
{
    return !gst_caps_features_is_any(features) && gst_caps_features_contains(features, COMPOSITION);
}

/* CAPS with or without the feature. */
static GstCaps *
with_composition(const GstCaps *caps, gboolean with)
{
    GstCaps *changed = gst_caps_new_empty();

    for (guint i = 0; i < gst_caps_get_size(caps); i++) {
        GstCapsFeatures *features = gst_caps_features_copy(gst_caps_get_features(caps, i));

        if (with && !gst_caps_features_is_any(features) && !has_composition(features))
            gst_caps_features_add(features, COMPOSITION);
        else if (!with && has_composition(features))
            gst_caps_features_remove(features, COMPOSITION);
        gst_caps_append_structure_full(changed, gst_structure_copy(gst_caps_get_structure(caps, i)),
                                       features);
    }
    return changed;
}

/* Those of CAPS whose memory can be drawn into. */
static GstCaps *
drawable(const GstCaps *caps)
{
    static GstStaticCaps formats =
        GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS));
    g_autoptr(GstCaps) all = gst_static_caps_get(&formats);

    return gst_caps_intersect_full((GstCaps *)caps, all, GST_CAPS_INTERSECT_FIRST);
}

/* Those of CAPS that may carry compositions. */
static GstCaps *
accompanied(const GstCaps *caps)
{
    GstCaps *chosen = gst_caps_new_empty();

    for (guint i = 0; i < gst_caps_get_size(caps); i++) {
        const GstCapsFeatures *features = gst_caps_get_features(caps, i);

        if (gst_caps_features_is_any(features) || has_composition(features))
            gst_caps_append_structure_full(chosen,
                                           gst_structure_copy(gst_caps_get_structure(caps, i)),
                                           gst_caps_features_copy(features));
    }
    return chosen;
}

/* The output caps for input CAPS: the same with compositions, in any memory; or without, if they
 * can be drawn into. */
static GstCaps *
caps_out(GstEfficientNetOverlay *self, const GstCaps *caps)
{
    g_autoptr(GstCaps) without = with_composition(caps, FALSE);

    if (g_atomic_int_get(&self->refused))
        return drawable(without);
    return gst_caps_merge(with_composition(caps, TRUE), drawable(without));
}

/* The input caps for output CAPS; compositions of others are drawn as well. */
static GstCaps *
caps_in(const GstCaps *caps)
{
    g_autoptr(GstCaps) drawn = drawable(caps);
    g_autoptr(GstCaps) attached = accompanied(caps);
    GstCaps *in = gst_caps_merge(with_composition(attached, FALSE), gst_caps_ref(drawn));

    in = gst_caps_merge(in, gst_caps_ref(attached));
    return gst_caps_merge(in, with_composition(drawn, TRUE));
}

static GstCaps *
transform_caps(GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
    g_autoptr(GstCaps) all =
        direction == GST_PAD_SINK ? caps_out(GST_EFFICIENTNET_OVERLAY(trans), caps) : caps_in(caps);

    return filter ? gst_caps_intersect_full(filter, all, GST_CAPS_INTERSECT_FIRST)
                  : g_steal_pointer(&all);
}

static gboolean
set_caps(GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
    GstEfficientNetOverlay *self = GST_EFFICIENTNET_OVERLAY(trans);

    if (!gst_video_info_from_caps(&self->info, incaps)) {
        g_autofree char *caps = gst_caps_to_string(incaps);

        GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("caps: %s are not those of a video", caps),
                          (NULL));
        return FALSE;
    }
    self->attach = has_composition(gst_caps_get_features(outcaps, 0));
    self->asked = FALSE;
    GST_DEBUG_OBJECT(self, "frames are %s", self->attach ? "accompanied" : "drawn into");
    return TRUE;
}

/* Many sinks accept any caps, and ignore compositions; those that use them say so in answer to an
 * allocation query. For the others, frames are drawn into after all. */
static void
ask_downstream(GstEfficientNetOverlay *self)
{
    GstBaseTransform *trans = GST_BASE_TRANSFORM(self);
    GstPad *pad = GST_BASE_TRANSFORM_SRC_PAD(trans);
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_autoptr(GstCaps) all_without = NULL, without = NULL;
    g_autoptr(GstQuery) query = NULL;

    if (!caps)
        return; /* the pad was stopped while the frame was on its way, and the frame ends here */
    self->asked = TRUE;
    query = gst_query_new_allocation(caps, FALSE);
    if (gst_pad_peer_query(pad, query) &&
        gst_query_find_allocation_meta(query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL))
        return;
    all_without = with_composition(caps, FALSE);
    without = drawable(all_without);
    if (gst_caps_is_empty(without))
        return; /* if it cannot be drawn into, a composition does no harm */
    self->attach = FALSE;
    g_atomic_int_set(&self->refused, TRUE);
    gst_base_transform_update_src_caps(trans, without);
}

static gboolean
src_event(GstBaseTransform *trans, GstEvent *event)
{
    /* A new downstream may use compositions. */
    if (GST_EVENT_TYPE(event) == GST_EVENT_RECONFIGURE)
        g_atomic_int_set(&GST_EFFICIENTNET_OVERLAY(trans)->refused, FALSE);
    return GST_BASE_TRANSFORM_CLASS(gst_efficientnet_overlay_parent_class)->src_event(trans, event);
}

static void
copy_settings(GstEfficientNetOverlay *self, Settings *copy)
{
    GST_OBJECT_LOCK(self);
    *copy = self->settings;
    copy->font = g_strdup(self->settings.font);
    GST_OBJECT_UNLOCK(self);
}

/* What to draw on BUFFER; NULL: nothing. */
static GstVideoOverlayComposition *
compose(GstEfficientNetOverlay *self, GstBuffer *buffer)
{
    const GValue *results = gst_efficientnet_buffer_get_results(buffer);
    EffNetRect seen = gst_efficientnet_frame_visible(buffer, &self->info);
    GstVideoRectangle visible = {(gint)seen.x, (gint)seen.y, (gint)seen.w, (gint)seen.h};
    g_auto(GstEfficientNetOverlayLayout) layout = {0};
    GstEfficientNetOverlayStyle style;
    GstVideoOverlayComposition *composition;
    Settings settings;

    if (!results)
        return NULL;
    copy_settings(self, &settings);
    style = (GstEfficientNetOverlayStyle){settings.font, settings.color, settings.show_score};
    gst_efficientnet_overlay_layout_init(&layout, results, &visible, settings.position,
                                         settings.max_labels, settings.threshold,
                                         gst_efficientnet_overlay_font_size(settings.font));
    if (settings.heatmap)
        gst_efficientnet_overlay_layout_add_heats(&layout, results, &visible);
    composition = gst_efficientnet_overlay_painter_paint(self->painter, &layout, &style);
    g_free(settings.font);
    return composition;
}

/* Attaches ADDED, of which it takes ownership, on top of others' compositions. */
static void
attach(GstBuffer *buffer, GstVideoOverlayComposition *added)
{
    GstVideoOverlayCompositionMeta *meta = gst_buffer_get_video_overlay_composition_meta(buffer);
    GstVideoOverlayComposition *all = added;

    if (meta) {
        all = gst_video_overlay_composition_copy(meta->overlay);
        for (guint i = 0; i < gst_video_overlay_composition_n_rectangles(added); i++)
            gst_video_overlay_composition_add_rectangle(
                all, gst_video_overlay_composition_get_rectangle(added, i));
        gst_video_overlay_composition_unref(added);
        gst_buffer_remove_meta(buffer, GST_META_CAST(meta));
    }
    gst_buffer_add_video_overlay_composition_meta(buffer, all);
    gst_video_overlay_composition_unref(all);
}

/* Draws others' compositions, then ADDED, into the frame; either may be NULL. */
static gboolean
blend(GstEfficientNetOverlay *self, GstBuffer *buffer, GstVideoOverlayComposition *added,
      GError **error)
{
    GstVideoOverlayCompositionMeta *meta = gst_buffer_get_video_overlay_composition_meta(buffer);
    GstVideoFrame frame;

    if (!meta && !added)
        return TRUE;
    if (!gst_efficientnet_frame_map_video(&frame, &self->info, buffer, GST_MAP_READWRITE, error))
        return FALSE;
    if (meta)
        gst_video_overlay_composition_blend(meta->overlay, &frame);
    if (added)
        gst_video_overlay_composition_blend(added, &frame);
    gst_video_frame_unmap(&frame);
    if (meta)
        gst_buffer_remove_meta(buffer, GST_META_CAST(meta));
    return TRUE;
}

static GstFlowReturn
transform_ip(GstBaseTransform *trans, GstBuffer *buffer)
{
    GstEfficientNetOverlay *self = GST_EFFICIENTNET_OVERLAY(trans);
    g_autoptr(GstVideoOverlayComposition) composition = NULL;
    g_autoptr(GError) error = NULL;

    if (self->attach && !self->asked)
        ask_downstream(self);
    composition = compose(self, buffer);
    if (self->attach) {
        if (composition)
            attach(buffer, g_steal_pointer(&composition));
        return GST_FLOW_OK;
    }
    if (blend(self, buffer, composition, &error))
        return GST_FLOW_OK;
    GST_ELEMENT_ERROR(self, STREAM, FAILED, ("%s", error->message), (NULL));
    return GST_FLOW_ERROR;
}

/* Downstream gets the very buffers of upstream, so that these two agree. */
static gboolean
propose_allocation(GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query)
{
    return gst_pad_peer_query(GST_BASE_TRANSFORM_SRC_PAD(trans), query);
}

static void
finalize(GObject *object)
{
    g_free(GST_EFFICIENTNET_OVERLAY(object)->settings.font);
    G_OBJECT_CLASS(gst_efficientnet_overlay_parent_class)->finalize(object);
}

static void
install_properties(GObjectClass *klass)
{
    const GParamFlags flags =
        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

    g_object_class_install_property(
        klass, PROP_POSITION,
        g_param_spec_enum("position", "Position",
                          "Where the labels of the whole frame stand; those of a region stand on "
                          "it",
                          gst_efficientnet_overlay_position_get_type(), DEFAULT_POSITION, flags));
    g_object_class_install_property(
        klass, PROP_FONT,
        g_param_spec_string(
            "font", "Font",
            "A Pango font description, e.g. \"Sans Bold 30\"; the size is in pixels "
            "of a frame whose shorter side has 720, follows the frame's, and is "
            "never less than can be read (no size: 24)",
            DEFAULT_FONT, flags));
    g_object_class_install_property(
        klass, PROP_COLOR,
        g_param_spec_uint("color", "Color",
                          "The colour of bars and of regions' outlines, as 0xAARRGGBB; text is "
                          "always white on a dark ground",
                          0, G_MAXUINT32, DEFAULT_COLOR, flags));
    g_object_class_install_property(
        klass, PROP_MAX_LABELS,
        g_param_spec_uint("max-labels", "Maximum labels",
                          "How many of a result's labels are drawn, best first, as far as there is "
                          "room: half of the frame, the height of a region, one at least",
                          1, G_MAXINT, DEFAULT_MAX_LABELS, flags));
    g_object_class_install_property(
        klass, PROP_THRESHOLD,
        g_param_spec_double(
            "threshold", "Threshold",
            "Labels of classes with lower scores are not drawn, as their bars would "
            "have no length",
            -G_MAXDOUBLE, G_MAXDOUBLE, DEFAULT_THRESHOLD, flags));
    g_object_class_install_property(
        klass, PROP_SHOW_SCORE,
        g_param_spec_boolean("show-score", "Show score",
                             "Write the score beside each label; its bar is drawn in any case",
                             DEFAULT_SHOW_SCORE, flags));
    g_object_class_install_property(
        klass, PROP_HEATMAP,
        g_param_spec_boolean(
            "heatmap", "Heatmap",
            "Draw the heatmaps of results, which efficientnet adds with "
            "heatmap=true: the redder and brighter, the more a place speaks for the "
            "class",
            FALSE, flags));
}

static void
gst_efficientnet_overlay_class_init(GstEfficientNetOverlayClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(efficientnetoverlay_debug, "efficientnetoverlay", 0,
                            "EfficientNet overlay");
    gst_efficientnet_meta_register();

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->finalize = finalize;
    install_properties(object_class);

    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_set_static_metadata(
        element_class, "EfficientNet Overlay", "Filter/Editor/Video",
        "Draws the classes that efficientnet attached, on the frame and on its regions",
        "The gst-efficientnet developers");

    transform_class->passthrough_on_same_caps = FALSE;
    transform_class->start = GST_DEBUG_FUNCPTR(start);
    transform_class->stop = GST_DEBUG_FUNCPTR(stop);
    transform_class->transform_caps = GST_DEBUG_FUNCPTR(transform_caps);
    transform_class->set_caps = GST_DEBUG_FUNCPTR(set_caps);
    transform_class->src_event = GST_DEBUG_FUNCPTR(src_event);
    transform_class->propose_allocation = GST_DEBUG_FUNCPTR(propose_allocation);
    transform_class->transform_ip = GST_DEBUG_FUNCPTR(transform_ip);
}

static void
gst_efficientnet_overlay_init(GstEfficientNetOverlay *self)
{
    GstBaseTransform *trans = GST_BASE_TRANSFORM(self);

    gst_base_transform_set_in_place(trans, TRUE);
    gst_base_transform_set_passthrough(trans, FALSE);
    gst_base_transform_set_qos_enabled(trans, FALSE);
    gst_base_transform_set_gap_aware(trans, TRUE);
    self->settings = (Settings){
        .position = DEFAULT_POSITION,
        .font = g_strdup(DEFAULT_FONT),
        .color = DEFAULT_COLOR,
        .max_labels = DEFAULT_MAX_LABELS,
        .threshold = DEFAULT_THRESHOLD,
        .show_score = DEFAULT_SHOW_SCORE,
    };
}
