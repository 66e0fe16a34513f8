/* SPDX-License-Identifier: BSD-2-Clause */
#include "onnx_tensor.h"

#include <stdlib.h>
#include <string.h>

#include "checkpoint/file.h"

#define MAX_FILES G_MAXINT32 /* bytes of all files beside a model */

/* Numbers of fields in onnx.proto, by message. */
enum {
    TENSOR_DIMS = 1,
    TENSOR_TYPE = 2,
    TENSOR_FLOATS = 4,
    TENSOR_INTS = 7,
    TENSOR_NAME = 8,
    TENSOR_RAW = 9,
    TENSOR_DOUBLES = 10,
    TENSOR_EXTERNAL = 13,
    TENSOR_LOCATION = 14,
    ENTRY_KEY = 1,
    ENTRY_VALUE = 2,
};

#define TYPE_INT64 7

/* The fields of a tensor. */
typedef struct {
    guint64 type;
    EffNetOnnxInts dims;
    EffNetProto data; /* raw, or packed floats or doubles; little endian */
    gboolean is_external;
    EffNetProtoField location; /* the file of external data */
    guint64 offset, length;    /* in that file; LENGTH 0: the rest */
} Fields;

void
effnet_onnx_append_ints(EffNetOnnxInts *ints, const EffNetProtoField *field)
{
    EffNetProto packed = field->bytes;
    guint64 value = field->value;

    if (!field->is_bytes) {
        if (ints->n < EFFNET_ONNX_MAX_INTS)
            ints->at[ints->n++] = (gint64)value;
        return;
    }
    while (ints->n < EFFNET_ONNX_MAX_INTS && effnet_proto_next_varint(&packed, &value))
        ints->at[ints->n++] = (gint64)value;
}

static EffNetDType
get_dtype(guint64 type)
{
    switch (type) {
    case 1:
        return EFFNET_DTYPE_F32;
    case 10:
        return EFFNET_DTYPE_F16;
    case 11:
        return EFFNET_DTYPE_F64;
    case 16:
        return EFFNET_DTYPE_BF16;
    default:
        return EFFNET_DTYPE_OTHER;
    }
}

/* A number in text; 0 if it is not a number. */
static guint64
parse_number(const EffNetProtoField *field)
{
    g_autofree char *text = effnet_proto_string(field);

    return g_ascii_strtoull(text, NULL, 10);
}

static void
read_external(EffNetProto proto, Fields *fields)
{
    EffNetProtoField field, key = {0}, value = {0};

    while (effnet_proto_next(&proto, &field))
        if (field.number == ENTRY_KEY)
            key = field;
        else if (field.number == ENTRY_VALUE)
            value = field;
    fields->is_external = TRUE;
    if (effnet_proto_equals(&key, "location"))
        fields->location = value;
    else if (effnet_proto_equals(&key, "offset"))
        fields->offset = parse_number(&value);
    else if (effnet_proto_equals(&key, "length"))
        fields->length = parse_number(&value);
}

static void
read_fields(EffNetProto proto, EffNetOnnxTensor *tensor, Fields *fields)
{
    EffNetProtoField field;

    while (effnet_proto_next(&proto, &field))
        switch (field.number) {
        case TENSOR_DIMS:
            effnet_onnx_append_ints(&fields->dims, &field);
            break;
        case TENSOR_TYPE:
            fields->type = field.value;
            break;
        case TENSOR_INTS:
            effnet_onnx_append_ints(&tensor->ints, &field);
            break;
        case TENSOR_NAME:
            tensor->name = field;
            break;
        case TENSOR_FLOATS:
        case TENSOR_DOUBLES:
        case TENSOR_RAW:
            fields->data = field.bytes;
            break;
        case TENSOR_EXTERNAL:
            read_external(field.bytes, fields);
            break;
        case TENSOR_LOCATION:
            fields->is_external = fields->is_external || field.value == 1;
            break;
        }
}

/* Whether PATH, which contains no links, is in the folder of FILE, which may be a link. */
static gboolean
is_beside(const char *path, const char *file)
{
    g_autofree char *folder = g_path_get_dirname(file);
    char *real = realpath(folder, NULL);
    gsize length = real ? strlen(real) : 0;
    gboolean ok =
        real && strncmp(path, real, length) == 0 && (path[length] == '/' || g_str_equal(real, "/"));

    free(real);
    return ok;
}

/* What NAME, beside GRAPH's file, leads to. Links may lead to the folder that the file's own link
 * leads to, as in the hub's cache. NULL: elsewhere. */
