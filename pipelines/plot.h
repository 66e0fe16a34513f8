/* SPDX-License-Identifier: BSD-2-Clause */
/* A plot of what scaling costs. Only if the program was built with cairo. */
#ifndef EFFNET_PLOT_H
#define EFFNET_PLOT_H

#include <glib.h>

/* Whether PATH ends in .svg or .png, which decides what is written. */
gboolean effnet_plot_check(const char *path, GError **error);

/* Draws POINTS (EffNetPlotPoint) over phi, a line for each scaling: multiply-adds, and latency if
 * it was measured. */
gboolean effnet_plot_points(const GPtrArray *points, const char *title, const char *path,
                            GError **error);

#endif
