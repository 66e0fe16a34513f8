/* SPDX-License-Identifier: BSD-2-Clause */
/* The filters are Pillow's (src/libImaging/Resample.c), with all its rounding. The tables of chroma
 * include upsampling from half to full resolution, by linear interpolation between the samples'
 * positions: as if the whole frame were converted to R'G'B' before it is cropped and resized. */
#include "frame/coefficients.h"

#include <math.h>

typedef struct {
    double (*filter)(double x);
    double support;
} Filter;

/* Samples FIRST to FIRST + COUNT - 1, around CENTER. */
typedef struct {
    guint first, count;
    double center;
} Window;

static double
bilinear(double x)
{
    x = fabs(x);
    return x < 1.0 ? 1.0 - x : 0.0;
}

static double
bicubic(double x)
{
    const double a = -0.5;

    x = fabs(x);
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    if (x < 2.0)
        return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
    return 0.0;
}

static Filter
filter_get(EffNetInterpolation interpolation)
{
    if (interpolation == EFFNET_INTERPOLATION_BILINEAR)
        return (Filter){bilinear, 1.0};
    return (Filter){bicubic, 2.0};
}

static double
stretch_get(const EffNetTableSpec *spec)
{
    return MAX((double)spec->length / spec->axis->full, 1.0);
}

/* The luma samples, counted from the region's start, under the filter of output sample I. */
static Window
luma_window(const EffNetTableSpec *spec, guint i)
{
    double support = filter_get(spec->interpolation).support * stretch_get(spec);
    double center = (spec->axis->first + i + 0.5) * ((double)spec->length / spec->axis->full);
    gint64 first = (gint64)(center - support + 0.5);
    gint64 end = (gint64)(center + support + 0.5);

    first = MAX(first, 0);
    end = MIN(end, (gint64)spec->length);
    return (Window){(guint)first, (guint)(end - first), center};
}

static void
luma_weights(const EffNetTableSpec *spec, const Window *window, double *weight)
{
    Filter filter = filter_get(spec->interpolation);
    double shrink = 1.0 / stretch_get(spec), sum = 0.0;

    for (guint k = 0; k < window->count; k++) {
        weight[k] = filter.filter((k + window->first - window->center + 0.5) * shrink);
        sum += weight[k];
    }
    if (sum != 0.0)
        for (guint k = 0; k < window->count; k++)
            weight[k] /= sum;
}

static guint
chroma_total(const EffNetTableSpec *spec)
{
    return spec->total / 2 + spec->total % 2;
}

/* The chroma sample at or before the frame's luma sample I (-1 is before the first); sets FRACTION
 * to how far I is towards the next one, 0..1. */
static gint64
chroma_position(const EffNetTableSpec *spec, guint i, double *fraction)
{
    gint64 quarters = spec->cosited ? 2 * (gint64)i : 2 * (gint64)i - 1;
    gint64 before = quarters < 0 ? -1 : quarters / 4;

    *fraction = (quarters - 4 * before) / 4.0;
    return before;
}

static guint
chroma_clamp(const EffNetTableSpec *spec, gint64 sample)
{
    return (guint)CLAMP(sample, 0, (gint64)chroma_total(spec) - 1);
}

/* The plane's samples under the filter of a window of luma samples. */
static Window
plane_window(const EffNetTableSpec *spec, const Window *luma)
{
    guint first = spec->start + luma->first;
    Window window = {first, luma->count, 0};
    double fraction;

    if (spec->halved) {
        gint64 last = chroma_position(spec, first + luma->count - 1, &fraction) + 1;

        window.first = chroma_clamp(spec, chroma_position(spec, first, &fraction));
        window.count = chroma_clamp(spec, last) - window.first + 1;
    }
    return window;
}

static void
chroma_weights(const EffNetTableSpec *spec, const Window *luma, const double *luma_weight,
               const Window *window, double *weight)
{
    for (guint k = 0; k < window->count; k++)
        weight[k] = 0.0;
    for (guint k = 0; k < luma->count; k++) {
        double fraction;
        gint64 at = chroma_position(spec, spec->start + luma->first + k, &fraction);

        weight[chroma_clamp(spec, at) - window->first] += luma_weight[k] * (1.0 - fraction);
        weight[chroma_clamp(spec, at + 1) - window->first] += luma_weight[k] * fraction;
    }
}

