/* SPDX-License-Identifier: BSD-2-Clause */
/* The globals that make weights, and what a call of each makes. */
#include <string.h>

#include <effnet/error.h>

#include "pickle.h"

#define MAX_KEY 255 /* torch.save() writes numbers, which are the files' names */

#define STORAGE(type, dtype, size)                                                                 \
    {                                                                                              \
        "torch." type "Storage", EFFNET_GLOBAL_STORAGE, EFFNET_DTYPE_##dtype, size                 \
    }

static const EffNetPickleGlobal globals[] = {
    {"collections.OrderedDict", EFFNET_GLOBAL_DICT},
    {"collections.Counter", EFFNET_GLOBAL_DICT},
    {"collections.defaultdict", EFFNET_GLOBAL_DEFAULT_DICT},
    {"torch._utils._rebuild_tensor", EFFNET_GLOBAL_REBUILD_TENSOR},
    {"torch._utils._rebuild_tensor_v2", EFFNET_GLOBAL_REBUILD_TENSOR},
    {"torch._utils._rebuild_parameter", EFFNET_GLOBAL_REBUILD_PARAMETER},
    {"torch._utils._rebuild_parameter_with_state", EFFNET_GLOBAL_REBUILD_PARAMETER},
    {"torch.Size", EFFNET_GLOBAL_SIZE},
    STORAGE("Float", F32, 4),
    STORAGE("Half", F16, 2),
    STORAGE("BFloat16", BF16, 2),
    STORAGE("Double", F64, 8),
    STORAGE("Long", OTHER, 8),
    STORAGE("Int", OTHER, 4),
    STORAGE("Short", OTHER, 2),
    STORAGE("Char", OTHER, 1),
    STORAGE("Byte", OTHER, 1),
    STORAGE("Bool", OTHER, 1),
    STORAGE("ComplexFloat", OTHER, 8),
    STORAGE("ComplexDouble", OTHER, 16),
};

/* A row for a global that has none. */
static const EffNetPickleGlobal *
new_unknown(EffNetPickle *pickle, const char *module, const char *name, GError **error)
{
    EffNetPickleGlobal *global = effnet_pickle_alloc(pickle, sizeof *global, error);
    g_autofree char *full = g_strdup_printf("%.200s.%.200s", module, name);
    char *kept = global ? effnet_pickle_alloc(pickle, strlen(full) + 1, error) : NULL;

    if (!kept)
        return NULL;
    *global = (EffNetPickleGlobal){.name = strcpy(kept, full), .kind = EFFNET_GLOBAL_UNKNOWN};
    return global;
}

const EffNetPickleGlobal *
effnet_pickle_global_find(EffNetPickle *pickle, const char *module, const char *name,
                          GError **error)
{
    gsize length = strlen(module);

    for (gsize i = 0; i < G_N_ELEMENTS(globals); i++) {
        const char *known = globals[i].name;

        if (strncmp(known, module, length) == 0 && known[length] == '.' &&
            strcmp(known + length + 1, name) == 0)
            return &globals[i];
    }
    return new_unknown(pickle, module, name, error);
}

gboolean
effnet_pickle_global_refuse(const EffNetPickle *pickle, const EffNetPickleGlobal *global,
                            GError **error)
{
    g_autofree char *shown = g_strescape(global->name, NULL);

    return effnet_pickle_fail(pickle, error,
                              "uses the pickle global %s, which is not one that a checkpoint "
                              "needs; nothing was executed (save the model's state_dict() instead)",
                              shown);
}

/* Whether ARGS contain weights. Functions take them among their first few arguments; looking at
 * more would let a hostile file take much time. */
static gboolean
has_weights(const EffNetPickleValue *args, guint depth)
{
    for (gsize i = 0; i < 8 && effnet_pickle_item(args, i); i++) {
        const EffNetPickleValue *arg = effnet_pickle_item(args, i);

        if (arg->type == EFFNET_PICKLE_TENSOR || arg->type == EFFNET_PICKLE_STORAGE ||
            (arg->type == EFFNET_PICKLE_OPAQUE && arg->opaque.has_weights) ||
            (depth > 0 && has_weights(arg, depth - 1)))
            return TRUE;
    }
    return FALSE;
}

