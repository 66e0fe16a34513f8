/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints made byte by byte, valid and broken ones. */
#ifndef TEST_MODEL_SUPPORT_H
#define TEST_MODEL_SUPPORT_H

#include <effnet/error.h>

#include "arch/network.h"
#include "recognise/naming.h"

/* Checks that ERROR has CODE, is one line and contains PART; clears it. */
void support_check_error(GError **error, gint code, const char *part);

/* A folder of this process, removed at its end. */
const char *support_folder(void);
/* Writes NAME there; returns its path, for g_free(). */
char *support_write(const char *name, const void *data, gsize n);
/* The same in memory, under a path that is valid until the next call: for thousands of files. */
const char *support_hold(const void *data, gsize n);
char *support_write_bytes(const char *name, const GByteArray *bytes);
char *support_write_text(const char *name, const char *text);

void support_add(GByteArray *bytes, const void *data, gsize n);
void support_add_text(GByteArray *bytes, const char *text);
/* Appends NUMBER, little endian. */
void support_add_number(GByteArray *bytes, guint64 number, guint n_bytes);

/* A header of TEXT, then N_DATA bytes of DATA. */
GByteArray *support_safetensors(const char *text, const void *data, gsize n_data);

typedef struct {
    const char *name;
    const char *storage; /* the type; NULL: "Float" */
    const char *key;     /* the key; NULL: "0" */
    guint64 n_elements;  /* the storage's */
    guint64 offset;
    guint n_dims;
    guint64 dims[8], strides[8];
} SupportTensor;

/* Pieces of a pickle of protocol 2. */
void support_pickle_string(GByteArray *bytes, const char *text);
void support_pickle_integer(GByteArray *bytes, guint64 number);
void support_pickle_integers(GByteArray *bytes, const guint64 *numbers, guint n);
void support_pickle_tensor(GByteArray *bytes, const SupportTensor *tensor);
/* {name: tensor, …}, without PROTO and STOP. */
void support_pickle_dict(GByteArray *bytes, const SupportTensor *tensors, guint n);
/* CONTENT as a whole pickle. */
GByteArray *support_pickle(const GByteArray *content);
/* TEXT as a whole pickle, in which each %NAME% is replaced with a dictionary that has the weights
 * of a convolution, NAME. */
GByteArray *support_pickle_expand(const char *text);

typedef struct {
    GByteArray *file, *directory;
    guint n_entries;
} SupportZip;

SupportZip *support_zip_new(void);
void support_zip_add(SupportZip *zip, const char *name, const void *data, gsize n, guint method);
/* Finishes ZIP; if ZIP64, sizes are only in the zip64 end record. */
GByteArray *support_zip_end(SupportZip *zip, gboolean zip64);

/* What torch.save() writes for the object PICKLE, with one storage "0" of DATA. */
GByteArray *support_pth_zip(const GByteArray *pickle, const void *data, gsize n);
GByteArray *support_pth_legacy(const GByteArray *pickle, const void *data, guint element_size,
                               gsize n);

/* A checkpoint of a whole network in few bytes: every tensor is VALUE, expanded to its shape by
 * strides of 0. EDIT, unless NULL, may change a tensor (by its name), or drop it by setting n_dims
 * to 9. */
char *support_network(const char *file, const char *naming, const char *arch, guint in_channels,
                      guint n_classes, float value, void (*edit)(SupportTensor *tensor));

#endif
