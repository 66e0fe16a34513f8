/* SPDX-License-Identifier: BSD-2-Clause */
#include "overlaypainter.h"

#include <effnet/heatmap.h>
#include <pango/pangocairo.h>

/* Labels are untrusted text; more than this is never shown. */
#define MAX_LABEL 256

#define DEFAULT_FONT_SIZE 24

#define BACKDROP 0.04, 0.05, 0.07, 0.72
#define TRACK    1, 1, 1, 0.22

/* Pixels of a heatmap's picture, along each side. */
#define HEAT_SIDE   64
#define HEAT_OPAQUE 0.65f /* where a heatmap is greatest */

struct _GstEfficientNetOverlayPainter {
    PangoFontMap *fonts;
    PangoContext *context;
    PangoLayout *text;
    char *font; /* TEXT's */
    guint font_pixels;

    /* From what an image shows to the image; this frame's images, and the previous frame's. */
    GHashTable *pictures, *before;
};

GstEfficientNetOverlayPainter *
gst_efficientnet_overlay_painter_new(void)
{
    GstEfficientNetOverlayPainter *self = g_new0(GstEfficientNetOverlayPainter, 1);
    cairo_font_options_t *options = cairo_font_options_create();

    /* The same on every screen, since a video's subpixels are unknown here. */
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
    self->fonts = pango_cairo_font_map_new();
    self->context = pango_font_map_create_context(self->fonts);
    pango_cairo_context_set_font_options(self->context, options);
    cairo_font_options_destroy(options);
    self->text = pango_layout_new(self->context);
    pango_layout_set_single_paragraph_mode(self->text, TRUE);
    self->pictures =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)gst_buffer_unref);
    self->before =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)gst_buffer_unref);
    return self;
}

void
gst_efficientnet_overlay_painter_free(GstEfficientNetOverlayPainter *self)
{
    g_hash_table_unref(self->pictures);
    g_hash_table_unref(self->before);
    g_object_unref(self->text);
    g_object_unref(self->context);
    g_object_unref(self->fonts);
    g_free(self->font);
    g_free(self);
}

double
gst_efficientnet_overlay_font_size(const char *font)
{
    PangoFontDescription *description = pango_font_description_from_string(font ? font : "");
    double size = (double)pango_font_description_get_size(description) / PANGO_SCALE;

    pango_font_description_free(description);
    return size > 0 ? size : DEFAULT_FONT_SIZE;
}

static void
set_font(GstEfficientNetOverlayPainter *self, const char *font, guint pixels)
{
    PangoFontDescription *description;

    if (pixels == self->font_pixels && g_strcmp0(font, self->font) == 0)
        return;
    description = pango_font_description_from_string(font ? font : "");
    pango_font_description_set_absolute_size(description, (double)pixels * PANGO_SCALE);
    pango_layout_set_font_description(self->text, description);
    pango_font_description_free(description);
    g_free(self->font);
    self->font = g_strdup(font);
    self->font_pixels = pixels;
}

/* TEXT, or the part of it that is safe to lay out. */
static char *
printable(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);

    return g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), MAX_LABEL));
}

static void
set_color(cairo_t *cr, guint32 argb)
{
    cairo_set_source_rgba(cr, (argb >> 16 & 255) / 255.0, (argb >> 8 & 255) / 255.0,
                          (argb & 255) / 255.0, (argb >> 24) / 255.0);
}

/* Draws WHAT within WIDTH pixels from X on, cut with an ellipsis; right-aligned if FROM_RIGHT.
 * Returns its width. */
static gint
draw_text(GstEfficientNetOverlayPainter *self, cairo_t *cr, const char *what, gint x, gint y,
          gint width, gboolean from_right)
{
    PangoRectangle extents;

    pango_layout_set_text(self->text, what, -1);
    pango_layout_set_ellipsize(self->text, PANGO_ELLIPSIZE_END);
    pango_layout_set_width(self->text, width * PANGO_SCALE);
    pango_layout_set_alignment(self->text, from_right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, self->text);
    pango_layout_get_pixel_extents(self->text, NULL, &extents);
    return extents.width;
}

