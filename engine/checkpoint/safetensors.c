/* SPDX-License-Identifier: BSD-2-Clause */
/* The safetensors format: the header's length (8 bytes), the header (JSON), the tensors. */
#include <string.h>

#include <effnet/error.h>

#include "formats.h"
#include "json.h"

static const struct {
    const char *name;
    EffNetDType dtype;
    guint size;
} dtypes[] = {
    {"F32", EFFNET_DTYPE_F32, 4},       {"F16", EFFNET_DTYPE_F16, 2},
    {"BF16", EFFNET_DTYPE_BF16, 2},     {"F64", EFFNET_DTYPE_F64, 8},
    {"I64", EFFNET_DTYPE_OTHER, 8},     {"U64", EFFNET_DTYPE_OTHER, 8},
    {"I32", EFFNET_DTYPE_OTHER, 4},     {"U32", EFFNET_DTYPE_OTHER, 4},
    {"I16", EFFNET_DTYPE_OTHER, 2},     {"U16", EFFNET_DTYPE_OTHER, 2},
    {"I8", EFFNET_DTYPE_I8, 1},         {"U8", EFFNET_DTYPE_OTHER, 1},
    {"BOOL", EFFNET_DTYPE_OTHER, 1},    {"F8_E4M3", EFFNET_DTYPE_OTHER, 1},
    {"F8_E5M2", EFFNET_DTYPE_OTHER, 1},
};

typedef struct {
    guint64 begin, end;
    const char *name;
} Span;

static guint64
span_length(const Span *span)
{
    return span->end - span->begin;
}

static gboolean
parse_shape(const EffNetCheckpoint *checkpoint, const EffNetJson *shape, EffNetTensor *tensor,
            GError **error)
{
    tensor->n_dims = effnet_json_length(shape);
    if (!effnet_json_is(shape, EFFNET_JSON_ARRAY) || tensor->n_dims > EFFNET_MAX_DIMS)
        return effnet_checkpoint_fail(checkpoint, error,
                                      "has a tensor %s without a shape of at most %d dimensions",
                                      tensor->name, EFFNET_MAX_DIMS);
    for (guint i = 0; i < tensor->n_dims; i++)
        if (!effnet_json_integer(effnet_json_item(shape, i), &tensor->dims[i]))
            return effnet_checkpoint_fail(checkpoint, error,
                                          "has a tensor %s with a dimension that is no size",
                                          tensor->name);
    if (!effnet_tensor_set_dense(tensor))
        return effnet_checkpoint_fail(checkpoint, error, "has a tensor %s larger than memory",
                                      tensor->name);
    return TRUE;
}

static gboolean
parse_span(const EffNetCheckpoint *checkpoint, const EffNetJson *offsets, Span *span,
           GError **error)
{
    if (effnet_json_length(offsets) == 2 &&
        effnet_json_integer(effnet_json_item(offsets, 0), &span->begin) &&
        effnet_json_integer(effnet_json_item(offsets, 1), &span->end) && span->begin <= span->end)
        return TRUE;
    return effnet_checkpoint_fail(checkpoint, error,
                                  "has a tensor %s without a begin and an end in data_offsets",
                                  span->name);
}

/* Checks that the tensor fills its span exactly. */
static gboolean
check_size(const EffNetCheckpoint *checkpoint, const EffNetTensor *tensor, guint element_size,
           const Span *span, GError **error)
{
    guint64 n_elements = 0, extent;

    if (element_size == 0 ||
        (effnet_tensor_measure(tensor, &n_elements, &extent) && n_elements <= G_MAXINT64 / 16 &&
         n_elements * element_size == span_length(span)))
        return TRUE;
    return effnet_checkpoint_fail(checkpoint, error,
                                  "has a tensor %s of %" G_GUINT64_FORMAT
                                  " elements of %u bytes in %" G_GUINT64_FORMAT " bytes",
                                  tensor->name, n_elements, element_size, span_length(span));
}

