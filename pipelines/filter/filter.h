/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes of each input of a list one record, on several threads. */
#ifndef EFFNET_FILTER_H
#define EFFNET_FILTER_H

#include <glib.h>

typedef struct {
    const char *files_from; /* a file, or "-" */
    const char *output;     /* NULL: standard output */
    gboolean is_zero, is_unordered, is_resumed;
    guint jobs;
} EffNetFilterOptions;

typedef struct {
    /* A worker's own; DATA is that of effnet_filter_run(). */
    gpointer (*open)(gpointer data, GError **error);
    void (*close)(gpointer worker);
    /* Appends to RECORD members of a JSON object, without the comma before the first. */
    gboolean (*run)(gpointer worker, const char *input, GString *record, GError **error);
} EffNetFilterWork;

/* FALSE and an error if it could not run, or not to its end. *SOME_FAILED: there are records of
 * errors. */
gboolean effnet_filter_run(const EffNetFilterOptions *options, const EffNetFilterWork *work,
                           gpointer data, gboolean *some_failed, GError **error);

#endif
