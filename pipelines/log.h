/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program says on standard error: every line of it goes through here. */
#ifndef EFFNET_LOG_H
#define EFFNET_LOG_H

#include <glib.h>

typedef enum { EFFNET_LOG_INFO, EFFNET_LOG_WARNING, EFFNET_LOG_ERROR } EffNetLogLevel;

/* Takes what is to be said about STREAM, or NULL: about none. */
typedef void (*EffNetLogFunc)(EffNetLogLevel level, const char *stream, const char *text,
                              gpointer data);

/* From now on, lines are "text", sentences for people, which is the default, or records with a
 * time, a level, a stream and a message: "logfmt" (key=value) or "json". FALSE: FORMAT is none of
 * these. To be called before there are threads. */
gboolean effnet_log_set_format(const char *format);
gboolean effnet_log_is_text(void);

/* The line for what is said at TIME, in us since 1970, without a newline. For g_free(). */
char *effnet_log_new_line(gint64 time, EffNetLogLevel level, const char *stream, const char *text);

/* Prints it. Any thread. */
void effnet_log(EffNetLogLevel level, const char *stream, const char *text);

#endif
