/* SPDX-License-Identifier: BSD-2-Clause */
#include "plot.h"

#include "outfile.h"

#include <cairo-svg.h>
#include <math.h>
#include <string.h>

#include "points.h"

#define PANEL_WIDTH  440.0
#define PANEL_HEIGHT 320.0
#define LEFT         64.0 /* left of a panel, for its scale's numbers */
#define RIGHT        16.0
#define TOP          64.0
#define BOTTOM       84.0 /* for numbers, axis and legend */
#define FONT_SIZE    12.0

/* What a panel shows about a point, on a logarithmic scale; 0: nothing. */
typedef double (*Quantity)(const EffNetPlotPoint *point);

typedef struct {
    cairo_t *cr;
    const GPtrArray *points;
    Quantity quantity;
    double x, y, width, height; /* the area between the axes */
    double max_phi;
    double low, high; /* the scale's ends: logarithms to the base 2 */
} Panel;

/* Colours that colour-blind readers can distinguish (Okabe and Ito). */
static const struct {
    const char *scaling, *label;
    double red, green, blue;
} lines[] = {
    {"compound", "compound", 0.00, 0.45, 0.70},
    {"depth", "depth alone", 0.84, 0.37, 0.00},
    {"width", "width alone", 0.00, 0.62, 0.45},
    {"resolution", "resolution alone", 0.80, 0.47, 0.65},
};

static double
giga_macs(const EffNetPlotPoint *point)
{
    return point->cost.macs / 1e9;
}

static double
latency(const EffNetPlotPoint *point)
{
    return point->latency;
}

static const EffNetPlotPoint *
get_point(const Panel *panel, guint i)
{
    return g_ptr_array_index(panel->points, i);
}

/* FALSE if no point has the quantity. */
static gboolean
set_scale(Panel *panel)
{
    panel->max_phi = 0;
    panel->low = G_MAXDOUBLE;
    panel->high = -G_MAXDOUBLE;
    for (guint i = 0; i < panel->points->len; i++) {
        double value = panel->quantity(get_point(panel, i));

        panel->max_phi = MAX(panel->max_phi, get_point(panel, i)->phi);
        if (value > 0) {
            panel->low = MIN(panel->low, floor(log2(value)));
            panel->high = MAX(panel->high, ceil(log2(value)));
        }
    }
    if (panel->max_phi == 0)
        panel->max_phi = 1;
    panel->high = MAX(panel->high, panel->low + 1);
    return panel->low < G_MAXDOUBLE;
}

static double
x_of(const Panel *panel, double phi)
{
    return panel->x + panel->width * phi / panel->max_phi;
}

static double
y_of(const Panel *panel, double logarithm)
{
    return panel->y + panel->height * (panel->high - logarithm) / (panel->high - panel->low);
}

/* ALONG: the part of the text that is left of X, 0..1. */
static void
show_text(cairo_t *cr, const char *text, double x, double y, double along)
{
    cairo_text_extents_t extents;

    cairo_text_extents(cr, text, &extents);
    cairo_move_to(cr, x - extents.x_advance * along, y);
    cairo_show_text(cr, text);
}

static void
draw_line(cairo_t *cr, double x0, double y0, double x1, double y1)
{
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, x1, y1);
    cairo_stroke(cr);
}

static void
draw_axes(const Panel *panel, const char *title)
{
    cairo_t *cr = panel->cr;
    double right = panel->x + panel->width, bottom = panel->y + panel->height;
    double step = panel->max_phi > 10 ? ceil(panel->max_phi / 10) : 1;
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    cairo_set_line_width(cr, 1);
    for (double power = panel->low; power <= panel->high; power++) {
        cairo_set_source_rgb(cr, 0.85, 0.85, 0.85);
        draw_line(cr, panel->x, y_of(panel, power), right, y_of(panel, power));
        cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
        g_ascii_formatd(text, sizeof text, "%.4g", exp2(power));
        show_text(cr, text, panel->x - 6, y_of(panel, power) + FONT_SIZE / 3, 1);
    }
    for (double phi = 0; phi <= panel->max_phi + 1e-9; phi += step) {
        cairo_set_source_rgb(cr, 0.85, 0.85, 0.85);
        draw_line(cr, x_of(panel, phi), panel->y, x_of(panel, phi), bottom);
        cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
        g_ascii_formatd(text, sizeof text, "%.4g", phi);
        show_text(cr, text, x_of(panel, phi), bottom + 1.4 * FONT_SIZE, 0.5);
    }
    cairo_rectangle(cr, panel->x, panel->y, panel->width, panel->height);
    cairo_stroke(cr);
    show_text(cr, "phi", panel->x + panel->width / 2, bottom + 2.8 * FONT_SIZE, 0.5);
    show_text(cr, title, panel->x, panel->y - FONT_SIZE / 2, 0);
}

