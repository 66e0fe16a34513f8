/* SPDX-License-Identifier: BSD-2-Clause */
/* The HDF5 library does not survive damaged files, so effnet convert runs it in a process of its
 * own. But our reader must survive any valid file. Each line of an input describes what to write to
 * such a file:
 *
 * f|i PATH DIM...       a dataset of floats or of integers
 * s|v PATH NAME TEXT... an attribute of strings, of fixed or of variable length
 * l PATH OTHER          a link at PATH to OTHER
 * c TEXT                the model's configuration
 */
#include <string.h>

#include <hdf5.h>

#include "convert/readers.h"
#include "fuzz.h"

#define MAX_LINES    1024
#define MAX_ELEMENTS (1u << 16) /* above, reading takes too long */
#define TOO_MANY     (1u << 28)
/* The smallest network; recognising which network it is would take long. */
#define ARCH "mobilenet-v1-w0.01-d0.1-r64"

static void
add_dataset(hid_t file, hid_t links, hid_t type, char **words)
{
    guint n = MIN(g_strv_length(words) - 1, H5S_MAX_RANK);
    hsize_t dims[H5S_MAX_RANK];
    guint64 elements = 1;
    hid_t space, dataset;

    for (guint i = 0; i < n; i++) {
        dims[i] = g_ascii_strtoull(words[i + 1], NULL, 10) & G_MAXUINT32;
        elements = MIN(elements, 1u << 30) * dims[i];
    }
    if (elements > MAX_ELEMENTS && elements <= TOO_MANY)
        return;
    space = H5Screate_simple((int)n, dims, NULL);
    dataset = H5Dcreate2(file, words[0], type, space, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(dataset);
    H5Sclose(space);
}

static void
add_strings(hid_t file, hid_t links, gboolean variable, char **words)
{
    guint n = MAX(2, g_strv_length(words)) - 2;
    hid_t group = H5Gcreate2(file, words[0], links, H5P_DEFAULT, H5P_DEFAULT);
    hid_t object = group >= 0 ? group : H5Oopen(file, words[0], H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1), space, attribute;
    const hsize_t dims[] = {n};
    g_autoptr(GString) fixed = g_string_new(NULL);
    gsize length = 1;

    for (guint i = 0; i < n; i++)
        length = MAX(length, strlen(words[i + 2]));
    for (guint i = 0; i < n; i++) {
        g_string_append(fixed, words[i + 2]);
        g_string_set_size(fixed, (i + 1) * length);
    }
    H5Tset_size(type, variable ? H5T_VARIABLE : length);
    space = H5Screate_simple(1, dims, NULL);
    attribute = n ? H5Acreate2(object, words[1], type, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
    if (attribute >= 0)
        H5Awrite(attribute, type, variable ? (gconstpointer)(words + 2) : fixed->str);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Oclose(object);
}

static void
add_line(hid_t file, hid_t links, char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", line[0] == 'c' ? 2 : 64);
    guint n = g_strv_length(words);

    if (n > 1 && g_str_equal(words[0], "c"))
        add_strings(file, links, TRUE,
                    (char *[]){(char *)"/", (char *)"model_config", words[1], NULL});
    else if (n > 1 && g_str_equal(words[0], "f"))
        add_dataset(file, links, H5T_IEEE_F32LE, words + 1);
    else if (n > 1 && g_str_equal(words[0], "i"))
        add_dataset(file, links, H5T_STD_I32LE, words + 1);
    else if (n > 2 && g_str_equal(words[0], "l"))
        H5Lcreate_hard(file, words[2], file, words[1], links, H5P_DEFAULT);
    else if (n > 2 && (g_str_equal(words[0], "s") || g_str_equal(words[0], "v")))
        add_strings(file, links, *words[0] == 'v', words + 1);
}

static GBytes *
write_file(const char *lines)
{
    g_auto(GStrv) split = g_strsplit(lines, "\n", MAX_LINES);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), links = H5Pcreate(H5P_LINK_CREATE), file;
    gpointer image;
    gssize n;

    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Pset_fapl_core(access, 1 << 16, 0);
    H5Pset_create_intermediate_group(links, 1);
    file = H5Fcreate("image", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    for (guint i = 0; split[i]; i++)
        add_line(file, links, split[i]);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    n = H5Fget_file_image(file, NULL, 0);
    image = g_malloc(n);
    if (H5Fget_file_image(file, image, n) != n)
        g_error("no image of the file");
    H5Fclose(file);
    H5Pclose(links);
    H5Pclose(access);
    return g_bytes_new_take(image, n);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *lines = g_strndup((const char *)data, size);
    g_autoptr(GBytes) file = write_file(lines);
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");

    if (effnet_keras_read(graph, g_bytes_get_data(file, NULL), g_bytes_get_size(file), ARCH,
                          &error) != (error == NULL))
        g_error("neither a graph nor an error, or both");
    effnet_graph_sort(graph);
    return 0;
}
