/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish method=file: lines to a file, a FIFO or standard output. */
#ifndef GST_EFFICIENTNET_PUBLISHFILE_H
#define GST_EFFICIENTNET_PUBLISHFILE_H

#include <gst/gst.h>

typedef struct _GstEfficientNetPublishFile GstEfficientNetPublishFile;

/* LOCATION NULL, "" or "-": standard output. A file is emptied; a FIFO need not have a reader yet.
 * Errors are of GST_RESOURCE_ERROR. */
GstEfficientNetPublishFile *gst_efficientnet_publish_file_open(const char *location,
                                                               GError **error);
void gst_efficientnet_publish_file_close(GstEfficientNetPublishFile *file);

/* Writes all of the line before it returns. Waits for a slow reader, unless flushing:
 * then FALSE without an error. */
gboolean gst_efficientnet_publish_file_write(GstEfficientNetPublishFile *file, const char *line,
                                             gsize length, GError **error);

/* Lets go whoever waits in a write. Any thread. */
void gst_efficientnet_publish_file_set_flushing(GstEfficientNetPublishFile *file,
                                                gboolean flushing);

#endif
