/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads Python's pickles, as torch.save() writes them, into values. Nothing is ever executed: a
 * global is looked up in a closed list, and a call makes a value of ours. What any other global
 * makes is kept as an opaque value, since what lies beside the weights is none of our business;
 * where weights are expected, it is an error. */
#ifndef EFFNET_PICKLE_H
#define EFFNET_PICKLE_H

#include "checkpoint.h"
#include "file.h"

typedef enum {
    EFFNET_PICKLE_NONE,
    EFFNET_PICKLE_BOOL,
    EFFNET_PICKLE_INT,
    EFFNET_PICKLE_LONG, /* an integer of more than 64 bits */
    EFFNET_PICKLE_FLOAT,
    EFFNET_PICKLE_STRING, /* or bytes */
    EFFNET_PICKLE_TUPLE,
    EFFNET_PICKLE_LIST, /* or a set */
    EFFNET_PICKLE_DICT, /* or an OrderedDict and the like */
    EFFNET_PICKLE_GLOBAL,
    EFFNET_PICKLE_OPAQUE, /* made by a global that is not in the list */
    EFFNET_PICKLE_STORAGE,
    EFFNET_PICKLE_TENSOR,
} EffNetPickleType;

typedef enum {
    EFFNET_GLOBAL_DICT,
    EFFNET_GLOBAL_DEFAULT_DICT,
    EFFNET_GLOBAL_REBUILD_TENSOR,
    EFFNET_GLOBAL_REBUILD_PARAMETER,
    EFFNET_GLOBAL_SIZE,
    EFFNET_GLOBAL_STORAGE,
    EFFNET_GLOBAL_UNKNOWN, /* not in the list */
} EffNetGlobalKind;

/* A row of the closed list; for globals that are not in it, a row of the kind UNKNOWN. */
typedef struct {
    const char *name; /* with the module: "torch.Size" */
    EffNetGlobalKind kind;
    EffNetDType dtype;  /* a STORAGE's */
    guint element_size; /* bytes of a STORAGE's element */
} EffNetPickleGlobal;

typedef struct _EffNetPickleValue EffNetPickleValue;

typedef struct {
    EffNetPickleValue **at; /* DICT: key, value, key, value … */
    gsize n, room;
} EffNetPickleItems;

typedef struct {
    const EffNetPickleGlobal *type;
    const char *key;
    guint64 n_elements; /* elements in the file under KEY */
    guint64 view_begin; /* legacy files: the part of it that this storage is */
    guint64 view_elements;
} EffNetPickleStorage;

typedef struct {
    const EffNetPickleStorage *storage;
    guint64 offset; /* elements into the storage */
    guint n_dims;
    guint64 dims[EFFNET_MAX_DIMS];
    guint64 strides[EFFNET_MAX_DIMS]; /* elements */
} EffNetPickleTensor;

struct _EffNetPickleValue {
    EffNetPickleType type;
    union {
        gint64 integer; /* BOOL, INT */
        double real;
        struct {
            const char *bytes; /* followed by a NUL */
            gsize length;
        } string; /* STRING; LONG: two's complement, little endian */
        EffNetPickleItems items;
        const EffNetPickleGlobal *global;
        struct {
            const EffNetPickleGlobal *maker;
            const EffNetPickleValue *attributes; /* a DICT; NULL if none were set */
            gboolean has_weights;                /* it was made from tensors or the like */
        } opaque;
        const EffNetPickleStorage *storage;
        const EffNetPickleTensor *tensor;
    };
};

/* Owns the values. A value may contain itself, so nothing here or in the callers descends farther
 * than it must. */
typedef struct {
    const EffNetFile *file;
    GPtrArray *blocks;
    guint8 *room; /* room left in the last block */
    gsize n_room;
    gsize allocated;
    GPtrArray *storages; /* EffNetPickleStorage, in the order of their first mention */
} EffNetPickle;

EffNetPickle *effnet_pickle_new(const EffNetFile *file);
void effnet_pickle_free(EffNetPickle *pickle);

/* Reads a pickle that starts at *POSITION and ends before END; moves *POSITION past it. The value
 * is PICKLE's. */
EffNetPickleValue *effnet_pickle_load(EffNetPickle *pickle, guint64 *position, guint64 end,
                                      GError **error);

/* Memory of N bytes that PICKLE owns. NULL with the error set if the values of one file take more
 * than is reasonable. */
gpointer effnet_pickle_alloc(EffNetPickle *pickle, gsize n, GError **error);
EffNetPickleValue *effnet_pickle_value_new(EffNetPickle *pickle, EffNetPickleType type,
                                           GError **error);
gboolean effnet_pickle_append(EffNetPickle *pickle, EffNetPickleItems *items,
                              EffNetPickleValue *const *values, gsize n, GError **error);
/* Item INDEX of a TUPLE or LIST; NULL for other types, and beyond the end. */
EffNetPickleValue *effnet_pickle_item(const EffNetPickleValue *value, gsize index);
/* NULL if it is not a string, or contains a NUL. */
const char *effnet_pickle_string(const EffNetPickleValue *value);
/* Reads an INT of at least 0. */
gboolean effnet_pickle_size(const EffNetPickleValue *value, guint64 *size);
/* Sets an error that starts with the file's name; returns FALSE. */
gboolean effnet_pickle_fail(const EffNetPickle *pickle, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The global MODULE.NAME; of the kind UNKNOWN if it is not in the closed list. NULL with the error
 * set if memory is used up. */
const EffNetPickleGlobal *effnet_pickle_global_find(EffNetPickle *pickle, const char *module,
                                                    const char *name, GError **error);
/* Sets the error that GLOBAL is not in the list; returns FALSE. */
gboolean effnet_pickle_global_refuse(const EffNetPickle *pickle, const EffNetPickleGlobal *global,
                                     GError **error);
/* What a call of GLOBAL with ARGS, a tuple, makes. */
EffNetPickleValue *effnet_pickle_global_call(EffNetPickle *pickle, const EffNetPickleValue *global,
                                             EffNetPickleValue *args, GError **error);
/* The storage that the persistent ID names. */
EffNetPickleValue *effnet_pickle_storage_new(EffNetPickle *pickle, const EffNetPickleValue *id,
                                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetPickle, effnet_pickle_free)

#endif
