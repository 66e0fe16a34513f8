/* SPDX-License-Identifier: BSD-2-Clause */
#include "heat.h"

#include <math.h>

#include <effnet/error.h>
#include <effnet/heatmap.h>

static float
find_most(const float *map, guint size)
{
    float most = 0;

    for (guint i = 0; i < size * size; i++)
        most = MAX(most, map[i]);
    return most;
}

/* As a share of MOST. */
static float
share_at(const float *map, guint size, float most, float x, float y)
{
    return most > 0 ? MAX(effnet_heatmap_get(map, size, x, y) / most, 0) : 0;
}

float
effnet_heat_get(const float *map, guint size, float x, float y)
{
    return share_at(map, size, find_most(map, size), x, y);
}

#ifdef EFFNET_HAVE_CAIRO
#include "png.h"

#define SCALE  2     /* pixels of the picture for each of the image's */
#define OPAQUE 0.65f /* where the map is greatest */

/* Red over the image, yellow where there is most. */
static void
blend(const guint8 *pixel, float heat, guint32 *out)
{
    float share = OPAQUE * heat, warm[3] = {255, 255 * heat * heat, 0};
    guint8 mixed[3];

    for (guint c = 0; c < 3; c++)
        mixed[c] = (guint8)lrintf((1 - share) * pixel[c] + share * warm[c]);
    *out = (guint32)mixed[0] << 16 | (guint32)mixed[1] << 8 | mixed[2];
}

gboolean
effnet_heat_draw(const guint8 *image, guint side, const float *map, guint size, const char *path,
                 GError **error)
{
    guint out = side * SCALE;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)out, (int)out);
    guint8 *data = cairo_image_surface_get_data(surface);
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    float most = find_most(map, size);

    for (guint y = 0; y < out; y++)
        for (guint x = 0; x < out; x++) {
            const guint8 *pixel = image + ((gsize)(y / SCALE) * side + x / SCALE) * 3;
            float heat = share_at(map, size, most, (x + 0.5f) / out, (y + 0.5f) / out);

            blend(pixel, heat, (guint32 *)(gpointer)(data + y * stride) + x);
        }
    cairo_surface_mark_dirty(surface);
    return effnet_png_write(surface, path, error);
}
#else
gboolean
effnet_heat_draw(const guint8 *image, guint side, const float *map, guint size, const char *path,
                 GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s cannot be drawn: this effnet was built without cairo", path);
    return FALSE;
}
#endif