static void
draw_bar(cairo_t *cr, const GstEfficientNetOverlayMetrics *metrics, gint x, gint y, gint width,
         float score, guint32 color)
{
    cairo_set_source_rgba(cr, TRACK);
    cairo_rectangle(cr, x, y, width, metrics->bar);
    cairo_fill(cr);
    set_color(cr, color);
    cairo_rectangle(cr, x, y, width * (score > 0.0f ? MIN(score, 1.0f) : 0.0f), metrics->bar);
    cairo_fill(cr);
}

/* Of what is unknown, the first row says so, and how similar it is. */
static const char *
row_label(const GstEfficientNetOverlayPanel *panel, guint k)
{
    return k == 0 && gst_efficientnet_result_is_unknown(&panel->result)
               ? "unknown"
               : gst_efficientnet_result_get_label(&panel->result, k);
}

static float
row_score(const GstEfficientNetOverlayPanel *panel, guint k)
{
    return k == 0 && gst_efficientnet_result_is_unknown(&panel->result)
               ? gst_efficientnet_result_get_similarity(&panel->result)
               : gst_efficientnet_result_get_score(&panel->result, k);
}

static void
draw_row(GstEfficientNetOverlayPainter *self, cairo_t *cr,
         const GstEfficientNetOverlayMetrics *metrics, const GstEfficientNetOverlayStyle *style,
         const GstEfficientNetOverlayPanel *panel, guint k, gint y)
{
    float score = row_score(panel, k);
    g_autofree char *label = printable(row_label(panel, k));
    gint x = (gint)metrics->padding, width = panel->rect.w - 2 * x, taken = 0;

    if (style->show_score) {
        char number[32];

        g_snprintf(number, sizeof number, "%.2f", (double)score);
        taken = draw_text(self, cr, number, x, y, width, TRUE) + x;
    }
    draw_text(self, cr, label, x, y, MAX(width - taken, 0), FALSE);
    draw_bar(cr, metrics, x, y + (gint)(metrics->row - 2 * metrics->bar), width, score,
             style->color);
}

static void
draw_panel(GstEfficientNetOverlayPainter *self, cairo_t *cr,
           const GstEfficientNetOverlayMetrics *metrics, const GstEfficientNetOverlayStyle *style,
           const GstEfficientNetOverlayPanel *panel)
{
    gint y = (gint)metrics->padding;

    set_font(self, style->font, metrics->font);
    pango_cairo_update_context(cr, self->context);
    cairo_set_source_rgba(cr, BACKDROP);
    cairo_paint(cr);
    if (panel->title) {
        g_autofree char *model = printable(panel->result.model);

        draw_text(self, cr, model, (gint)metrics->padding, y,
                  panel->rect.w - 2 * (gint)metrics->padding, FALSE);
        y += (gint)metrics->row;
    }
    for (guint k = 0; k < panel->n_labels; k++, y += (gint)metrics->row)
        draw_row(self, cr, metrics, style, panel, k, y);
}

/* The key of a panel's image, which is the same wherever the panel is. */
static char *
panel_key(const GstEfficientNetOverlayMetrics *metrics, const GstEfficientNetOverlayStyle *style,
          const GstEfficientNetOverlayPanel *panel)
{
    GString *key = g_string_new(NULL);

    g_string_append_printf(key, "%u %d %d %08x %d %s", metrics->font, panel->rect.w, panel->rect.h,
                           style->color, style->show_score, style->font ? style->font : "");
    if (panel->title)
        g_string_append_printf(key, "\n%.1024s", panel->result.model);
    for (guint k = 0; k < panel->n_labels; k++)
        g_string_append_printf(key, "\n%.3f %.1024s", (double)row_score(panel, k),
                               row_label(panel, k));
    return g_string_free(key, FALSE);
}

/* The image of KEY, of which it takes ownership: one of this frame or the previous one, or a new,
 * transparent one; then sets *IS_NEW. */
