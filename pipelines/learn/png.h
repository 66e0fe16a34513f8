/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_LEARN_PNG_H
#define EFFNET_LEARN_PNG_H

#include <cairo.h>

#include <effnet/error.h>

/* Writes SURFACE, which it destroys, to PATH. */
static inline gboolean
effnet_png_write(cairo_surface_t *surface, const char *path, GError **error)
{
    cairo_status_t status = cairo_surface_write_to_png(surface, path);

    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                cairo_status_to_string(status));
    return FALSE;
}

#endif
