/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "formats.h"

#define CHUNK (64u << 10) /* bytes read at once where they are converted */
#define SLAB  (64u << 10) /* elements read at once where they are permuted */

gboolean
effnet_checkpoint_fail(const EffNetCheckpoint *checkpoint, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s %s", checkpoint->file->path, what);
    return FALSE;
}

static void
clear_tensor(gpointer tensor)
{
    g_free(((EffNetTensor *)tensor)->name);
}

EffNetCheckpoint *
effnet_checkpoint_new(const char *path, GError **error)
{
    EffNetCheckpoint *checkpoint;
    EffNetFile *file = effnet_file_open(path, error);

    if (!file)
        return NULL;
    checkpoint = g_new0(EffNetCheckpoint, 1);
    checkpoint->file = file;
    checkpoint->shards = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_file_close);
    checkpoint->tensors = g_array_new(FALSE, FALSE, sizeof(EffNetTensor));
    g_array_set_clear_func(checkpoint->tensors, clear_tensor);
    checkpoint->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    checkpoint->metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return checkpoint;
}

void
effnet_checkpoint_free(EffNetCheckpoint *checkpoint)
{
    if (!checkpoint)
        return;
    g_hash_table_unref(checkpoint->metadata);
    g_hash_table_unref(checkpoint->by_name);
    g_array_unref(checkpoint->tensors);
    g_ptr_array_unref(checkpoint->shards);
    effnet_file_close(checkpoint->file);
    g_free(checkpoint);
}

gboolean
effnet_checkpoint_check_name(const EffNetCheckpoint *checkpoint, const char *name, GError **error)
{
    gsize length = strlen(name);

    if (length > EFFNET_MAX_NAME)
        return effnet_checkpoint_fail(checkpoint, error,
                                      "has a tensor whose name has %" G_GSIZE_FORMAT
                                      " bytes, at most %u are sensible",
                                      length, EFFNET_MAX_NAME);
    return g_utf8_validate(name, (gssize)length, NULL) ||
           effnet_checkpoint_fail(checkpoint, error, "has a tensor whose name is not UTF-8");
}

gboolean
effnet_checkpoint_add(EffNetCheckpoint *checkpoint, const EffNetTensor *tensor, guint element_size,
                      guint64 end, GError **error)
{
    guint64 n_elements, extent, bytes;
    EffNetTensor copy = *tensor;

    if (checkpoint->tensors->len == EFFNET_MAX_TENSORS)
        return effnet_checkpoint_fail(checkpoint, error, "has more than %u tensors",
                                      EFFNET_MAX_TENSORS);
    if (!effnet_tensor_measure(tensor, &n_elements, &extent) ||
        !g_uint64_checked_mul(&bytes, extent, element_size) ||
        !effnet_range_fits(tensor->offset, bytes, MIN(end, checkpoint->file->size)))
        return effnet_checkpoint_fail(checkpoint, error,
                                      "has a tensor %s that lies outside of the bytes for it",
                                      tensor->name);
    copy.name = g_strdup(tensor->name);
    g_array_append_val(checkpoint->tensors, copy);
    return TRUE;
}

const char *
effnet_checkpoint_get_path(const EffNetCheckpoint *checkpoint)
{
    return checkpoint->file->path;
}

guint
effnet_checkpoint_get_n_tensors(const EffNetCheckpoint *checkpoint)
{
    return checkpoint->tensors->len;
}

const EffNetTensor *
effnet_checkpoint_get_tensor(const EffNetCheckpoint *checkpoint, guint index)
{
    return &g_array_index(checkpoint->tensors, EffNetTensor, index);
}

const EffNetTensor *
effnet_checkpoint_find(const EffNetCheckpoint *checkpoint, const char *name)
{
    return g_hash_table_lookup(checkpoint->by_name, name);
}

const char *
effnet_checkpoint_get_metadata(const EffNetCheckpoint *checkpoint, const char *key)
{
    return g_hash_table_lookup(checkpoint->metadata, key);
}

static const EffNetFile *
file_of(const EffNetCheckpoint *checkpoint, const EffNetTensor *tensor)
{
    return tensor->shard ? checkpoint->shards->pdata[tensor->shard - 1] : checkpoint->file;
}