static GstBuffer *
get_picture(GstEfficientNetOverlayPainter *self, char *key, gint width, gint height,
            gboolean *is_new)
{
    GstBuffer *picture = g_hash_table_lookup(self->pictures, key);

    *is_new = FALSE;
    if (picture) {
        g_free(key);
        return picture;
    }
    picture = g_hash_table_lookup(self->before, key);
    if (picture) {
        gst_buffer_ref(picture);
    } else {
        picture = gst_buffer_new_allocate(NULL, (gsize)width * (gsize)height * 4, NULL);
        gst_buffer_memset(picture, 0, 0, (gsize)width * (gsize)height * 4);
        gst_buffer_add_video_meta(picture, GST_VIDEO_FRAME_FLAG_NONE,
                                  GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, (guint)width,
                                  (guint)height);
        *is_new = TRUE;
    }
    g_hash_table_insert(self->pictures, key, picture);
    return picture;
}

typedef struct {
    GstMapInfo map;
    cairo_surface_t *surface;
    cairo_t *cr;
} Canvas;

static void
canvas_open(Canvas *canvas, GstBuffer *picture, gint width, gint height)
{
    gboolean mapped = gst_buffer_map(picture, &canvas->map, GST_MAP_READWRITE);

    g_assert(mapped); /* it is our own */
    canvas->surface = cairo_image_surface_create_for_data(canvas->map.data, CAIRO_FORMAT_ARGB32,
                                                          width, height, width * 4);
    canvas->cr = cairo_create(canvas->surface);
}

static void
canvas_close(Canvas *canvas, GstBuffer *picture)
{
    cairo_destroy(canvas->cr);
    cairo_surface_finish(canvas->surface);
    cairo_surface_destroy(canvas->surface);
    gst_buffer_unmap(picture, &canvas->map);
}

static void
add_picture(GstVideoOverlayComposition **composition, GstBuffer *picture,
            const GstVideoRectangle *rect, GstVideoOverlayFormatFlags flags)
{
    GstVideoOverlayRectangle *rectangle = gst_video_overlay_rectangle_new_raw(
        picture, rect->x, rect->y, (guint)rect->w, (guint)rect->h, flags);

    if (!*composition)
        *composition = gst_video_overlay_composition_new(rectangle);
    else
        gst_video_overlay_composition_add_rectangle(*composition, rectangle);
    gst_video_overlay_rectangle_unref(rectangle);
}