static char *
resolve(const EffNetGraph *graph, const char *name)
{
    g_autofree char *folder = g_path_get_dirname(graph->path);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *real = realpath(path, NULL), *file = realpath(graph->path, NULL);
    char *found = NULL;

    if (real == NULL) /* opening it will tell what is wrong */
        found = g_strdup(path);
    else if (is_beside(real, graph->path) || (file && is_beside(real, file)))
        found = g_strdup(real);
    free(real);
    free(file);
    return found;
}

/* The bytes of the file NAME beside GRAPH's, and nowhere else: whoever made the model must not
 * choose what is read. */
static GBytes *
load(EffNetGraph *graph, const char *name, GError **error)
{
    GBytes *bytes;
    g_autofree char *path = NULL;
    gsize n = 0;
    char *data;

    if (graph->is_packed) {
        effnet_graph_fail(graph, error,
                          "keeps its weights in a file \"%s\", which a model in an archive cannot: "
                          "export it with them inside (torch.onnx.export(…, external_data=False))",
                          name);
        return NULL;
    }
    if (!*name || strchr(name, '/')) {
        effnet_graph_fail(graph, error,
                          "keeps its weights in a file \"%s\", where one beside it was expected: "
                          "export it with them inside (torch.onnx.export(…, external_data=False))",
                          name);
        return NULL;
    }
    path = resolve(graph, name);
    if (!path) {
        effnet_graph_fail(graph, error,
                          "keeps its weights in a file \"%s\", which is a link to another folder",
                          name);
        return NULL;
    }
    data = effnet_file_load(path, MAX_FILES - graph->n_file_bytes, &n, error);
    if (!data) {
        g_prefix_error(error, "%s keeps its weights in another file: ", graph->path);
        return NULL;
    }
    graph->n_file_bytes += n;
    bytes = g_bytes_new_take(data, n);
    g_hash_table_insert(graph->files, g_strdup(name), bytes);
    return bytes;
}

static gboolean
find_external(EffNetGraph *graph, Fields *fields, GError **error)
{
    g_autofree char *name = effnet_proto_string(&fields->location);
    GBytes *bytes = g_hash_table_lookup(graph->files, name);
    const guint8 *data;
    gsize n;

    if (!bytes && !(bytes = load(graph, name, error)))
        return FALSE;
    data = g_bytes_get_data(bytes, &n);
    if (fields->length == 0 && fields->offset <= n)
        fields->length = n - fields->offset;
    if (!effnet_range_fits(fields->offset, fields->length, n))
        return effnet_graph_fail(graph, error,
                                 "has a tensor of %" G_GUINT64_FORMAT " bytes at %" G_GUINT64_FORMAT
                                 " of %s, which has %" G_GSIZE_FORMAT,
                                 fields->length, fields->offset, name, n);
    fields->data = effnet_proto(data + fields->offset, fields->length);
    return TRUE;
}

/* Reads integers; they are few where they matter. */
static void
read_ints(EffNetOnnxTensor *tensor, const Fields *fields)
{
    gsize n = fields->data.end - fields->data.at;

    if (fields->type != TYPE_INT64)
        return;
    tensor->n_counted = n / 8;
    for (gsize i = 0; i + 8 <= n; i += 8) {
        guint64 bits;

        memcpy(&bits, fields->data.at + i, sizeof bits);
        bits = GUINT64_FROM_LE(bits);
        if (tensor->ints.n < EFFNET_ONNX_MAX_INTS)
            tensor->ints.at[tensor->ints.n++] = (gint64)bits;
        if (bits != i / 8)
            tensor->n_counted = 0;
    }
}

gboolean
effnet_onnx_tensor_read(EffNetOnnxTensor *tensor, EffNetProto proto, EffNetGraph *graph,
                        GError **error)
{
    EffNetConstant *constant = &tensor->constant;
    Fields fields = {.type = 0};

    *tensor = (EffNetOnnxTensor){.n_counted = 0};
    read_fields(proto, tensor, &fields);
    if (fields.is_external && !find_external(graph, &fields, error))
        return FALSE;
    constant->dtype = get_dtype(fields.type);
    constant->n_dims = fields.dims.n;
    for (guint i = 0; i < fields.dims.n; i++)
        constant->dims[i] = (guint64)fields.dims.at[i];
    if (constant->dtype == EFFNET_DTYPE_OTHER)
        read_ints(tensor, &fields);
    else if (!effnet_constant_set_data(constant, fields.data.at, fields.data.end - fields.data.at))
        return effnet_graph_fail(graph, error,
                                 "has a tensor with more or fewer numbers than its shape asks for");
    return TRUE;
}