/* Reads N consecutive elements from the file, as float32. */
static gboolean
read_dense(const EffNetCheckpoint *checkpoint, const EffNetTensor *tensor, gsize n, float *dst,
           GError **error)
{
    const EffNetFile *file = file_of(checkpoint, tensor);
    gsize size = effnet_dtype_size(tensor->dtype), at_once = CHUNK / size;
    g_autofree guint8 *chunk = NULL;

    if (tensor->dtype == EFFNET_DTYPE_F32)
        return effnet_file_read(file, tensor->offset, dst, n * size, error);
    chunk = g_malloc(CHUNK);
    for (gsize i = 0; i < n; i += at_once) {
        gsize part = MIN(at_once, n - i);

        if (!effnet_file_read(file, tensor->offset + i * size, chunk, part * size, error))
            return FALSE;
        effnet_convert_to_f32(dst + i, chunk, part, tensor->dtype);
    }
    return TRUE;
}

static gboolean
is_dense(const EffNetTensor *tensor)
{
    guint64 stride = 1;

    for (guint i = tensor->n_dims; i > 0; i--) {
        if (tensor->dims[i - 1] != 1 && tensor->strides[i - 1] != stride)
            return FALSE;
        stride *= tensor->dims[i - 1];
    }
    return TRUE;
}

/* Sets SLOWEST to the dimension with the longest stride; returns how many of its indices are read
 * at once, into SLAB elements. If they overlap in the file, all are read at once, lest the same
 * bytes be read many times. */
static gsize
plan_slabs(const EffNetTensor *tensor, guint *slowest)
{
    EffNetTensor single = *tensor;
    guint64 n_elements, extent = 1, stride;

    *slowest = 0;
    for (guint i = 1; i < tensor->n_dims; i++)
        if (tensor->dims[i] > 1 &&
            (tensor->dims[*slowest] == 1 || tensor->strides[i] > tensor->strides[*slowest]))
            *slowest = i;
    single.dims[*slowest] = 1;
    effnet_tensor_measure(&single, &n_elements, &extent);
    stride = tensor->strides[*slowest];
    if (extent > stride)
        return tensor->dims[*slowest];
    return extent < SLAB ? (SLAB - extent) / stride + 1 : 1;
}

/* Reads slab by slab in the order of the file, so that the buffers in between stay in caches. */
static gboolean
read_strided(const EffNetCheckpoint *checkpoint, const EffNetTensor *tensor, float *dst,
             GError **error)
{
    g_autofree float *values = NULL;
    EffNetTensor part = *tensor, dense = *tensor;
    guint64 n_elements, extent = 0;
    guint slowest;
    gsize at_once = plan_slabs(tensor, &slowest), n = tensor->dims[slowest];

    effnet_tensor_set_dense(&dense);
    for (gsize i = 0; i < n; i += at_once) {
        part.dims[slowest] = MIN(at_once, n - i);
        part.offset =
            tensor->offset + i * tensor->strides[slowest] * effnet_dtype_size(tensor->dtype);
        effnet_tensor_measure(&part, &n_elements, &extent);
        if (!values && extent <= G_MAXSIZE / sizeof *values)
            values = g_try_malloc(extent * sizeof *values);
        if (!values) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY,
                        "%s has a tensor %s spread over %" G_GUINT64_FORMAT
                        " elements, for which there is no memory",
                        checkpoint->file->path, tensor->name, extent);
            return FALSE;
        }
        if (!read_dense(checkpoint, &part, extent, values, error))
            return FALSE;
        effnet_permute(dst + i * dense.strides[slowest], dense.strides, values, &part);
    }
    return TRUE;
}

gboolean
effnet_checkpoint_read(EffNetCheckpoint *checkpoint, const EffNetTensor *tensor, float *dst,
                       GError **error)
{
    guint64 n_elements = 0, extent = 0;

    if (tensor->dtype == EFFNET_DTYPE_OTHER)
        return effnet_checkpoint_fail(checkpoint, error,
                                      "has a tensor %s of integers, where float32, float16, "
                                      "bfloat16 or float64 was expected",
                                      tensor->name);
    effnet_tensor_measure(tensor, &n_elements, &extent);
    if (n_elements == 0)
        return TRUE;
    if (is_dense(tensor))
        return read_dense(checkpoint, tensor, n_elements, dst, error);
    return read_strided(checkpoint, tensor, dst, error);
}
