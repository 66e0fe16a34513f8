/* SPDX-License-Identifier: BSD-2-Clause */
#include "overlaylayout.h"

#include <math.h>

/* The smallest font that is easy to read, in pixels. */
#define MIN_FONT 11
#define MAX_FONT 400

/* In ems. */
#define PANEL_WIDTH        17
#define REGION_PANEL_WIDTH 9
#define MIN_PANEL_WIDTH    4

typedef struct {
    GstEfficientNetOverlayLayout *layout;
    GstVideoRectangle visible;
    GstEfficientNetOverlayPosition position;
    guint max_labels;
    gfloat threshold;
    gint used; /* height that panels about the whole frame use */
} Placing;

/* Rounds to an even number, as two pixels share chroma in most formats. */
static guint
even(double pixels)
{
    return 2 * (guint)(pixels / 2 + 0.5);
}

static void
init_metrics(GstEfficientNetOverlayMetrics *metrics, const GstVideoRectangle *visible,
             double font_size)
{
    double font = font_size * MIN(visible->w, visible->h) / 720;

    font = CLAMP(font, MIN_FONT, MAX_FONT);
    *metrics = (GstEfficientNetOverlayMetrics){
        .font = (guint)(font + 0.5),
        .padding = even(0.4 * font),
        .row = even(1.75 * font),
        .bar = MAX(even(0.2 * font), 2),
        .outline = MAX(even(0.13 * font), 2),
    };
}

static gint
panel_height(const GstEfficientNetOverlayMetrics *metrics, guint rows)
{
    return (gint)(rows * metrics->row + 2 * metrics->padding);
}

/* How many classes of RESULT, best first, have scores of at least THRESHOLD. */
static guint
count_worthy(const Placing *p, const GstEfficientNetResult *result)
{
    guint n = 0;

    while (n < result->n_classes && !(gst_efficientnet_result_get_score(result, n) < p->threshold))
        n++;
    return n;
}

/* How many labels of RESULT fit into HEIGHT; at least one, if there are any. */
static guint
count_labels(const Placing *p, const GstEfficientNetResult *result, gint height, gboolean title)
{
    const GstEfficientNetOverlayMetrics *metrics = &p->layout->metrics;
    gint rows = (height - 2 * (gint)metrics->padding) / (gint)metrics->row - title;

    return MIN(MIN(p->max_labels, count_worthy(p, result)), (guint)MAX(rows, 1));
}

static void
append_panel(Placing *p, const GstEfficientNetResult *result, GstVideoRectangle rect,
             guint n_labels, gboolean title)
{
    GstEfficientNetOverlayPanel panel = {rect, *result, n_labels, title};

    if (n_labels == 0)
        return;
    panel.rect.x = p->visible.x + (rect.x & ~1);
    panel.rect.y = p->visible.y + (rect.y & ~1);
    panel.rect.w &= ~1;
    g_array_append_val(p->layout->panels, panel);
}

static gboolean
fits(const Placing *p, const GstVideoRectangle *rect)
{
    return rect->x >= 0 && rect->y >= 0 && rect->x + rect->w <= p->visible.w &&
           rect->y + rect->h <= p->visible.h &&
           rect->w >= MIN_PANEL_WIDTH * (gint)p->layout->metrics.font;
}

/* Places panels one below another in a corner, using at most half of the height. */
static void
place_on_frame(Placing *p, const GstEfficientNetResult *result, gboolean title)
{
    const GstEfficientNetOverlayMetrics *metrics = &p->layout->metrics;
    gint margin = (gint)metrics->padding;
    gboolean right = p->position == GST_EFFICIENTNET_OVERLAY_TOP_RIGHT ||
                     p->position == GST_EFFICIENTNET_OVERLAY_BOTTOM_RIGHT;
    gboolean bottom = p->position == GST_EFFICIENTNET_OVERLAY_BOTTOM_LEFT ||
                      p->position == GST_EFFICIENTNET_OVERLAY_BOTTOM_RIGHT;
    guint n = count_labels(p, result, p->visible.h / 2 - p->used, title);
    GstVideoRectangle rect = {
        .w = MIN(PANEL_WIDTH * (gint)metrics->font, p->visible.w - 2 * margin),
        .h = panel_height(metrics, n + title),
    };

    rect.x = right ? p->visible.w - margin - rect.w : margin;
    rect.y = bottom ? p->visible.h - margin - p->used - rect.h : margin + p->used;
    if (n == 0 || !fits(p, &rect))
        return;
    append_panel(p, result, rect, n, title);
    p->used += rect.h + margin;
}

static gboolean
covers_another(const Placing *p, const GstVideoRectangle *rect)
{
    for (guint i = 0; i < p->layout->panels->len; i++) {
        GstVideoRectangle other =
            g_array_index(p->layout->panels, GstEfficientNetOverlayPanel, i).rect;

        other.x -= p->visible.x;
        other.y -= p->visible.y;
        if (rect->x < other.x + other.w && other.x < rect->x + rect->w &&
            rect->y < other.y + other.h && other.y < rect->y + rect->h)
            return TRUE;
    }
    return FALSE;
}

/* Places labels above the region, below it, or in it. */
static gboolean
place_labels(Placing *p, const GstEfficientNetResult *result, const GstVideoRectangle *region,
             guint n)
{
    const GstEfficientNetOverlayMetrics *metrics = &p->layout->metrics;
    gint font = (gint)metrics->font;
    GstVideoRectangle rect = {
        .w = CLAMP(region->w, REGION_PANEL_WIDTH * font, PANEL_WIDTH * font),
        .h = panel_height(metrics, n),
    };
    const gint tops[] = {region->y - rect.h, region->y + region->h, region->y,
                         region->y + region->h - rect.h};

    rect.w = MIN(rect.w, p->visible.w);
    rect.x = CLAMP(region->x, 0, p->visible.w - rect.w);
    for (gsize i = 0; i < G_N_ELEMENTS(tops); i++) {
        rect.y = tops[i];
        if (!fits(p, &rect) || covers_another(p, &rect))
            continue;
        append_panel(p, result, rect, n, FALSE);
        return TRUE;
    }
    return FALSE;
}

