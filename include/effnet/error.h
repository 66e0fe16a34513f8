/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's errors. */
#ifndef EFFNET_ERROR_H
#define EFFNET_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

/* The GError domain. Every message is one sentence that names the file, the tensor or the option,
 * what was expected and what was found. */
#define EFFNET_ERROR (effnet_error_quark())

/* The codes of EFFNET_ERROR. */
typedef enum {
    EFFNET_ERROR_NOT_FOUND, /* no such file or name, or it cannot be read */
    EFFNET_ERROR_FORMAT,    /* the bytes do not follow the file format */
    EFFNET_ERROR_MODEL,     /* well formed, but not a network that the library knows */
    EFFNET_ERROR_SETTINGS,  /* options that contradict each other, the model, or the CPU */
    EFFNET_ERROR_FRAME,     /* a frame that cannot be read: its size, stride or format */
    EFFNET_ERROR_MEMORY,    /* not enough memory */
} EffNetError;

/* What EFFNET_ERROR stands for. */
GQuark effnet_error_quark(void);

G_END_DECLS

#endif
