/* SPDX-License-Identifier: BSD-2-Clause */
/* The report about a model that was learned, as one HTML page that needs nothing else. */
#ifndef EFFNET_LEARN_PAGE_H
#define EFFNET_LEARN_PAGE_H

#include "report.h"

/* A picture of the file PATH as a data: URI, or NULL; the page frees it. */
typedef char *(*EffNetPagePicture)(gpointer data, const char *path);

/* The page; the caller frees it. It contains neither scripts nor references, and names that are in
 * it cannot become markup. */
char *effnet_page_new(const EffNetReport *report, EffNetPagePicture picture, gpointer data);

#endif
