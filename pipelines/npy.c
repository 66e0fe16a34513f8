/* SPDX-License-Identifier: BSD-2-Clause */
#include "npy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

#include "outfile.h"

#define MAGIC       "\x93NUMPY"
#define MAGIC_SIZE  6
#define PREAMBLE_V1 10 /* magic, version, 16-bit length */
#define MAX_HEADER  65535
#define ALIGNMENT   64

#define DESCR "<f4"

struct _EffNetNpy {
    FILE *file;
    char *path;
    EffNetOutfile *outfile; /* for writing */
    guint n_dims;
    guint64 dims[EFFNET_NPY_MAX_DIMS];
};

static gboolean
fail(const EffNetNpy *npy, GError **error, const char *what)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s: %s", npy->path, what);
    return FALSE;
}

static gboolean
fail_errno(const EffNetNpy *npy, GError **error, const char *what)
{
    int number = errno;

    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s: %s", npy->path, what,
                g_strerror(number));
    return FALSE;
}

/* The header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), } */

static const char *
skip_space(const char *s)
{
    while (g_ascii_isspace(*s))
        s++;
    return s;
}

static gboolean
accept(const char **s, const char *token)
{
    gsize n = strlen(token);

    *s = skip_space(*s);
    if (strncmp(*s, token, n) != 0)
        return FALSE;
    *s += n;
    return TRUE;
}

static char *
accept_string(const char **s)
{
    const char *begin, *end;

    *s = skip_space(*s);
    if (**s != '\'' && **s != '"')
        return NULL;
    begin = *s + 1;
    end = strchr(begin, **s);
    if (end == NULL)
        return NULL;
    *s = end + 1;
    return g_strndup(begin, end - begin);
}

static gboolean
parse_shape(EffNetNpy *npy, const char **s)
{
    if (!accept(s, "("))
        return FALSE;
    npy->n_dims = 0;
    while (!accept(s, ")")) {
        char *end;

        if (npy->n_dims == EFFNET_NPY_MAX_DIMS || !g_ascii_isdigit(**s))
            return FALSE;
        errno = 0;
        npy->dims[npy->n_dims++] = g_ascii_strtoull(*s, &end, 10);
        if (errno != 0)
            return FALSE;
        *s = end;
        if (!accept(s, ",") && *skip_space(*s) != ')')
            return FALSE;
    }
    return TRUE;
}

static gboolean
parse_entry(EffNetNpy *npy, const char **s, guint *seen, GError **error)
{
    g_autofree char *key = accept_string(s);

    if (key == NULL || !accept(s, ":"))
        return fail(npy, error, "the .npy header is damaged");
    if (g_str_equal(key, "descr")) {
        g_autofree char *descr = accept_string(s);

        if (g_strcmp0(descr, DESCR) != 0) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                        "%s: float32 elements (\"%s\") are expected, found %s%s%s", npy->path,
                        DESCR, descr ? "\"" : "", descr ? descr : "a record", descr ? "\"" : "");
            return FALSE;
        }
        *seen |= 1;
    } else if (g_str_equal(key, "fortran_order")) {
        if (accept(s, "True"))
            return fail(npy, error, "C order is expected, found Fortran order");
        if (!accept(s, "False"))
            return fail(npy, error, "the .npy header is damaged");
        *seen |= 2;
    } else if (g_str_equal(key, "shape") && parse_shape(npy, s)) {
        *seen |= 4;
    } else {
        return fail(npy, error, "the .npy header is damaged");
    }
    return TRUE;
}

static gboolean
parse_header(EffNetNpy *npy, const char *s, GError **error)
{
    guint seen = 0;

    if (!accept(&s, "{"))
        return fail(npy, error, "the .npy header is damaged");
    while (!accept(&s, "}")) {
        if (!parse_entry(npy, &s, &seen, error))
            return FALSE;
        if (!accept(&s, ",") && *skip_space(s) != '}')
            return fail(npy, error, "the .npy header is damaged");
    }
    if (seen != 7 || *skip_space(s) != '\0')
        return fail(npy, error, "the .npy header is damaged");
    return TRUE;
}

static gboolean
read_header(EffNetNpy *npy, GError **error)
{
    guint8 head[12];
    gsize length, length_size;
    g_autofree char *text = NULL;

    if (fread(head, 1, MAGIC_SIZE + 2, npy->file) != MAGIC_SIZE + 2 ||
        memcmp(head, MAGIC, MAGIC_SIZE) != 0)
        return fail(npy, error, "not a .npy file");
    if (head[6] < 1 || head[6] > 3)
        return fail(npy, error, "a version of .npy that is not known (1 to 3 are)");
    length_size = head[6] == 1 ? 2 : 4;
    if (fread(head + 8, 1, length_size, npy->file) != length_size)
        return fail(npy, error, "the file ends within its .npy header");
    length = head[8] | (gsize)head[9] << 8;
    if (length_size == 4)
        length |= (gsize)head[10] << 16 | (gsize)head[11] << 24;
    if (length > MAX_HEADER)
        return fail(npy, error, "the .npy header is damaged");
    text = g_malloc(length + 1);
    if (fread(text, 1, length, npy->file) != length)
        return fail(npy, error, "the file ends within its .npy header");
    text[length] = '\0';
    if (strlen(text) != length)
        return fail(npy, error, "the .npy header is damaged");
    return parse_header(npy, text, error);
}

