/* SPDX-License-Identifier: BSD-2-Clause */
#include "hdf5.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#include <effnet/error.h>

/* Bounds for broken or malicious files: the library itself has none. */
#define MAX_ELEMENTS (1u << 28) /* of all variables together */
#define MAX_NAMES    65536
#define MAX_DEPTH    4 /* of models within models */
#define MAX_TEXT     (64u << 20)
#define MAX_OBJECTS  100000 /* visits, including repeated ones */

typedef struct {
    const EffNetGraph *graph;
    EffNetHdf5 *out;
    guint64 n_elements;
    guint n_objects;
} Reader;

static void
clear_variable(gpointer variable)
{
    g_free(((EffNetVariable *)variable)->layer);
    g_free(((EffNetVariable *)variable)->kind);
    g_free(((EffNetVariable *)variable)->values);
}

void
effnet_hdf5_clear(EffNetHdf5 *hdf5)
{
    g_clear_pointer(&hdf5->variables, g_array_unref);
    g_clear_pointer(&hdf5->config, g_free);
}

static gboolean
get_dims(hid_t dataset, EffNetConstant *constant)
{
    hid_t space = H5Dget_space(dataset);
    int n = H5Sget_simple_extent_ndims(space);
    hsize_t dims[EFFNET_MAX_DIMS];
    gboolean ok =
        n >= 0 && n <= EFFNET_MAX_DIMS && H5Sget_simple_extent_dims(space, dims, NULL) == n;

    constant->n_dims = ok ? n : 0;
    for (guint i = 0; i < constant->n_dims; i++)
        constant->dims[i] = dims[i];
    H5Sclose(space);
    return ok;
}

/* How many elements are decompressed to read N: chunks are decompressed as a whole. 0: too many to
 * count. */
static guint64
count_unpacked(const EffNetConstant *constant, hid_t how, guint64 n)
{
    hsize_t chunk[EFFNET_MAX_DIMS];
    guint64 total = 1;

    if (H5Pget_layout(how) != H5D_CHUNKED)
        return n;
    if (H5Pget_chunk(how, EFFNET_MAX_DIMS, chunk) != (int)constant->n_dims)
        return 0;
    for (guint i = 0; i < constant->n_dims; i++) {
        guint64 chunks = constant->dims[i] / chunk[i] + (constant->dims[i] % chunk[i] != 0);

        if (!g_uint64_checked_mul(&total, total, chunks) ||
            !g_uint64_checked_mul(&total, total, chunk[i]))
            return 0;
    }
    return total;
}

/* Whether the numbers are inside the file: an untrusted file must not refer to others of the
 * reader's. */
static gboolean
is_inside(hid_t how)
{
    return how >= 0 && H5Pget_external_count(how) == 0 && H5Pget_layout(how) != H5D_VIRTUAL;
}

/* Whether the *N elements that DATASET claims to have are within the bounds. */
static gboolean
take_elements(Reader *reader, hid_t dataset, const EffNetConstant *constant, guint64 *n)
{
    hid_t how = H5Dget_create_plist(dataset);
    guint64 unpacked = 0;

    *n = 1;
    for (guint i = 0; i < constant->n_dims; i++)
        if (!g_uint64_checked_mul(n, *n, constant->dims[i]))
            *n = 0;
    if (*n > 0 && is_inside(how))
        unpacked = count_unpacked(constant, how, *n);
    if (how >= 0)
        H5Pclose(how);
    if (unpacked == 0 || unpacked > MAX_ELEMENTS - reader->n_elements)
        return FALSE;
    reader->n_elements += unpacked;
    return TRUE;
}

/* FALSE if it is too large, in another file, or not numbers. */
static gboolean
read_values(Reader *reader, hid_t dataset, EffNetVariable *variable)
{
    EffNetConstant *constant = &variable->constant;
    hid_t type = H5Dget_type(dataset);
    gboolean is_float = H5Tget_class(type) == H5T_FLOAT;
    guint64 n;

    H5Tclose(type);
    if (!is_float || !get_dims(dataset, constant) || !take_elements(reader, dataset, constant, &n))
        return FALSE;
    variable->values = g_try_new(float, n);
    constant->dtype = EFFNET_DTYPE_F32;
    constant->data = (const guint8 *)variable->values;
    return variable->values &&
           H5Dread(dataset, H5T_IEEE_F32LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, variable->values) >= 0;
}

static gboolean
visit(Reader *reader, GError **error)
{
    return reader->n_objects++ < MAX_OBJECTS ||
           effnet_graph_fail(reader->graph, error,
                             "has more than %d groups and variables, or some many times",
                             MAX_OBJECTS);
}

static gboolean
add_variable(Reader *reader, hid_t folder, const char *path, const char *layer, const char *kind,
             GError **error)
{
    EffNetVariable variable = {0};
    hid_t dataset;
    gboolean ok;

    if (!visit(reader, error))
        return FALSE;
    variable.layer = g_strdup(layer);
    variable.kind = g_strdup(kind);
    dataset = H5Dopen2(folder, path, H5P_DEFAULT);
    ok = dataset >= 0 && read_values(reader, dataset, &variable);
    if (dataset >= 0)
        H5Dclose(dataset);
    g_array_append_val(reader->out->variables, variable);
    return ok || effnet_graph_fail(reader->graph, error,
                                   "has no floats of a sensible number, in the file itself, where "
                                   "%s of the layer %s should be",
                                   kind, layer);
}