static void
quantise_exact(gint16 *high, gint16 *low, const double *weight, guint count)
{
    for (guint k = 0; k < count; k++) {
        double half = weight[k] < 0.0 ? -0.5 : 0.5;
        gint32 fixed = (gint32)(half + weight[k] * (1 << EFFNET_RESIZE_BITS));

        high[k] = fixed >> EFFNET_RESIZE_LOW_BITS;
        low[k] = fixed & ((1 << EFFNET_RESIZE_LOW_BITS) - 1);
    }
}

/* Rounds the running sum, not each weight, so that the sum is exact (flat areas stay flat), and
 * weights far below one unit, in a filter of thousands of samples, still count. */
static void
quantise_fine(gint16 *fine, const double *weight, guint count)
{
    double sum = 0.0;
    gint32 before = 0;

    for (guint k = 0; k < count; k++) {
        gint32 now;

        sum += weight[k];
        now = (gint32)floor(sum * (1 << EFFNET_RESIZE_FINE_BITS) + 0.5);
        fine[k] = now - before;
        before = now;
    }
}

static guint
round_up(guint n, guint multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Finds the extent of all windows, and aligns each. */
static void
lay_out(EffNetResizeTable *table, guint *origin, guint *luma_taps, const EffNetTableSpec *spec)
{
    guint end = 0, first = G_MAXUINT;

    *luma_taps = 0;
    for (guint i = 0; i < table->n_out; i++) {
        Window luma = luma_window(spec, i);
        Window window = plane_window(spec, &luma);

        table->first[i] = window.first;
        table->count[i] = window.count;
        first = MIN(first, window.first);
        end = MAX(end, window.first + window.count);
        *luma_taps = MAX(*luma_taps, luma.count);
    }
    *origin = first;
    table->n_in = end - first;
    table->taps = 0;
    for (guint i = 0; i < table->n_out; i++) {
        guint at = table->first[i] - first;
        guint lead = at % spec->align;

        table->first[i] = at - lead;
        table->count[i] = round_up(table->count[i] + lead, spec->pad);
        table->taps = MAX(table->taps, table->count[i]);
    }
}

static gboolean
fill(EffNetResizeTable *table, guint origin, guint luma_taps, const EffNetTableSpec *spec)
{
    g_autofree double *luma_weight = g_try_new(double, luma_taps);
    g_autofree double *weight = g_try_new(double, table->taps);

    if (!luma_weight || !weight)
        return FALSE;
    for (guint i = 0; i < table->n_out; i++) {
        Window luma = luma_window(spec, i);
        Window window = plane_window(spec, &luma);
        gsize at = (gsize)i * table->taps + (window.first - origin - table->first[i]);
        const double *used = luma_weight;

        luma_weights(spec, &luma, luma_weight);
        if (spec->halved) {
            chroma_weights(spec, &luma, luma_weight, &window, weight);
            used = weight;
        }
        if (spec->fine)
            quantise_fine(table->fine + at, used, window.count);
        else
            quantise_exact(table->high + at, table->low + at, used, window.count);
    }
    return TRUE;
}

gboolean
effnet_resize_table_init(EffNetResizeTable *table, guint *origin, const EffNetTableSpec *spec)
{
    gsize size;
    guint luma_taps;

    *table = (EffNetResizeTable){.n_out = spec->axis->n};
    table->first = g_try_new(guint, table->n_out);
    table->count = g_try_new(guint, table->n_out);
    if (!table->first || !table->count)
        goto error;
    lay_out(table, origin, &luma_taps, spec);
    if (!g_size_checked_mul(&size, table->n_out, table->taps))
        goto error;
    if (spec->fine) {
        table->fine = g_try_new0(gint16, size);
    } else {
        table->high = g_try_new0(gint16, size);
        table->low = g_try_new0(gint16, size);
    }
    if (!(spec->fine ? table->fine != NULL : table->high && table->low))
        goto error;
    if (fill(table, *origin, luma_taps, spec))
        return TRUE;

error:
    effnet_resize_table_clear(table);
    return FALSE;
}

void
effnet_resize_table_clear(EffNetResizeTable *table)
{
    g_clear_pointer(&table->first, g_free);
    g_clear_pointer(&table->count, g_free);
    g_clear_pointer(&table->high, g_free);
    g_clear_pointer(&table->low, g_free);
    g_clear_pointer(&table->fine, g_free);
}
