/* SPDX-License-Identifier: BSD-2-Clause */
/* The way out for text that people read. File names, labels, tensors, cameras' answers are
 * anybody's: a terminal would obey what is in them, and a log keep passwords. */
#ifndef EFFNET_PRINTABLE_H
#define EFFNET_PRINTABLE_H

#include <stdio.h>

#include <glib.h>

/* Bytes of a sentence: whatever a file or a camera says of itself. */
#define EFFNET_PRINTABLE_SENTENCE 1500

/* Appends TEXT as one line without its end: valid UTF-8, with nothing in it that a terminal obeys,
 * and without passwords in its URIs. */
void effnet_printable_append(GString *out, const char *text);

/* The same as a string, cut at MAX bytes; 0: not cut. */
char *effnet_printable_new(const char *text, gsize max);

/* One line, with its end, to FILE. */
void effnet_print(FILE *file, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
