/* SPDX-License-Identifier: BSD-2-Clause */
#include "confusion.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

/* The classes that occur or are predicted, ascending. */
static GArray *
list_classes(const EffNetConfusion *m)
{
    GArray *classes = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint k = 0; k < m->n_classes; k++) {
        guint n = 0;

        for (guint i = 0; i < m->n_classes; i++)
            n += m->counts[(gsize)k * m->n_classes + i] + m->counts[(gsize)i * m->n_classes + k];
        if (n)
            g_array_append_val(classes, k);
    }
    return classes;
}

static guint
count(const EffNetConfusion *m, const GArray *classes, guint row, guint column)
{
    return m->counts[(gsize)g_array_index(classes, guint, row) * m->n_classes +
                     g_array_index(classes, guint, column)];
}

static char *
label(const EffNetConfusion *m, const GArray *classes, guint i)
{
    guint class = g_array_index(classes, guint, i);

    return m->labels ? g_strdup(m->labels[class]) : g_strdup_printf("%u", class);
}

static void
append_quoted(GString *csv, const char *text)
{
    g_string_append_c(csv, '"');
    for (; *text; text++)
        g_string_append_printf(csv, "%s%c", *text == '"' ? "\"" : "", *text);
    g_string_append_c(csv, '"');
}

char *
effnet_confusion_to_csv(const EffNetConfusion *m)
{
    g_autoptr(GArray) classes = list_classes(m);
    GString *csv = g_string_new(NULL);

    for (guint k = 0; k < classes->len; k++) {
        g_autofree char *text = label(m, classes, k);

        g_string_append_c(csv, ',');
        append_quoted(csv, text);
    }
    g_string_append_c(csv, '\n');
    for (guint k = 0; k < classes->len; k++) {
        g_autofree char *text = label(m, classes, k);

        append_quoted(csv, text);
        for (guint i = 0; i < classes->len; i++)
            g_string_append_printf(csv, ",%u", count(m, classes, k, i));
        g_string_append_c(csv, '\n');
    }
    return g_string_free(csv, FALSE);
}

#ifdef EFFNET_HAVE_CAIRO
#include "png.h"

#define MAX_SIDE  8000 /* pixels */
#define CELL      36
#define SMALL     12  /* the cell of a matrix of more than MANY classes */
#define MANY      40  /* classes, from which on cells are small */
#define MARGIN    160 /* for labels */
#define FONT      11.0
#define MAX_LABEL 24 /* characters */

typedef struct {
    const EffNetConfusion *matrix;
    const GArray *classes;
    cairo_t *cairo;
    guint cell;
} Drawing;

static void
draw_text(const Drawing *d, const char *text, double x, double y, double turn, gboolean to_the_left)
{
    cairo_text_extents_t extents;

    cairo_save(d->cairo);
    cairo_text_extents(d->cairo, text, &extents);
    cairo_move_to(d->cairo, x, y);
    cairo_rotate(d->cairo, turn);
    if (to_the_left)
        cairo_rel_move_to(d->cairo, -extents.x_advance, 0);
    cairo_show_text(d->cairo, text);
    cairo_restore(d->cairo);
}

static void
draw_labels(const Drawing *d)
{
    for (guint k = 0; k < d->classes->len; k++) {
        g_autofree char *whole = label(d->matrix, d->classes, k);
        g_autofree char *text =
            g_utf8_validate(whole, -1, NULL)
                ? g_utf8_substring(whole, 0, MIN(g_utf8_strlen(whole, -1), MAX_LABEL))
                : g_strdup("?");
        double middle = MARGIN + (k + 0.5) * d->cell + FONT / 3;

        draw_text(d, text, MARGIN - 6, middle, 0, TRUE);
        draw_text(d, text, middle, MARGIN - 6, -G_PI / 2, FALSE);
    }
}

static guint
sum_row(const Drawing *d, guint row)
{
    guint sum = 0;

    for (guint i = 0; i < d->classes->len; i++)
        sum += count(d->matrix, d->classes, row, i);
    return sum;
}

/* Draws a cell, darker the larger its SHARE of the row; errors are red. */
static void
draw_cell(const Drawing *d, guint row, guint column, double share)
{
    guint n = count(d->matrix, d->classes, row, column);
    double x = MARGIN + (double)column * d->cell, y = MARGIN + (double)row * d->cell;
    double light = 1 - 0.8 * sqrt(share);
    char text[16];

    if (row == column)
        cairo_set_source_rgb(d->cairo, light, light, 1 - 0.4 * sqrt(share));
    else
        cairo_set_source_rgb(d->cairo, 1 - 0.3 * sqrt(share), light, light);
    cairo_rectangle(d->cairo, x, y, d->cell - 1, d->cell - 1);
    cairo_fill(d->cairo);
    if (n == 0 || d->cell == SMALL)
        return;
    g_snprintf(text, sizeof text, "%u", n);
    cairo_set_source_rgb(d->cairo, share > 0.3, share > 0.3, share > 0.3);
    draw_text(d, text, x + d->cell - 5, y + d->cell / 2.0 + FONT / 3, 0, TRUE);
}

static void
draw_all(const Drawing *d)
{
    cairo_set_source_rgb(d->cairo, 1, 1, 1);
    cairo_paint(d->cairo);
    cairo_select_font_face(d->cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(d->cairo, FONT);
    cairo_set_source_rgb(d->cairo, 0, 0, 0);
    draw_labels(d);
    for (guint row = 0; row < d->classes->len; row++) {
        guint sum = sum_row(d, row);

        for (guint column = 0; column < d->classes->len; column++)
            draw_cell(d, row, column,
                      sum ? (double)count(d->matrix, d->classes, row, column) / sum : 0);
    }
}

gboolean
effnet_confusion_draw(const EffNetConfusion *m, const char *path, GError **error)
{
    g_autoptr(GArray) classes = list_classes(m);
    Drawing d = {.matrix = m, .classes = classes, .cell = classes->len > MANY ? SMALL : CELL};
    guint side = MARGIN + classes->len * d.cell + 10;
    cairo_surface_t *surface;

    if (side > MAX_SIDE) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%u classes do not fit into a picture: name a table, .csv", classes->len);
        return FALSE;
    }
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)side, (int)side);
    d.cairo = cairo_create(surface);
    draw_all(&d);
    cairo_destroy(d.cairo);
    return effnet_png_write(surface, path, error);
}
#else
gboolean
effnet_confusion_draw(const EffNetConfusion *m, const char *path, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s cannot be drawn: this effnet was built without cairo; name a table, .csv",
                path);
    return FALSE;
}
#endif