static void
paint_panel(GstEfficientNetOverlayPainter *self, GstVideoOverlayComposition **composition,
            const GstEfficientNetOverlayMetrics *metrics, const GstEfficientNetOverlayStyle *style,
            const GstEfficientNetOverlayPanel *panel)
{
    const GstVideoRectangle *rect = &panel->rect;
    gboolean is_new;
    GstBuffer *picture =
        get_picture(self, panel_key(metrics, style, panel), rect->w, rect->h, &is_new);

    if (is_new) {
        Canvas canvas;

        canvas_open(&canvas, picture, rect->w, rect->h);
        draw_panel(self, canvas.cr, metrics, style, panel);
        canvas_close(&canvas, picture);
    }
    add_picture(composition, picture, rect, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
}

static void
paint_strip(GstEfficientNetOverlayPainter *self, GstVideoOverlayComposition **composition,
            const GstEfficientNetOverlayStyle *style, GstVideoRectangle rect)
{
    gboolean is_new;
    GstBuffer *picture =
        get_picture(self, g_strdup_printf("strip %d %d %08x", rect.w, rect.h, style->color), rect.w,
                    rect.h, &is_new);

    if (is_new) {
        Canvas canvas;

        canvas_open(&canvas, picture, rect.w, rect.h);
        set_color(canvas.cr, style->color);
        cairo_paint(canvas.cr);
        canvas_close(&canvas, picture);
    }
    add_picture(composition, picture, &rect, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
}

/* Draws four strips, so that what is between them, perhaps most of a large frame, is not
 * blended. */
static void
paint_outline(GstEfficientNetOverlayPainter *self, GstVideoOverlayComposition **composition,
              const GstEfficientNetOverlayMetrics *metrics,
              const GstEfficientNetOverlayStyle *style, const GstVideoRectangle *r)
{
    gint line = MIN((gint)metrics->outline, MIN(r->w, r->h));
    gint between = r->h - 2 * line;

    paint_strip(self, composition, style, (GstVideoRectangle){r->x, r->y, r->w, line});
    paint_strip(self, composition, style,
                (GstVideoRectangle){r->x, r->y + r->h - line, r->w, line});
    if (between <= 0)
        return;
    paint_strip(self, composition, style, (GstVideoRectangle){r->x, r->y + line, line, between});
    paint_strip(self, composition, style,
                (GstVideoRectangle){r->x + r->w - line, r->y + line, line, between});
}

static float
greatest(const GstEfficientNetResultHeatmap *heatmap)
{
    float most = 0;

    for (guint i = 0; i < heatmap->size * heatmap->size; i++)
        most = MAX(most, heatmap->values[i]);
    return most;
}

/* Red, yellow where there is most; transparent where nothing speaks for the class. */
static guint32
heat_color(float share)
{
    share = CLAMP(share, 0, 1);
    return (guint)(HEAT_OPAQUE * share * 255) << 24 | 255u << 16 |
           (guint)(share * share * 255) << 8;
}

static void
draw_heat(GstBuffer *picture, const GstEfficientNetOverlayHeat *heat)
{
    float most = greatest(&heat->whole);
    GstMapInfo map;
    gboolean mapped = gst_buffer_map(picture, &map, GST_MAP_WRITE);
    guint32 *out = (guint32 *)(gpointer)map.data;

    g_assert(mapped); /* it is our own */
    for (guint y = 0; y < HEAT_SIDE && most > 0; y++)
        for (guint x = 0; x < HEAT_SIDE; x++) {
            float value = effnet_heatmap_get(heat->whole.values, heat->whole.size,
                                             heat->x + heat->w * (x + 0.5f) / HEAT_SIDE,
                                             heat->y + heat->h * (y + 0.5f) / HEAT_SIDE);

            out[y * HEAT_SIDE + x] = heat_color(MAX(value, 0) / most);
        }
    gst_buffer_unmap(picture, &map);
}

/* A small picture, which is stretched where it is drawn; GStreamer, as it stretches, takes no
 * notice of premultiplied colours. */
static void
paint_heat(GstEfficientNetOverlayPainter *self, GstVideoOverlayComposition **composition,
           const GstEfficientNetOverlayHeat *heat)
{
    gsize bytes = (gsize)heat->whole.size * heat->whole.size * sizeof(float);
    g_autofree char *map =
        g_compute_checksum_for_data(G_CHECKSUM_SHA1, (const guchar *)heat->whole.values, bytes);
    gboolean is_new;
    GstBuffer *picture =
        get_picture(self,
                    g_strdup_printf("heat %s %g %g %g %g", map, (double)heat->x, (double)heat->y,
                                    (double)heat->w, (double)heat->h),
                    HEAT_SIDE, HEAT_SIDE, &is_new);

    if (is_new)
        draw_heat(picture, heat);
    add_picture(composition, picture, &heat->rect, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
}

static void
forget_before(GstEfficientNetOverlayPainter *self)
{
    GHashTable *old = self->before;

    g_hash_table_remove_all(old);
    self->before = self->pictures;
    self->pictures = old;
}

GstVideoOverlayComposition *
gst_efficientnet_overlay_painter_paint(GstEfficientNetOverlayPainter *self,
                                       const GstEfficientNetOverlayLayout *layout,
                                       const GstEfficientNetOverlayStyle *style)
{
    GstVideoOverlayComposition *composition = NULL;

    forget_before(self);
    for (guint i = 0; i < layout->heats->len; i++)
        paint_heat(self, &composition,
                   &g_array_index(layout->heats, GstEfficientNetOverlayHeat, i));
    for (guint i = 0; i < layout->outlines->len; i++)
        paint_outline(self, &composition, &layout->metrics, style,
                      &g_array_index(layout->outlines, GstVideoRectangle, i));
    for (guint i = 0; i < layout->panels->len; i++)
        paint_panel(self, &composition, &layout->metrics, style,
                    &g_array_index(layout->panels, GstEfficientNetOverlayPanel, i));
    return composition;
}