/* An attribute of strings, of fixed or variable length; NULL if there is none. For g_strfreev(). */
static char **
read_strings(hid_t object, const char *name)
{
    hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : 0;
    gsize size = type >= 0 ? H5Tget_size(type) : 0;
    gboolean is_variable = type >= 0 && H5Tis_variable_str(type) > 0;
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *bytes = NULL;

    if (type >= 0 && H5Tget_class(type) == H5T_STRING && n >= 0 && n <= MAX_NAMES && size > 0 &&
        size <= MAX_TEXT / (gsize)MAX(1, n))
        bytes = g_try_malloc0(size * MAX(1, n));
    if (bytes && H5Aread(attribute, type, bytes) >= 0) {
        for (hssize_t i = 0; i < n; i++) {
            const char *text = is_variable ? ((char **)(gpointer)bytes)[i] : bytes + i * size;

            g_ptr_array_add(strings,
                            is_variable ? g_strdup(text ? text : "") : g_strndup(text, size));
        }
        if (is_variable)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, bytes);
        g_ptr_array_add(strings, NULL);
    }
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    if (attribute >= 0)
        H5Aclose(attribute);
    return strings->len ? (char **)g_ptr_array_steal(strings, NULL) : NULL;
}

typedef struct {
    EffNetVariable variable;
    guint place, index; /* its layer's place, its own index */
} Placed;

static gint
compare_places(gconstpointer a, gconstpointer b)
{
    const Placed *x = a, *y = b;

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Sorts the variables from BEGIN on: by their layers' places in ORDER or, if that is NULL, by where
 * each layer first occurs. Does nothing if a layer has no place. */
static void
sort_variables(GArray *variables, guint begin, GHashTable *order)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    guint n = variables->len - begin;
    EffNetVariable *first = &g_array_index(variables, EffNetVariable, begin);
    g_autofree Placed *placed = g_new(Placed, n);

    for (guint i = 0; i < n; i++) {
        const char *layer = first[i].layer;

        if (!order && !g_hash_table_contains(seen, layer))
            g_hash_table_insert(seen, (gpointer)layer, GUINT_TO_POINTER(i + 1));
        placed[i] = (Placed){.variable = first[i], .index = i};
        placed[i].place = GPOINTER_TO_UINT(g_hash_table_lookup(order ? order : seen, layer));
        if (!placed[i].place)
            return;
    }
    qsort(placed, n, sizeof *placed, compare_places);
    for (guint i = 0; i < n; i++)
        first[i] = placed[i].variable;
}

void
effnet_hdf5_sort(EffNetHdf5 *hdf5, GHashTable *order)
{
    if (hdf5->is_named)
        sort_variables(hdf5->variables, 0, order);
}

/* Reads the variables of one layer by their names, "block1a_bn/gamma:0"; of a model among the
 * layers, those of several layers, first the trained ones and then the statistics. */
static gboolean
read_legacy_layer(Reader *reader, hid_t folder, GError **error)
{
    g_auto(GStrv) names = read_strings(folder, "weight_names");
    guint begin = reader->out->variables->len;

    for (guint i = 0; names && names[i]; i++) {
        g_autofree char *plain = g_strndup(names[i], strcspn(names[i], ":"));
        g_autofree char *layer = g_path_get_dirname(plain), *kind = g_path_get_basename(plain);

        if (g_str_equal(kind, "count"))
            continue;
        if (!add_variable(reader, folder, names[i], layer, kind, error))
            return FALSE;
    }
    sort_variables(reader->out->variables, begin, NULL);
    return TRUE;
}

/* Keras 2, and .h5 files of Keras 3: lists of names in the model's order. */
static gboolean
read_legacy(Reader *reader, hid_t root, char **layers, GError **error)
{
    gboolean ok = TRUE;

    for (guint i = 0; ok && layers[i]; i++) {
        hid_t folder;

        if (!visit(reader, error))
            return FALSE;
        folder = H5Gopen2(root, layers[i], H5P_DEFAULT);
        if (folder < 0)
            return effnet_graph_fail(reader->graph, error, "has no group for its layer %s",
                                     layers[i]);
        ok = read_legacy_layer(reader, folder, error);
        H5Gclose(folder);
    }
    return ok;
}

/* .weights.h5: numbered groups named after the layers' classes, with numbered variables. */
static const struct {
    const char *class;
    const char *kinds[4];
} classes[] = {
    {"conv2d", {"kernel", "bias"}},
    {"depthwise_conv2d", {"depthwise_kernel", "bias"}},
    {"dense", {"kernel", "bias"}},
    {"batch_normalization", {"gamma", "beta", "moving_mean", "moving_variance"}},
    {"normalization", {"mean", "variance"}},
};

