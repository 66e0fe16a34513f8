/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish method=file: records as lines of a file, a FIFO or standard output. A line is
 * completely written before write returns, unless a flush or a full disk interrupts it: then its
 * rest is written before anything else. */
#ifndef GST_EFFICIENTNET_PUBLISHFILE_H
#define GST_EFFICIENTNET_PUBLISHFILE_H

#include "writer.h"

#define GST_TYPE_EFFICIENTNET_PUBLISH_FILE (gst_efficientnet_publish_file_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetPublishFile, gst_efficientnet_publish_file, GST,
                     EFFICIENTNET_PUBLISH_FILE, GObject)

#endif
