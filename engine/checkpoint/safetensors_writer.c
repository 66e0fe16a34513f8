/* SPDX-License-Identifier: BSD-2-Clause */
#include "safetensors_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <effnet/error.h>

#include "formats.h"
#include "json.h"

typedef struct {
    EffNetDType dtype;
    GBytes *data;
} Tensor;

struct _EffNetSafetensorsWriter {
    GString *metadata, *header; /* the entries of each, separated by commas */
    GArray *tensors;            /* Tensor */
    guint64 end;                /* the end of all tensors' data */
};

static void
clear_tensor(gpointer tensor)
{
    g_bytes_unref(((Tensor *)tensor)->data);
}

EffNetSafetensorsWriter *
effnet_safetensors_writer_new(void)
{
    EffNetSafetensorsWriter *writer = g_new0(EffNetSafetensorsWriter, 1);

    writer->metadata = g_string_new(NULL);
    writer->header = g_string_new(NULL);
    writer->tensors = g_array_new(FALSE, FALSE, sizeof(Tensor));
    g_array_set_clear_func(writer->tensors, clear_tensor);
    return writer;
}

void
effnet_safetensors_writer_free(EffNetSafetensorsWriter *writer)
{
    if (!writer)
        return;
    g_string_free(writer->metadata, TRUE);
    g_string_free(writer->header, TRUE);
    g_array_unref(writer->tensors);
    g_free(writer);
}

void
effnet_safetensors_writer_set_metadata(EffNetSafetensorsWriter *writer, const char *key,
                                       const char *value)
{
    g_string_append(writer->metadata, writer->metadata->len ? ", " : "");
    effnet_json_append_string(writer->metadata, key);
    g_string_append(writer->metadata, ": ");
    effnet_json_append_string(writer->metadata, value);
}

void
effnet_safetensors_writer_add(EffNetSafetensorsWriter *writer, const char *name, EffNetDType dtype,
                              guint n_dims, const guint64 *dims, GBytes *data)
{
    const Tensor tensor = {.dtype = dtype, .data = data};
    guint64 n = 1, begin = writer->end;

    g_assert(dtype == EFFNET_DTYPE_F32 || dtype == EFFNET_DTYPE_I8);
    g_string_append(writer->header, ", ");
    effnet_json_append_string(writer->header, name);
    g_string_append_printf(writer->header, ": {\"dtype\": \"%s\", \"shape\": [",
                           dtype == EFFNET_DTYPE_F32 ? "F32" : "I8");
    for (guint i = 0; i < n_dims; i++) {
        g_string_append_printf(writer->header, "%s%" G_GUINT64_FORMAT, i ? ", " : "", dims[i]);
        n *= dims[i];
    }
    g_assert(n * effnet_dtype_size(dtype) == g_bytes_get_size(data));
    writer->end += g_bytes_get_size(data);
    g_string_append_printf(writer->header,
                           "], \"data_offsets\": [%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT "]}",
                           begin, writer->end);
    g_array_append_val(writer->tensors, tensor);
}

static gboolean
write_tensor(FILE *file, const Tensor *tensor)
{
    gsize n;
    const guint8 *data = g_bytes_get_data(tensor->data, &n);

    return n == 0 || fwrite(data, 1, n, file) == n; /* DATA may be NULL where N is 0 */
}

static gboolean
write_all(const EffNetSafetensorsWriter *writer, FILE *file)
{
    g_autoptr(GString) header = g_string_new(NULL);
    guint64 length;
    gboolean ok;

    g_string_printf(header, "{\"__metadata__\": {%s}%s}", writer->metadata->str,
                    writer->header->str);
    while (header->len % 8) /* so that tensors are aligned */
        g_string_append_c(header, ' ');
    length = GUINT64_TO_LE(header->len);
    ok = fwrite(&length, sizeof length, 1, file) == 1 &&
         fwrite(header->str, header->len, 1, file) == 1;
    for (guint i = 0; ok && i < writer->tensors->len; i++)
        ok = write_tensor(file, &g_array_index(writer->tensors, Tensor, i));
    return ok && fflush(file) == 0 && fsync(fileno(file)) == 0;
}

/* Writes everything to FD and closes it. FALSE with errno set. */
static gboolean
write_file(const EffNetSafetensorsWriter *writer, int fd)
{
    FILE *file = fdopen(fd, "wb");
    gboolean ok = file && write_all(writer, file);
    int why = errno;

    if (!file)
        close(fd);
    else if (fclose(file) != 0 && ok)
        return FALSE;
    errno = why;
    return ok;
}

gboolean
effnet_safetensors_writer_finish(EffNetSafetensorsWriter *writer, const char *path, GError **error)
{
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0666);

    if (fd >= 0 && write_file(writer, fd) && g_rename(temporary, path) == 0)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                g_strerror(errno));
    if (fd >= 0)
        g_unlink(temporary);
    return FALSE;
}
