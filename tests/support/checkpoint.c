/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

typedef struct {
    GString *header;
    GByteArray *data;
    GRand *random;
} Writer;

/* Adds a tensor of uniform numbers around MEAN, with variance SIGMA^2. */
static void
add_tensor(Writer *w, const char *name, const char *shape, gsize n, float mean, float sigma)
{
    gsize begin = w->data->len, end = begin + n * sizeof(float);
    float *values;

    g_string_append_printf(
        w->header,
        "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%" G_GSIZE_FORMAT
        ",%" G_GSIZE_FORMAT "]}",
        w->header->len > 1 ? "," : "", name, shape, begin, end);
    g_byte_array_set_size(w->data, (guint)end);
    values = (float *)(void *)(w->data->data + begin);
    for (gsize i = 0; i < n; i++)
        values[i] = mean + sigma * (float)(sqrt(12.0) * (g_rand_double(w->random) - 0.5));
}

static void
add_conv(Writer *w, const char *prefix, const char *name, guint out, guint in, guint kernel)
{
    g_autofree char *full = g_strdup_printf("%s%s.weight", prefix, name);
    g_autofree char *shape = g_strdup_printf("%u,%u,%u,%u", out, in, kernel, kernel);
    gsize fan_in = (gsize)in * kernel * kernel;

    add_tensor(w, full, shape, out * fan_in, 0.0f, sqrtf(2.0f / (float)fan_in));
}

static void
add_norm(Writer *w, const char *prefix, const char *name, guint n)
{
    static const struct {
        const char *name;
        float mean;
    } parts[] = {{"weight", 1.0f}, {"bias", 0.0f}, {"running_mean", 0.0f}, {"running_var", 1.0f}};
    g_autofree char *shape = g_strdup_printf("%u", n);

    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *full = g_strdup_printf("%s%s.%s", prefix, name, parts[i].name);

        add_tensor(w, full, shape, n, parts[i].mean, 0.05f);
    }
}

static void
add_block(Writer *w, guint stage, guint block, guint kernel, guint in, guint out)
{
    g_autofree char *prefix = g_strdup_printf("blocks.%u.%u.", stage, block);
    guint wide = stage == 0 ? in : 6 * in;

    if (stage > 0) {
        add_conv(w, prefix, "conv_pw", wide, in, 1);
        add_norm(w, prefix, "bn1", wide);
    }
    add_conv(w, prefix, "conv_dw", wide, 1, kernel);
    add_norm(w, prefix, stage > 0 ? "bn2" : "bn1", wide);
    add_conv(w, prefix, stage > 0 ? "conv_pwl" : "conv_pw", out, wide, 1);
    add_norm(w, prefix, stage > 0 ? "bn3" : "bn2", out);
}

static void
add_lite0(Writer *w, guint n_classes, float spread)
{
    static const struct {
        guint kernel, channels, repeats;
    } stages[] = {{3, 16, 1},  {3, 24, 2},  {5, 40, 2}, {3, 80, 3},
                  {5, 112, 3}, {5, 192, 4}, {3, 320, 1}};
    g_autofree char *matrix = g_strdup_printf("%u,1280", n_classes);
    g_autofree char *vector = g_strdup_printf("%u", n_classes);
    guint in = 32;

    add_conv(w, "", "conv_stem", in, 3, 3);
    add_norm(w, "", "bn1", in);
    for (guint s = 0; s < G_N_ELEMENTS(stages); s++) {
        for (guint b = 0; b < stages[s].repeats; b++) {
            add_block(w, s, b, stages[s].kernel, in, stages[s].channels);
            in = stages[s].channels;
        }
    }
    add_conv(w, "", "conv_head", 1280, in, 1);
    add_norm(w, "", "bn2", 1280);
    add_tensor(w, "classifier.weight", matrix, (gsize)n_classes * 1280, 0.0f, 0.1f * spread);
    add_tensor(w, "classifier.bias", vector, n_classes, 0.0f, 0.1f);
}

static void
write_config(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *config = g_build_filename(folder, "config.json", NULL);
    GError *error = NULL;

    g_file_set_contents(config, "{\"architecture\": \"tf_efficientnet_lite0\"}\n", -1, &error);
    g_assert_no_error(error);
}

void
effnet_test_write_lite0(const char *path, guint32 seed, guint n_classes, float spread)
{
    Writer w = {g_string_new("{"), g_byte_array_new(), g_rand_new_with_seed(seed)};
    g_autoptr(GByteArray) file = g_byte_array_new();
    guint64 length;
    GError *error = NULL;

    add_lite0(&w, n_classes, spread);
    g_string_append_c(w.header, '}');
    while (w.header->len % 8 != 0)
        g_string_append_c(w.header, ' ');
    length = GUINT64_TO_LE((guint64)w.header->len);
    g_byte_array_append(file, (const guint8 *)&length, sizeof length);
    g_byte_array_append(file, (const guint8 *)w.header->str, (guint)w.header->len);
    g_byte_array_append(file, w.data->data, w.data->len);
    g_file_set_contents(path, (const char *)file->data, file->len, &error);
    g_assert_no_error(error);
    write_config(path);
    g_string_free(w.header, TRUE);
    g_byte_array_unref(w.data);
    g_rand_free(w.random);
}

char *
effnet_test_make_folder(void)
{
    GError *error = NULL;
    char *folder = g_dir_make_tmp("effnet-test-XXXXXX", &error);

    g_assert_no_error(error);
    return folder;
}

void
effnet_test_remove_folder(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_remove(path);
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}