/* Torch also makes tensors from other things than storages, by functions of its private modules. */
static EffNetPickleValue *
make_opaque(EffNetPickle *pickle, const EffNetPickleGlobal *maker, const EffNetPickleValue *args,
            GError **error)
{
    EffNetPickleValue *value = effnet_pickle_value_new(pickle, EFFNET_PICKLE_OPAQUE, error);

    if (!value)
        return NULL;
    value->opaque.maker = maker;
    value->opaque.has_weights = g_str_has_prefix(maker->name, "torch._") || has_weights(args, 2);
    return value;
}

static gboolean
read_sizes(const EffNetPickle *pickle, const EffNetPickleValue *tuple, guint64 *sizes,
           guint *n_dims, GError **error)
{
    if (!tuple || tuple->type != EFFNET_PICKLE_TUPLE)
        return effnet_pickle_fail(pickle, error, "holds a tensor whose shape is not a tuple");
    if (tuple->items.n > EFFNET_MAX_DIMS)
        return effnet_pickle_fail(
            pickle, error, "holds a tensor of %" G_GSIZE_FORMAT " dimensions, at most %d are read",
            tuple->items.n, EFFNET_MAX_DIMS);
    for (gsize i = 0; i < tuple->items.n; i++)
        if (!effnet_pickle_size(tuple->items.at[i], &sizes[i]))
            return effnet_pickle_fail(pickle, error,
                                      "holds a tensor whose size or stride is not a number");
    *n_dims = (guint)tuple->items.n;
    return TRUE;
}

/* (storage, offset, size, stride, …) */
static EffNetPickleValue *
rebuild_tensor(EffNetPickle *pickle, const EffNetPickleValue *args, GError **error)
{
    const EffNetPickleValue *storage = effnet_pickle_item(args, 0);
    EffNetPickleTensor *tensor = effnet_pickle_alloc(pickle, sizeof *tensor, error);
    EffNetPickleValue *value;
    guint n_strides;

    if (!tensor)
        return NULL;
    if (!storage || storage->type != EFFNET_PICKLE_STORAGE ||
        !effnet_pickle_size(effnet_pickle_item(args, 1), &tensor->offset)) {
        effnet_pickle_fail(pickle, error, "holds a tensor without a storage and an offset");
        return NULL;
    }
    if (!read_sizes(pickle, effnet_pickle_item(args, 2), tensor->dims, &tensor->n_dims, error) ||
        !read_sizes(pickle, effnet_pickle_item(args, 3), tensor->strides, &n_strides, error))
        return NULL;
    if (n_strides != tensor->n_dims) {
        effnet_pickle_fail(pickle, error, "holds a tensor of %u dimensions and %u strides",
                           tensor->n_dims, n_strides);
        return NULL;
    }
    tensor->storage = storage->storage;
    value = effnet_pickle_value_new(pickle, EFFNET_PICKLE_TENSOR, error);
    if (value)
        value->tensor = tensor;
    return value;
}

/* OrderedDict(), OrderedDict([(key, value), …]) as written by Python 2, Counter({…}),
 * defaultdict(factory). */
static EffNetPickleValue *
make_dict(EffNetPickle *pickle, const EffNetPickleValue *from, GError **error)
{
    EffNetPickleValue *dict = effnet_pickle_value_new(pickle, EFFNET_PICKLE_DICT, error);

    if (!dict || !from)
        return dict;
    if (from->type == EFFNET_PICKLE_DICT)
        return effnet_pickle_append(pickle, &dict->items, from->items.at, from->items.n, error)
                   ? dict
                   : NULL;
    for (gsize i = 0; effnet_pickle_item(from, i); i++) {
        EffNetPickleValue *pair = effnet_pickle_item(from, i);

        if (!effnet_pickle_item(pair, 1) || effnet_pickle_item(pair, 2)) {
            effnet_pickle_fail(pickle, error, "holds a dictionary made of what are not pairs");
            return NULL;
        }
        if (!effnet_pickle_append(pickle, &dict->items, pair->items.at, 2, error))
            return NULL;
    }
    return dict;
}

