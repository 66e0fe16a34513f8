/* SPDX-License-Identifier: BSD-2-Clause */
#include "npy.h"

#include <string.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("effnet-npy-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
    fixture->path = g_build_filename(fixture->folder, "a.npy", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_unlink(fixture->path);
    g_rmdir(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->folder);
}

/* A file of VERSION with HEADER and N_FLOATS zeros. */
static void
write_file(Fixture *fixture, guint version, const char *header, gsize n_floats)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree float *zeros = g_new0(float, n_floats + 1);
    gsize length = strlen(header);
    const guint8 head[12] = {0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, length & 0xff, length >> 8};
    g_autoptr(GError) error = NULL;

    g_byte_array_append(bytes, head, version == 1 ? 10 : 12);
    g_byte_array_append(bytes, (const guint8 *)header, length);
    g_byte_array_append(bytes, (const guint8 *)zeros, n_floats * sizeof(float));
    g_file_set_contents(fixture->path, (const char *)bytes->data, bytes->len, &error);
    g_assert_no_error(error);
}

static void
test_round_trip(Fixture *fixture, gconstpointer data)
{
    const guint64 dims[EFFNET_NPY_MAX_DIMS] = {2, 3, 1, 1, 1, 1, 1, 1};
    const float values[6] = {0, -1.5f, 3e38f, 1e-40f, G_MAXFLOAT, 42};

    for (guint n_dims = 2; n_dims <= EFFNET_NPY_MAX_DIMS; n_dims++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(EffNetNpy) reader = NULL;
        float found[6] = {0};
        EffNetNpy *writer = effnet_npy_create(fixture->path, dims, n_dims, &error);

        g_assert_no_error(error);
        g_assert_true(effnet_npy_write(writer, values, 4, &error));
        g_assert_true(effnet_npy_write(writer, values + 4, 2, &error));
        g_assert_true(effnet_npy_close(writer, &error));

        reader = effnet_npy_open(fixture->path, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(effnet_npy_get_n_dims(reader), ==, n_dims);
        g_assert_cmpmem(effnet_npy_get_dims(reader), n_dims * sizeof *dims, dims,
                        n_dims * sizeof *dims);
        g_assert_true(effnet_npy_read(reader, found, 5, &error));
        g_assert_true(effnet_npy_read(reader, found + 5, 1, &error));
        g_assert_cmpmem(found, sizeof found, values, sizeof values);
        g_assert_false(effnet_npy_read(reader, found, 1, &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
    }
}

/* As in numpy's files, data start at a multiple of 64. */
static void
test_alignment(Fixture *fixture, gconstpointer data)
{
    for (guint64 n = 1; n < 100000000; n = n * 7 + 1) {
        g_autoptr(GError) error = NULL;
        g_autofree char *bytes = NULL;
        gsize length;
        EffNetNpy *writer = effnet_npy_create(fixture->path, &n, 1, &error);

        g_assert_no_error(error);
        g_assert_true(effnet_npy_close(writer, &error));
        g_assert_true(g_file_get_contents(fixture->path, &bytes, &length, &error));
        g_assert_cmpuint(length % 64, ==, 0);
        g_assert_cmpint(bytes[length - 1], ==, '\n');
    }
}

static void
test_shapes(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *written, *shape;
        gsize n_floats;
    } shapes[] = {
        {"()", "()", 1},         {"(3,)", "(3,)", 3},        {"(3)", "(3,)", 3},
        {"(2, 3)", "(2, 3)", 6}, {"( 2 ,3, )", "(2, 3)", 6}, {"(0, 18446744073709551615)", NULL, 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autofree char *header = g_strdup_printf(
            "{\"shape\": %s, 'fortran_order':False,'descr': '<f4'}  \n", shapes[i].written);
        g_autoptr(GError) error = NULL;
        g_autoptr(EffNetNpy) npy = NULL;
        g_autofree char *shape = NULL;

        write_file(fixture, 1 + i % 3, header, shapes[i].n_floats);
        npy = effnet_npy_open(fixture->path, &error);
        if (shapes[i].shape == NULL) {
            g_assert_true(npy == NULL || effnet_npy_get_dims(npy)[0] == 0);
            continue;
        }
        g_assert_no_error(error);
        shape = effnet_npy_get_shape(npy);
        g_assert_cmpstr(shape, ==, shapes[i].shape);
    }
}

static void
test_bad_headers(Fixture *fixture, gconstpointer data)
{
    static const char *const headers[] = {
        "",
        "{",
        "{}",
        "[]",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(headers); i++) {
        for (guint version = 1; version <= 4; version++) {
            g_autoptr(GError) error = NULL;

            write_file(fixture, version, headers[i], 2);
            g_assert_null(effnet_npy_open(fixture->path, &error));
            g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
            g_assert_true(g_str_has_prefix(error->message, fixture->path));
        }
    }
}

/* A version 2 header that claims gigabytes. */
static void
test_long_header(Fixture *fixture, gconstpointer data)
{
    const char bytes[] = "\x93NUMPY\2\0\xff\xff\xff\xff{}";
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(fixture->path, bytes, sizeof bytes - 1, NULL));
    g_assert_null(effnet_npy_open(fixture->path, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
}

static void
test_no_file(Fixture *fixture, gconstpointer data)
{
    const guint64 n = 1;
    g_autoptr(GError) error = NULL;

    g_assert_null(effnet_npy_open(fixture->path, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(effnet_npy_create("/nonexistent/a.npy", &n, 1, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/pipelines/npy/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("round-trip", test_round_trip);
    ADD("alignment", test_alignment);
    ADD("shapes", test_shapes);
    ADD("bad-headers", test_bad_headers);
    ADD("long-header", test_long_header);
    ADD("no-file", test_no_file);
    return g_test_run();
}
