/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "../support.h"

#define INDEX(map) "{\"metadata\": {\"total_size\": 8}, \"weight_map\": {" map "}}"
#define FIRST      "\"net.a\": \"first.safetensors\""
#define SECOND     "\"net.b\": \"second.pth\""

static char *folder; /* this test's own */

static char *
put(const char *name, const void *data, gsize n)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, data, n, NULL));
    return path;
}

/* Writes FILE with a tensor "net.NAME" of VALUE. */
static void
put_safetensors(const char *file, const char *name, float value)
{
    g_autofree char *header =
        g_strdup_printf("{\"__metadata__\":{\"format\":\"%s\"},"
                        "\"net.%s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                        name, name);
    g_autoptr(GByteArray) bytes = support_safetensors(header, &value, sizeof value);
    g_free(put(file, bytes->data, bytes->len));
}

static void
put_pth(const char *file, float value)
{
    const SupportTensor tensor = {.name = "net.b", .n_elements = 1};
    g_autoptr(GByteArray) content = g_byte_array_new(), pickle = NULL, bytes = NULL;
    g_autofree char *path = NULL;

    support_pickle_dict(content, &tensor, 1);
    pickle = support_pickle(content);
    bytes = support_pth_zip(pickle, &value, sizeof value);
    path = put(file, bytes->data, bytes->len);
}

static EffNetCheckpoint *
open_index(const char *file, const char *index, GError **error)
{
    g_autofree char *path = put(file, index, strlen(index));

    return effnet_checkpoint_open(path, error);
}

static void
check_value(EffNetCheckpoint *checkpoint, const char *name, float expected)
{
    const EffNetTensor *tensor = effnet_checkpoint_find(checkpoint, name);
    float value;

    g_assert_nonnull(tensor);
    g_assert_true(effnet_checkpoint_read(checkpoint, tensor, &value, NULL));
    g_assert_cmpfloat(value, ==, expected);
}

static void
test_read(void)
{
    GError *error = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint =
        open_index("model.safetensors.index.json", INDEX(FIRST "," SECOND), &error);
    g_autofree char *path = g_build_filename(folder, "model.safetensors.index.json", NULL);

    g_assert_no_error(error);
    g_assert_cmpuint(effnet_checkpoint_get_n_tensors(checkpoint), ==, 2);
    check_value(checkpoint, "net.a", 3);
    check_value(checkpoint, "net.b", 5);
    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "format"), ==, "a");
    g_assert_cmpstr(effnet_checkpoint_get_path(checkpoint), ==, path);
}

static void
test_errors(void)
{
    static const struct {
        const char *index, *error;
    } cases[] = {
        {INDEX(FIRST ", \"c\": \"third.safetensors\""),
         "third.safetensors, which is not there: No"},
        {INDEX("\"net.a\": \"second.pth\""), "the tensor net.a is in its shard second.pth, which"},
        {INDEX(FIRST ", \"net.c\": \"first.safetensors\""), "the tensor net.c is in its shard"},
        {INDEX(FIRST ", \"c\": \"copy.safetensors\""), "has two tensors named net.a"},
        {INDEX(FIRST ", \"net.a2\": 7"), "a tensor net.a2 without the name of a shard"},
        {INDEX("\"a\": \"\""), "names a shard \"\""},
        {INDEX("\"a\": \".\""), "names a shard \".\""},
        {INDEX("\"a\": \"..\""), "names a shard \"..\""},
        {INDEX("\"a\": \"../first.safetensors\""), "where a file beside it was expected"},
        {INDEX("\"a\": \"/etc/passwd\""), "where a file beside it was expected"},
        {INDEX("\"a\": \"inner/first.safetensors\""), "where a file beside it was expected"},
        {INDEX("\"a\": \"linked.safetensors\""), "linked.safetensors, which is a link to another"},
        {INDEX("\"a\": \"some.index.json\""),
         "is JSON and not a checkpoint"}, /* the index itself */
        {"{\"weight_map\": []}", "is JSON, but neither a checkpoint nor an index of one"},
        {"{\"architecture\": \"b0\"}", "is JSON, but neither a checkpoint nor an index of one"},
        {"{\"weight_map\": ", "is JSON with "},
    };
    GError *error = NULL;

    put_safetensors("inner/first.safetensors", "a", 3);
    put_safetensors("copy.safetensors", "a", 3);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_null(open_index("some.index.json", cases[i].index, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
    g_assert_null(open_index("some.index.json", INDEX("\"a\": \"inner\""), &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "inner is a folder, where a file");
    g_assert_null(open_index("some.index", INDEX(FIRST), &error)); /* not the name of an index */
    support_check_error(&error, EFFNET_ERROR_FORMAT, "is JSON and not a checkpoint");
}

/* Long names are reported by their length, not printed. */
static void
test_long(void)
{
    g_autofree char *name = g_strnfill(2000, 'x'), *shard = NULL, *tensor = NULL;
    GError *error = NULL;

    shard = g_strdup_printf(INDEX("\"a\": \"%s\""), name);
    g_assert_null(open_index("some.index.json", shard, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "names a shard by 2000 bytes");
    tensor = g_strdup_printf(INDEX("\"%s\": \"first.safetensors\""), name);
    g_assert_null(open_index("some.index.json", tensor, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "a tensor whose name has 2000 bytes");
}

static void
test_many(void)
{
    g_autoptr(GString) index = g_string_new("{\"weight_map\": {");
    GError *error = NULL;

    for (int i = 0; i < 65; i++) {
        g_autofree char *name = g_strdup_printf("many%d", i), *file = g_strconcat(name, ".s", NULL);

        put_safetensors(file, name, 1);
        g_string_append_printf(index, "%s\"net.%s\": \"%s\"", i ? ", " : "", name, file);
    }
    g_string_append(index, "}}");
    g_assert_null(open_index("many.index.json", index->str, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "names more than 64 shards");
}

/* The hub's cache: a snapshot contains links to where the files are kept. */
static void
test_hub(void)
{
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    g_autofree char *link =
        g_build_filename(folder, "models--o--n/snapshots/1/first.safetensors", NULL);
    GError *error = NULL;

    put_safetensors("models--o--n/blobs/abc", "a", 7);
    g_free(put("models--o--n/snapshots/1/config.json", "{}", 2));
    g_assert_cmpint(symlink("../../blobs/abc", link), ==, 0);
    checkpoint =
        open_index("models--o--n/snapshots/1/model.safetensors.index.json", INDEX(FIRST), &error);
    g_assert_no_error(error);
    check_value(checkpoint, "net.a", 7);
}

static void
remove_all(const char *path)
{
    g_autoptr(GDir) dir =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);

        remove_all(inner);
    }
    g_remove(path);
}

int
main(int argc, char **argv)
{
    g_autofree char *link = NULL;
    int result;

    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("effnet-sharded-XXXXXX", NULL);
    put_safetensors("first.safetensors", "a", 3);
    put_pth("second.pth", 5);
    link = g_build_filename(folder, "linked.safetensors", NULL);
    g_assert_cmpint(symlink("inner/first.safetensors", link), ==, 0);
    g_test_add_func("/model/sharded/read", test_read);
    g_test_add_func("/model/sharded/errors", test_errors);
    g_test_add_func("/model/sharded/long", test_long);
    g_test_add_func("/model/sharded/many", test_many);
    g_test_add_func("/model/sharded/hub", test_hub);
    result = g_test_run();
    remove_all(folder);
    g_free(folder);
    return result;
}