EffNetPickleValue *
effnet_pickle_global_call(EffNetPickle *pickle, const EffNetPickleValue *global,
                          EffNetPickleValue *args, GError **error)
{
    const char *name;

    if (global && global->type == EFFNET_PICKLE_OPAQUE)
        return make_opaque(pickle, global->opaque.maker, args, error);
    if (!global || global->type != EFFNET_PICKLE_GLOBAL || !args ||
        args->type != EFFNET_PICKLE_TUPLE) {
        effnet_pickle_fail(pickle, error, "holds a pickle that calls what is not a function");
        return NULL;
    }
    name = global->global->name;
    switch (global->global->kind) {
    case EFFNET_GLOBAL_DICT:
        return make_dict(pickle, effnet_pickle_item(args, 0), error);
    case EFFNET_GLOBAL_DEFAULT_DICT:
        return make_dict(pickle, effnet_pickle_item(args, 1), error);
    case EFFNET_GLOBAL_REBUILD_TENSOR:
        return rebuild_tensor(pickle, args, error);
    case EFFNET_GLOBAL_REBUILD_PARAMETER:
    case EFFNET_GLOBAL_SIZE:
        if (effnet_pickle_item(args, 0))
            return effnet_pickle_item(args, 0);
        effnet_pickle_fail(pickle, error, "calls %s without its argument", name);
        return NULL;
    case EFFNET_GLOBAL_UNKNOWN:
        return make_opaque(pickle, global->global, args, error);
    case EFFNET_GLOBAL_STORAGE:
        break;
    }
    effnet_pickle_fail(pickle, error, "holds a pickle that calls %s", name);
    return NULL;
}

/* (key, begin, elements), or None. */
static gboolean
read_view(const EffNetPickle *pickle, const EffNetPickleValue *view, EffNetPickleStorage *storage,
          GError **error)
{
    storage->view_elements = storage->n_elements;
    if (!view || view->type == EFFNET_PICKLE_NONE)
        return TRUE;
    if (effnet_pickle_size(effnet_pickle_item(view, 1), &storage->view_begin) &&
        effnet_pickle_size(effnet_pickle_item(view, 2), &storage->view_elements) &&
        effnet_range_fits(storage->view_begin, storage->view_elements, storage->n_elements))
        return TRUE;
    return effnet_pickle_fail(pickle, error, "holds a part of storage %s that lies outside of it",
                              storage->key);
}

/* ("storage", type, key, location, elements[, view]). Before torch 1.6 also ("module", class, …),
 * which a whole model has in place of its class. */
EffNetPickleValue *
effnet_pickle_storage_new(EffNetPickle *pickle, const EffNetPickleValue *id, GError **error)
{
    const EffNetPickleValue *type = effnet_pickle_item(id, 1);
    EffNetPickleStorage *storage = effnet_pickle_alloc(pickle, sizeof *storage, error);
    EffNetPickleValue *value;

    if (!storage)
        return NULL;
    if (type && type->type == EFFNET_PICKLE_GLOBAL && type->global->kind == EFFNET_GLOBAL_UNKNOWN) {
        effnet_pickle_global_refuse(pickle, type->global, error);
        return NULL;
    }
    memset(storage, 0, sizeof *storage);
    storage->key = effnet_pickle_string(effnet_pickle_item(id, 2));
    if (storage->key &&
        (strlen(storage->key) > MAX_KEY || !g_utf8_validate(storage->key, -1, NULL)))
        storage->key = NULL;
    if (g_strcmp0(effnet_pickle_string(effnet_pickle_item(id, 0)), "storage") != 0 || !type ||
        type->type != EFFNET_PICKLE_GLOBAL || type->global->kind != EFFNET_GLOBAL_STORAGE ||
        !storage->key || !effnet_pickle_size(effnet_pickle_item(id, 4), &storage->n_elements)) {
        effnet_pickle_fail(pickle, error,
                           "names something outside of its pickle that is not a "
                           "storage of numbers");
        return NULL;
    }
    storage->type = type->global;
    if (!read_view(pickle, effnet_pickle_item(id, 5), storage, error))
        return NULL;
    value = effnet_pickle_value_new(pickle, EFFNET_PICKLE_STORAGE, error);
    if (!value)
        return NULL;
    value->storage = storage;
    g_ptr_array_add(pickle->storages, storage);
    return value;
}
