/* SPDX-License-Identifier: BSD-2-Clause */
/* The errors of the library. */
#ifndef EFFNET_ERROR_H
#define EFFNET_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

/* The GError domain. Every message is one sentence that names the file, the tensor or the option,
 * what was expected and what was found. */
#define EFFNET_ERROR (effnet_error_quark())

/* The codes of EFFNET_ERROR. */
typedef enum {
    EFFNET_ERROR_NOT_FOUND, /* there is no such file or name, or it cannot be read */
    EFFNET_ERROR_FORMAT,    /* the bytes are not what the file format asks for */
    EFFNET_ERROR_MODEL,     /* well formed, but not a network that the engine knows */
    EFFNET_ERROR_SETTINGS,  /* options that contradict each other, the model or the CPU */
    EFFNET_ERROR_FRAME,     /* a frame that cannot be read: size, stride, format */
    EFFNET_ERROR_MEMORY,    /* more memory than there is */
} EffNetError;

/* What EFFNET_ERROR stands for. */
GQuark effnet_error_quark(void);

G_END_DECLS

#endif
