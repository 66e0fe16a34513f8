/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of text for people. File names, labels, tensors and cameras' answers are not trusted: a
 * terminal would obey control characters in them, and a log would keep passwords. */
#ifndef EFFNET_PRINTABLE_H
#define EFFNET_PRINTABLE_H

#include <stdio.h>

#include <glib.h>

/* The most bytes of a sentence, however much a file or a camera says about itself. */
#define EFFNET_PRINTABLE_SENTENCE 1500

/* Appends TEXT as one line, without a newline: valid UTF-8, without anything that a terminal obeys,
 * and without passwords in URIs. */
void effnet_printable_append(GString *out, const char *text);

/* The same as a string, cut after MAX bytes; 0: not cut. For g_free(). */
char *effnet_printable_new(const char *text, gsize max);

/* Appends TEXT as it stands between the quotes of JSON or logfmt, escaped where the others replace;
 * cut after MAX bytes of TEXT. */
void effnet_printable_append_escaped(GString *out, const char *text, gsize max);

/* Prints one line, with a newline, to FILE. */
void effnet_print(FILE *file, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