static gboolean
check_size(EffNetNpy *npy, GError **error)
{
    gsize bytes = sizeof(float);
    struct stat st;
    long at;

    for (guint i = 0; i < npy->n_dims; i++) {
        if (npy->dims[i] > G_MAXSIZE || !g_size_checked_mul(&bytes, bytes, npy->dims[i]))
            return fail(npy, error, "the shape is larger than memory can be");
    }
    if (fstat(fileno(npy->file), &st) != 0)
        return fail_errno(npy, error, "cannot be read");
    if (!S_ISREG(st.st_mode))
        return TRUE;
    at = ftell(npy->file);
    if (at < 0 || (guint64)st.st_size < (guint64)at || (guint64)st.st_size - (guint64)at < bytes) {
        g_autofree char *shape = effnet_npy_get_shape(npy);

        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s: the shape %s asks for %" G_GSIZE_FORMAT
                    " bytes, the file has %" G_GINT64_FORMAT,
                    npy->path, shape, bytes, (gint64)st.st_size - (gint64)at);
        return FALSE;
    }
    return TRUE;
}

static EffNetNpy *
new_npy(const char *path)
{
    EffNetNpy *npy = g_new0(EffNetNpy, 1);

    npy->path = g_strdup(path);
    return npy;
}

EffNetNpy *
effnet_npy_open(const char *path, GError **error)
{
    EffNetNpy *npy = new_npy(path);

    npy->file = g_fopen(path, "rbe");
    if (npy->file == NULL) {
        fail_errno(npy, error, "cannot be opened");
        effnet_npy_free(npy);
        return NULL;
    }
    if (!read_header(npy, error) || !check_size(npy, error)) {
        effnet_npy_free(npy);
        return NULL;
    }
    return npy;
}

static gboolean
write_header(EffNetNpy *npy, GError **error)
{
    g_autofree char *shape = effnet_npy_get_shape(npy);
    g_autoptr(GString) header = g_string_new(NULL);
    guint8 length[2];

    g_string_printf(header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", DESCR, shape);
    while ((PREAMBLE_V1 + header->len + 1) % ALIGNMENT != 0)
        g_string_append_c(header, ' ');
    g_string_append_c(header, '\n');
    length[0] = header->len & 0xff;
    length[1] = header->len >> 8;
    if (fwrite(MAGIC "\1\0", 1, MAGIC_SIZE + 2, npy->file) != MAGIC_SIZE + 2 ||
        fwrite(length, 1, 2, npy->file) != 2 ||
        fwrite(header->str, 1, header->len, npy->file) != header->len)
        return fail_errno(npy, error, "cannot be written");
    return TRUE;
}

static gboolean
create_file(EffNetNpy *npy, GError **error)
{
    npy->outfile = effnet_outfile_new(npy->path, TRUE, error);
    if (npy->outfile == NULL)
        return FALSE;
    npy->file = g_fopen(effnet_outfile_get_path(npy->outfile), "wbe");
    return npy->file != NULL || fail_errno(npy, error, "cannot be written");
}

EffNetNpy *
effnet_npy_create(const char *path, const guint64 *dims, guint n_dims, GError **error)
{
    EffNetNpy *npy;

    g_return_val_if_fail(n_dims <= EFFNET_NPY_MAX_DIMS, NULL);

    npy = new_npy(path);
    npy->n_dims = n_dims;
    memcpy(npy->dims, dims, n_dims * sizeof *dims);
    if (create_file(npy, error) && write_header(npy, error))
        return npy;
    effnet_npy_free(npy);
    return NULL;
}

guint
effnet_npy_get_n_dims(const EffNetNpy *npy)
{
    return npy->n_dims;
}

const guint64 *
effnet_npy_get_dims(const EffNetNpy *npy)
{
    return npy->dims;
}

char *
effnet_npy_get_shape(const EffNetNpy *npy)
{
    GString *shape = g_string_new("(");

    for (guint i = 0; i < npy->n_dims; i++)
        g_string_append_printf(shape, "%s%" G_GUINT64_FORMAT, i > 0 ? ", " : "", npy->dims[i]);
    g_string_append(shape, npy->n_dims == 1 ? ",)" : ")");
    return g_string_free(shape, FALSE);
}

gboolean
effnet_npy_read(EffNetNpy *npy, float *dst, gsize count, GError **error)
{
    if (fread(dst, sizeof *dst, count, npy->file) == count)
        return TRUE;
    if (ferror(npy->file))
        return fail_errno(npy, error, "cannot be read");
    return fail(npy, error, "the file ends before its last element");
}

gboolean
effnet_npy_write(EffNetNpy *npy, const float *src, gsize count, GError **error)
{
    if (fwrite(src, sizeof *src, count, npy->file) != count)
        return fail_errno(npy, error, "cannot be written");
    return TRUE;
}

gboolean
effnet_npy_close(EffNetNpy *npy, GError **error)
{
    gboolean ok = fclose(g_steal_pointer(&npy->file)) == 0;

    if (!ok)
        fail_errno(npy, error, "cannot be written");
    ok = ok && (npy->outfile == NULL || effnet_outfile_commit(npy->outfile, error));
    effnet_npy_free(npy);
    return ok;
}

void
effnet_npy_free(EffNetNpy *npy)
{
    if (npy == NULL)
        return;
    if (npy->file != NULL)
        fclose(npy->file);
    g_clear_pointer(&npy->outfile, effnet_outfile_free);
    g_free(npy->path);
    g_free(npy);
}