static herr_t
append_name(hid_t folder, const char *name, const H5L_info_t *info, void *names)
{
    GPtrArray *list = names;

    if (list->len == MAX_NAMES)
        return 1;
    g_ptr_array_add(list, g_strdup(name));
    return 0;
}

/* Sorts "conv2d" before "conv2d_2" before "conv2d_10". */
static int
compare_names(gconstpointer a, gconstpointer b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    const char *p = strrchr(x, '_'), *q = strrchr(y, '_');
    gsize n = p && g_ascii_isdigit(p[1]) ? (gsize)(p - x) : strlen(x);
    gsize m = q && g_ascii_isdigit(q[1]) ? (gsize)(q - y) : strlen(y);
    int order = strncmp(x, y, MIN(n, m));

    if (order != 0 || n != m)
        return order != 0 ? order : n < m ? -1 : 1;
    return atoi(x[n] ? p + 1 : "0") - atoi(y[m] ? q + 1 : "0");
}

static GPtrArray *
list_names(hid_t folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    H5Literate(folder, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, append_name, names);
    g_ptr_array_sort(names, compare_names);
    return names;
}

static gboolean
has(hid_t folder, const char *name)
{
    return H5Lexists(folder, name, H5P_DEFAULT) > 0;
}

static gboolean
read_variables(Reader *reader, hid_t layer, const char *name, const char *const kinds[4],
               GError **error)
{
    for (guint i = 0; i < 4 && kinds[i]; i++) {
        g_autofree char *path = g_strdup_printf("vars/%u", i);

        if (!has(layer, path))
            break;
        if (!add_variable(reader, layer, path, name, kinds[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_layers(Reader *reader, hid_t folder, guint depth, GError **error);

static gboolean
read_layer(Reader *reader, hid_t layer, const char *name, guint depth, GError **error)
{
    if (depth < MAX_DEPTH && has(layer, "layers")) {
        hid_t inner = H5Gopen2(layer, "layers", H5P_DEFAULT);
        gboolean ok = inner < 0 || read_layers(reader, inner, depth + 1, error);

        if (inner >= 0)
            H5Gclose(inner);
        return ok;
    }
    if (!has(layer, "vars"))
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
        gsize n = strlen(classes[i].class);

        if (strncmp(name, classes[i].class, n) == 0 &&
            (name[n] == '\0' || (name[n] == '_' && g_ascii_isdigit(name[n + 1]))))
            return read_variables(reader, layer, name, classes[i].kinds, error);
    }
    return TRUE;
}

/* Models among the layers come before the layers after them. */
static gboolean
read_layers(Reader *reader, hid_t folder, guint depth, GError **error)
{
    g_autoptr(GPtrArray) names = list_names(folder);
    gboolean ok = TRUE;

    for (int pass = 0; ok && pass < 2; pass++)
        for (guint i = 0; ok && i < names->len; i++) {
            const char *name = g_ptr_array_index(names, i);
            hid_t layer;

            ok = visit(reader, error);
            if (!ok || (layer = H5Gopen2(folder, name, H5P_DEFAULT)) < 0)
                continue;
            if (has(layer, "layers") == (pass == 0))
                ok = read_layer(reader, layer, name, depth, error);
            H5Gclose(layer);
        }
    return ok;
}

static gboolean
read_root(Reader *reader, hid_t file, GError **error)
{
    g_auto(GStrv) config = read_strings(file, "model_config");
    hid_t root = H5Gopen2(file, has(file, "model_weights") ? "model_weights" : "/", H5P_DEFAULT);
    g_auto(GStrv) layers = root >= 0 ? read_strings(root, "layer_names") : NULL;
    gboolean ok;

    if (config && config[0])
        reader->out->config = g_strdup(config[0]);
    if (layers) {
        reader->out->is_named = TRUE;
        ok = read_legacy(reader, root, layers, error);
    } else if (root >= 0 && has(root, "layers")) {
        ok = read_layer(reader, root, "", 0, error);
    } else {
        ok = effnet_graph_fail(reader->graph, error,
                               "is an HDF5 file, but has no layers of a Keras model");
    }
    if (root >= 0)
        H5Gclose(root);
    return ok;
}

gboolean
effnet_hdf5_read(EffNetHdf5 *hdf5, const EffNetGraph *graph, const guint8 *data, gsize n,
                 GError **error)
{
    Reader reader = {.graph = graph, .out = hdf5};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file;
    gboolean ok;

    hdf5->variables = g_array_new(FALSE, FALSE, sizeof(EffNetVariable));
    g_array_set_clear_func(hdf5->variables, clear_variable);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    /* A file must not make us open other files or load code. */
    H5Lunregister(H5L_TYPE_EXTERNAL);
    H5PLset_loading_state(0);
    H5Pset_fapl_core(access, 1 << 20, 0);
    H5Pset_file_image(access, (void *)data, n);
    file = H5Fopen("image", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (file < 0)
        return effnet_graph_fail(graph, error, "is not a whole HDF5 file");
    ok = read_root(&reader, file, error);
    H5Fclose(file);
    return ok;
}
