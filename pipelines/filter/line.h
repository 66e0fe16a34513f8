/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_FILTER_LINE_H
#define EFFNET_FILTER_LINE_H

#include <stdio.h>

#include <glib.h>

typedef enum {
    EFFNET_LINE_NONE, /* the file is at its end */
    EFFNET_LINE_WHOLE,
    EFFNET_LINE_LONG, /* whole, but only the first bytes of it were kept */
    EFFNET_LINE_TORN, /* the file ends before the line does */
} EffNetLine;

/* Reads from FILE into LINE what comes before the next byte END, at most MAX bytes of it: the rest
 * is skipped. Where lines end with a newline, a carriage return before it is not part of them. */
EffNetLine effnet_line_read(FILE *file, int end, gsize max, GString *line);

#endif