static void
place_on_region(Placing *p, const GstEfficientNetResult *result, const GstVideoRectangle *region)
{
    guint n = count_labels(p, result, region->h, FALSE);

    while (n > 0 && !place_labels(p, result, region, n))
        n--;
}

/* VALUE, clipped to 0..FROM, scaled from FROM to TO. */
static gint
scale(gint64 value, gint to, gint from)
{
    return (gint)gst_util_uint64_scale_int_round((guint64)CLAMP(value, 0, from), to, from);
}

/* Sets REGION to where RESULT's region is in the visible frame; FALSE if that is the whole frame,
 * or nothing. */
static gboolean
get_region(const Placing *p, const GstEfficientNetResult *r, GstVideoRectangle *region)
{
    if (r->width < 1 || r->height < 1 || r->w < 1 || r->h < 1)
        return FALSE;
    if (r->x <= 0 && r->y <= 0 && r->w >= r->width && r->h >= r->height)
        return FALSE;
    region->x = scale(r->x, p->visible.w, r->width);
    region->y = scale(r->y, p->visible.h, r->height);
    region->w = scale((gint64)r->x + r->w, p->visible.w, r->width) - region->x;
    region->h = scale((gint64)r->y + r->h, p->visible.h, r->height) - region->y;
    return region->w > 0 && region->h > 0;
}

static void
append_outline(Placing *p, const GstVideoRectangle *region)
{
    GstVideoRectangle outline = *region;

    outline.x += p->visible.x;
    outline.y += p->visible.y;
    g_array_append_val(p->layout->outlines, outline);
}

static guint
count_on_frame(const Placing *p, const GValue *results)
{
    GstEfficientNetResult result;
    GstVideoRectangle region;
    guint n = 0;

    for (guint i = 0; gst_efficientnet_results_get(results, i, &result); i++)
        n += !get_region(p, &result, &region);
    return n;
}

void
gst_efficientnet_overlay_layout_init(GstEfficientNetOverlayLayout *layout, const GValue *results,
                                     const GstVideoRectangle *visible,
                                     GstEfficientNetOverlayPosition position, guint max_labels,
                                     double threshold, double font_size)
{
    Placing p = {layout, *visible, position, max_labels, (gfloat)threshold, 0};
    gboolean title = count_on_frame(&p, results) > 1;
    GstEfficientNetResult result;
    GstVideoRectangle region;

    init_metrics(&layout->metrics, visible, font_size);
    layout->panels = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetOverlayPanel));
    layout->outlines = g_array_new(FALSE, FALSE, sizeof(GstVideoRectangle));
    layout->heats = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetOverlayHeat));
    for (guint i = 0; gst_efficientnet_results_get(results, i, &result); i++) {
        if (!get_region(&p, &result, &region))
            place_on_frame(&p, &result, title);
    }
    for (guint i = 0; gst_efficientnet_results_get(results, i, &result); i++) {
        if (!get_region(&p, &result, &region))
            continue;
        append_outline(&p, &region);
        place_on_region(&p, &result, &region);
    }
}

/* Cuts what reaches from START for LENGTH, in shares of a region, to the region; sets *FROM and
 * *SHARE to what is left, in shares of LENGTH. FALSE if nothing is. */
static gboolean
cut_axis(float *start, float *length, float *from, float *share)
{
    float first = MAX(*start, 0), end = MIN(*start + *length, 1);

    if (!isfinite(*start) || !isfinite(*length) || *length <= 0 || end <= first)
        return FALSE;
    *from = (first - *start) / *length;
    *share = (end - first) / *length;
    *start = first;
    *length = end - first;
    return TRUE;
}

void
gst_efficientnet_overlay_layout_add_heats(GstEfficientNetOverlayLayout *layout,
                                          const GValue *results, const GstVideoRectangle *visible)
{
    Placing p = {.layout = layout, .visible = *visible};
    GstEfficientNetResult result;

    for (guint i = 0; gst_efficientnet_results_get(results, i, &result); i++) {
        GstVideoRectangle region = {0, 0, visible->w, visible->h};
        GstEfficientNetOverlayHeat heat;
        float x, y, w, h;

        if (!gst_efficientnet_result_get_heatmap(&result, &heat.whole))
            continue;
        get_region(&p, &result, &region);
        x = heat.whole.x, y = heat.whole.y, w = heat.whole.w, h = heat.whole.h;
        if (!cut_axis(&x, &w, &heat.x, &heat.w) || !cut_axis(&y, &h, &heat.y, &heat.h))
            continue;
        heat.rect = (GstVideoRectangle){visible->x + region.x + (gint)(x * region.w + 0.5f),
                                        visible->y + region.y + (gint)(y * region.h + 0.5f),
                                        (gint)(w * region.w + 0.5f), (gint)(h * region.h + 0.5f)};
        if (heat.rect.w > 0 && heat.rect.h > 0)
            g_array_append_val(layout->heats, heat);
    }
}

void
gst_efficientnet_overlay_layout_clear(GstEfficientNetOverlayLayout *layout)
{
    g_clear_pointer(&layout->panels, g_array_unref);
    g_clear_pointer(&layout->outlines, g_array_unref);
    g_clear_pointer(&layout->heats, g_array_unref);
}