static void
draw_scaling(const Panel *panel, gsize line)
{
    cairo_t *cr = panel->cr;
    gboolean begun = FALSE;

    cairo_set_source_rgb(cr, lines[line].red, lines[line].green, lines[line].blue);
    cairo_set_line_width(cr, line == 0 ? 2.5 : 1.5);
    for (int marks = 0; marks < 2; marks++) {
        for (guint i = 0; i < panel->points->len; i++) {
            const EffNetPlotPoint *point = get_point(panel, i);
            double value = panel->quantity(point), x, y;

            if (!g_str_equal(point->scaling, lines[line].scaling) || !(value > 0))
                continue;
            x = x_of(panel, point->phi);
            y = y_of(panel, log2(value));
            if (marks) {
                cairo_arc(cr, x, y, 3, 0, 2 * G_PI);
                cairo_fill(cr);
            } else if (begun) {
                cairo_line_to(cr, x, y);
            } else {
                cairo_move_to(cr, x, y);
                begun = TRUE;
            }
        }
        cairo_stroke(cr);
    }
}

static void
draw_legend(cairo_t *cr, double x, double y)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        cairo_text_extents_t extents;

        cairo_set_source_rgb(cr, lines[i].red, lines[i].green, lines[i].blue);
        cairo_set_line_width(cr, 3);
        draw_line(cr, x, y - FONT_SIZE / 3, x + 20, y - FONT_SIZE / 3);
        cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
        show_text(cr, lines[i].label, x + 26, y, 0);
        cairo_text_extents(cr, lines[i].label, &extents);
        x += 26 + extents.x_advance + 24;
    }
}

static void
draw(cairo_t *cr, const GPtrArray *points, const char *title)
{
    static const struct {
        const char *title;
        Quantity quantity;
    } panels[] = {{"multiply-adds (G)", giga_macs}, {"latency (ms)", latency}};

    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, FONT_SIZE * 1.2);
    show_text(cr, title, LEFT, TOP / 2, 0);
    cairo_set_font_size(cr, FONT_SIZE);
    for (gsize i = 0; i < G_N_ELEMENTS(panels); i++) {
        Panel panel = {
            .cr = cr,
            .points = points,
            .quantity = panels[i].quantity,
            .x = LEFT + i * (LEFT + PANEL_WIDTH + RIGHT),
            .y = TOP,
            .width = PANEL_WIDTH,
            .height = PANEL_HEIGHT,
        };

        if (!set_scale(&panel))
            continue;
        draw_axes(&panel, panels[i].title);
        for (gsize line = G_N_ELEMENTS(lines); line > 0; line--)
            draw_scaling(&panel, line - 1);
    }
    draw_legend(cr, LEFT, TOP + PANEL_HEIGHT + BOTTOM - FONT_SIZE);
}

static gboolean
is_svg(const char *path)
{
    return g_str_has_suffix(path, ".svg");
}

gboolean
effnet_plot_check(const char *path, GError **error)
{
    if (is_svg(path) || g_str_has_suffix(path, ".png"))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s does not end in .svg or .png, which are the formats that can be drawn", path);
    return FALSE;
}

gboolean
effnet_plot_points(const GPtrArray *points, const char *title, const char *path, GError **error)
{
    double width = 2 * (LEFT + PANEL_WIDTH + RIGHT), height = TOP + PANEL_HEIGHT + BOTTOM;
    gboolean svg = is_svg(path);
    g_autoptr(EffNetOutfile) outfile = NULL;
    cairo_surface_t *surface;
    cairo_status_t status;
    const char *written;
    cairo_t *cr;

    outfile = effnet_plot_check(path, error) ? effnet_outfile_new(path, TRUE, error) : NULL;
    if (outfile == NULL)
        return FALSE;
    written = effnet_outfile_get_path(outfile);
    surface = svg ? cairo_svg_surface_create(written, width, height)
                  : cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cr = cairo_create(surface);
    draw(cr, points, title);
    status = cairo_status(cr);
    cairo_destroy(cr);
    if (status == CAIRO_STATUS_SUCCESS && !svg)
        status = cairo_surface_write_to_png(surface, written);
    cairo_surface_finish(surface); /* this writes an SVG */
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return effnet_outfile_commit(outfile, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                cairo_status_to_string(status));
    return FALSE;
}
