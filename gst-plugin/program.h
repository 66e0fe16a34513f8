/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that are started by others of this project. */
#ifndef GST_EFFICIENTNET_PROGRAM_H
#define GST_EFFICIENTNET_PROGRAM_H

/* The path of the program NAME, which is beside this one (in the build) or where it was installed.
 * For g_free(). */
char *gst_efficientnet_program_find(const char *name);

#endif
