/* SPDX-License-Identifier: BSD-2-Clause */
/* Python's pickles as torch.save() writes them, read into values. Nothing is ever executed: a
 * global is looked up in a closed list, and a call makes a value of ours. What is made by any other
 * global is kept as an opaque value, for what lies beside the weights is none of our business;
 * where weights were expected, it is an error. */
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
    EFFNET_PICKLE_STRING, /* bytes as well */
    EFFNET_PICKLE_TUPLE,
    EFFNET_PICKLE_LIST, /* sets as well */
    EFFNET_PICKLE_DICT, /* OrderedDict and the like as well */
    EFFNET_PICKLE_GLOBAL,
    EFFNET_PICKLE_OPAQUE, /* what a global made that is not in the list */
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

/* A row of the closed list, or one like it for what is not in there. */
typedef struct {
    const char *name; /* with its module, "torch.Size" */
    EffNetGlobalKind kind;
    EffNetDType dtype;  /* of a STORAGE */
    guint element_size; /* of a STORAGE, bytes */
} EffNetPickleGlobal;

typedef struct _EffNetPickleValue EffNetPickleValue;

typedef struct {
    EffNetPickleValue **at; /* DICT: key, value, key, value … */
    gsize n, room;
} EffNetPickleItems;

typedef struct {
    const EffNetPickleGlobal *type;
    const char *key;
    guint64 n_elements; /* of what is in the file under KEY */
    guint64 view_begin; /* legacy files: this storage is a part of that */
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
            const char *bytes; /* a NUL behind them */
            gsize length;
        } string; /* STRING; LONG: little endian, two's complement */
        EffNetPickleItems items;
        const EffNetPickleGlobal *global;
        struct {
            const EffNetPickleGlobal *maker;
            const EffNetPickleValue *attributes; /* a DICT; NULL: none were set */
            gboolean has_weights;                /* it was made of tensors or the like */
        } opaque;
        const EffNetPickleStorage *storage;
        const EffNetPickleTensor *tensor;
    };
};

/* Owns the values. They may contain themselves; nothing here or in what uses it walks them
 * deeper than it has to look. */
typedef struct {
    const EffNetFile *file;
    GPtrArray *blocks;
    guint8 *room; /* what is left of the last block */
    gsize n_room;
    gsize allocated;
    GPtrArray *storages; /* EffNetPickleStorage, as they were first named */
} EffNetPickle;

EffNetPickle *effnet_pickle_new(const EffNetFile *file);
void effnet_pickle_free(EffNetPickle *pickle);

/* Reads one pickle that begins at *POSITION and ends before END; *POSITION goes behind it. */
EffNetPickleValue *effnet_pickle_load(EffNetPickle *pickle, guint64 *position, guint64 end,
                                      GError **error);

/* NULL with the error set when the values of one file take more than is sensible. */
gpointer effnet_pickle_alloc(EffNetPickle *pickle, gsize n, GError **error);
EffNetPickleValue *effnet_pickle_value_new(EffNetPickle *pickle, EffNetPickleType type,
                                           GError **error);
gboolean effnet_pickle_append(EffNetPickle *pickle, EffNetPickleItems *items,
                              EffNetPickleValue *const *values, gsize n, GError **error);
/* Of a TUPLE or LIST; NULL for other types and beyond the end. */
EffNetPickleValue *effnet_pickle_item(const EffNetPickleValue *value, gsize index);
/* NULL when it is no string or has a NUL inside. */
const char *effnet_pickle_string(const EffNetPickleValue *value);
/* An INT of at least 0. */
gboolean effnet_pickle_size(const EffNetPickleValue *value, guint64 *size);
/* FALSE, with an error that begins with the file's name. */
gboolean effnet_pickle_fail(const EffNetPickle *pickle, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* One of the kind UNKNOWN for what is not in the closed list; NULL without memory. */
const EffNetPickleGlobal *effnet_pickle_global_find(EffNetPickle *pickle, const char *module,
                                                    const char *name, GError **error);
/* FALSE, with the error that GLOBAL is not in the list. */
gboolean effnet_pickle_global_refuse(const EffNetPickle *pickle, const EffNetPickleGlobal *global,
                                     GError **error);
/* What GLOBAL called with ARGS, a tuple, stands for. */
EffNetPickleValue *effnet_pickle_global_call(EffNetPickle *pickle, const EffNetPickleValue *global,
                                             EffNetPickleValue *args, GError **error);
/* The storage that a persistent id names. */
EffNetPickleValue *effnet_pickle_storage_new(EffNetPickle *pickle, const EffNetPickleValue *id,
                                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetPickle, effnet_pickle_free)

#endif
