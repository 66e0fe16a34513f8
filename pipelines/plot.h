/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture of what scaling costs. Only where the program was built with cairo. */
#ifndef EFFNET_PLOT_H
#define EFFNET_PLOT_H

#include <glib.h>

/* Whether PATH ends in .svg or .png, which says what is written. */
gboolean effnet_plot_check(const char *path, GError **error);

/* Draws POINTS (EffNetPoint) over phi, a line a scaling: multiply-adds, and latency where it was
 * measured. */
gboolean effnet_plot_points(const GPtrArray *points, const char *title, const char *path,
                            GError **error);

#endif