static gboolean
parse_tensor(EffNetCheckpoint *checkpoint, const EffNetJson *json, guint64 data, Span *span,
             GError **error)
{
    EffNetTensor tensor = {.name = (char *)span->name, .dtype = EFFNET_DTYPE_OTHER};
    const char *dtype = effnet_json_string(effnet_json_member(json, "dtype"));
    guint element_size = 0;

    if (!dtype)
        return effnet_checkpoint_fail(checkpoint, error, "has a tensor %s without a dtype",
                                      span->name);
    for (gsize i = 0; i < G_N_ELEMENTS(dtypes); i++) {
        if (!g_str_equal(dtypes[i].name, dtype))
            continue;
        tensor.dtype = dtypes[i].dtype;
        element_size = dtypes[i].size;
    }
    if (!parse_shape(checkpoint, effnet_json_member(json, "shape"), &tensor, error) ||
        !parse_span(checkpoint, effnet_json_member(json, "data_offsets"), span, error) ||
        !check_size(checkpoint, &tensor, element_size, span, error))
        return FALSE;
    tensor.offset = data + span->begin;
    return effnet_checkpoint_add(checkpoint, &tensor, element_size, checkpoint->file->size, error);
}

static gboolean
parse_metadata(EffNetCheckpoint *checkpoint, const EffNetJson *json, GError **error)
{
    for (guint i = 0; i < effnet_json_length(json); i++) {
        const char *value = effnet_json_string(effnet_json_item(json, i));

        if (!value || !effnet_json_is(json, EFFNET_JSON_OBJECT))
            return effnet_checkpoint_fail(checkpoint, error,
                                          "has a __metadata__ that is not strings only");
        g_hash_table_insert(checkpoint->metadata, g_strdup(effnet_json_key(json, i)),
                            g_strdup(value));
    }
    return TRUE;
}

static gint
compare_spans(gconstpointer a, gconstpointer b)
{
    const Span *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* Checks what the format demands: every byte after the header belongs to exactly one tensor. */
static gboolean
check_spans(const EffNetCheckpoint *checkpoint, GArray *spans, guint64 n_bytes, GError **error)
{
    guint64 end = 0;

    g_array_sort(spans, compare_spans);
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = &g_array_index(spans, Span, i);

        if (span->begin != end)
            return effnet_checkpoint_fail(
                checkpoint, error,
                "has a tensor %s that begins at byte %" G_GUINT64_FORMAT
                " of the data, where the one before it ends at %" G_GUINT64_FORMAT,
                span->name, span->begin, end);
        end = span->end;
    }
    if (end != n_bytes)
        return effnet_checkpoint_fail(checkpoint, error,
                                      "has %" G_GUINT64_FORMAT
                                      " bytes of data, its tensors take %" G_GUINT64_FORMAT "%s",
                                      n_bytes, end, end > n_bytes ? ": it is cut short" : "");
    return TRUE;
}

static gboolean
parse_header(EffNetCheckpoint *checkpoint, const EffNetJson *header, guint64 data, GError **error)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, TRUE, sizeof(Span));

    for (guint i = 0; i < effnet_json_length(header); i++) {
        const EffNetJson *item = effnet_json_item(header, i);
        Span span = {.name = effnet_json_key(header, i)};

        if (g_str_equal(span.name, "__metadata__")) {
            if (!parse_metadata(checkpoint, item, error))
                return FALSE;
            continue;
        }
        if (!effnet_checkpoint_check_name(checkpoint, span.name, error) ||
            !parse_tensor(checkpoint, item, data, &span, error))
            return FALSE;
        g_array_append_val(spans, span);
    }
    return check_spans(checkpoint, spans, checkpoint->file->size - data, error);
}

gboolean
effnet_safetensors_parse(EffNetCheckpoint *checkpoint, GError **error)
{
    const EffNetFile *file = checkpoint->file;
    g_autoptr(EffNetJson) header = NULL;
    g_autoptr(GError) wrong = NULL;
    g_autofree char *text = NULL;
    guint64 length;

    if (!effnet_file_read(file, 0, &length, sizeof length, error))
        return FALSE;
    length = GUINT64_FROM_LE(length);
    if (length > EFFNET_SAFETENSORS_MAX_HEADER || length > file->size - sizeof length)
        return effnet_checkpoint_fail(
            checkpoint, error,
            "is not a whole safetensors file: its header has %" G_GUINT64_FORMAT
            " bytes, the file %" G_GUINT64_FORMAT,
            length, file->size);
    text = g_malloc(length + 1);
    if (!effnet_file_read(file, sizeof length, text, length, error))
        return FALSE;
    header = effnet_json_parse(text, length, &wrong);
    if (!effnet_json_is(header, EFFNET_JSON_OBJECT))
        return effnet_checkpoint_fail(checkpoint, error, "has a bad safetensors header: %s",
                                      wrong ? wrong->message : "it is not a JSON object");
    return parse_header(checkpoint, header, sizeof length + length, error);
}
