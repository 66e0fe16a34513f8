/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint/pth_metadata.h"
#include "../support.h"

/* What TEXT, a pickled dictionary, says under KEY; NULL if nothing. For g_free(). */
static char *
get(const char *text, const char *key)
{
    g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GByteArray) content = g_byte_array_new(), bytes = NULL;
    g_autoptr(EffNetFile) file = NULL;
    g_autoptr(EffNetPickle) pickle = NULL;
    const EffNetPickleValue *dict;
    GError *error = NULL;
    guint64 position = 0;

    support_add_text(content, text);
    bytes = support_pickle(content);
    file = effnet_file_open(support_hold(bytes->data, bytes->len), NULL);
    pickle = effnet_pickle_new(file);
    dict = effnet_pickle_load(pickle, &position, bytes->len, &error);
    g_assert_no_error(error);
    effnet_pth_metadata_add(table, dict);
    return g_strdup(g_hash_table_lookup(table, key));
}

static void
check(const char *text, const char *key, const char *expected)
{
    g_autofree char *found = get(text, key);

    g_assert_cmpstr(found, ==, expected);
}

static void
test_arch(void)
{
    check("}(U\4archU\2b0u", "arch", "b0");
    check("}(U\4archK\1u", "arch", NULL);
    check("}(U\4archU\2\xff\xfeu", "arch", NULL); /* not UTF-8 */
    check("}(U\5epochK\1u", "arch", NULL);
    check("}(U\12model_nameU\2b0u", "model_name", "b0");
    check("}(U\5modelU\2b0u", "model", "b0");
    check("}(U\5model}u", "model", NULL);
}

#define DICT                                                                                       \
    "}(U\5modelU\2b0U\13num_classesK\4U\2lrG\x3f\xdf\x0a\x3d\x70\xa3\xd7\x0aU\3ema\x88U\4none"     \
    "NU\4mean](K\1U\1qeU\5shape(K\3K\7tU\3set](}eU\4pathcpathlib\nPosixPath\n)Ru"

static void
check_args(const char *text)
{
    check(text, "args.model", "b0");
    check(text, "args.num_classes", "4");
    check(text, "args.lr", "0.485");
    check(text, "args.ema", "true");
    check(text, "args.mean", "[1, \"q\"]");
    check(text, "args.shape", "[3, 7]");
    check(text, "args.none", NULL);
    check(text, "args.set", NULL);
    check(text, "args.path", NULL);
}

static void
test_args(void)
{
    check_args("}(U\4args" DICT "u");
    check_args("}(U\4argscargparse\nNamespace\n)\x81" DICT "bu");
    check("}(U\20hyper_parameters}(U\4archU\2b0uu", "hyper_parameters.arch", "b0");
    check("}(U\7hparamsca\nAttributeDict\n)\x81}(U\4archU\2b0ubu", "hparams.arch", "b0");
    check("}(U\4argsK\1u", "args.model", NULL);
    check("}(U\4argscargparse\nNamespace\n)\x81u", "args.model", NULL);
    check("}(U\4args}(U\2lrG\x7f\xf8\1\1\1\1\1\1uu", "args.lr", NULL);
}

static void
test_classes(void)
{
    static const char names[] = "[\"cat\", \"d\\\"g\"]";

    check("}(U\14class_to_idx}(U\3catI0\nU\3d\"gK\1uu", "class_names", names);
    check("}(U\14class_to_idx}(U\3d\"gK\1U\3catI0\nuu", "class_names", names);
    check("}(U\14idx_to_class}(K\1U\3d\"gI0\nU\3catuu", "class_names", names);
    check("}(U\13class_names](U\3catU\3d\"geu", "class_names", names);
    check("}(U\7classes(U\3catU\3d\"gtu", "class_names", names);
    check("}(U\10id2label}(U\1"
          "1U\3d\"gU\1"
          "0U\3catuu",
          "class_names", names);
    check("}(U\4meta}(U\7CLASSES(U\3catU\3d\"gtuu", "class_names", names);
    check("}(U\4meta}(U\14dataset_meta}(U\7classes(U\3catU\3d\"gtuuu", "class_names", names);
    check("}(U\20hyper_parameters}(U\13class_names](U\3catU\3d\"geuu", "class_names", names);
    /* A class without a name, or with two. */
    check("}(U\14class_to_idx}(U\3catI0\nU\3dogK\2uu", "class_names", "[\"cat\", null, \"dog\"]");
    check("}(U\14class_to_idx}(U\3catI0\nU\3dogI0\nuu", "class_names", "[\"cat\"]");
    /* The first that is understood counts. */
    check("}(U\7classesK\2U\13class_names](U\3catU\3d\"geu", "class_names", names);
    check("}(U\7classes](U\1xU\1yeU\14class_to_idx}(U\3catI0\nU\3d\"gK\1uu", "class_names", names);
}

static void
test_bad_classes(void)
{
    static const char *const values[] = {
        "}",
        "]",
        "K\2",
        "}(U\3catI0\nU\3dogJ\xff\xff\xff\xffu", /* -1 */
        "}(U\3catI0\nU\3dogU\3owlu",
        "}(I0\nI0\nu",
        "](U\3catK\1e",
        "](U\3catU\1\377e", /* not UTF-8 */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *text = g_strconcat("}(U\14class_to_idx", values[i], "u", NULL);

        check(text, "class_names", NULL);
    }
}

/* A small file that contains a text of 4000 bytes, and COUNT references to it in a list. */
static GByteArray *
repeat_text(const char *key, guint count)
{
    g_autofree char *text = g_strnfill(4000, 'x');
    g_autoptr(GByteArray) content = g_byte_array_new();

    support_pickle_string(content, text);
    support_add_text(content, "q\1"
                              "0}(");
    support_pickle_string(content, key);
    support_add_text(content, "](");
    for (guint i = 0; i < count; i++)
        support_add_text(content, "h\1");
    support_add_text(content, "eu");
    return support_pickle(content);
}

static void
test_bounds(void)
{
    static const struct {
        const char *key;
        guint count;
        gboolean is_kept;
    } cases[] = {{"class_names", 1000, TRUE},
                 {"class_names", 60000, FALSE},
                 {"class_names", 70000, FALSE},
                 {"args", 1, FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GHashTable) table =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        g_autoptr(GByteArray) bytes = repeat_text(cases[i].key, cases[i].count);
        g_autoptr(EffNetFile) file = effnet_file_open(support_hold(bytes->data, bytes->len), NULL);
        g_autoptr(EffNetPickle) pickle = effnet_pickle_new(file);
        guint64 position = 0;

        effnet_pth_metadata_add(table, effnet_pickle_load(pickle, &position, bytes->len, NULL));
        g_assert_cmpuint(g_hash_table_size(table), ==, cases[i].is_kept);
    }
    check("}(U\4args}(U\1a](U\2xyU\2xyeuu", "args.a", "[\"xy\", \"xy\"]");
}

/* What the root says precedes what inner dictionaries say. */
static void
test_order(void)
{
    g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    EffNetPickleValue key = {.type = EFFNET_PICKLE_STRING, .string = {"arch", 4}}, first, second;
    EffNetPickleValue *pairs[2][2] = {{&key, &first}, {&key, &second}};

    first = (EffNetPickleValue){.type = EFFNET_PICKLE_STRING, .string = {"b0", 2}};
    second = (EffNetPickleValue){.type = EFFNET_PICKLE_STRING, .string = {"b1", 2}};
    for (int i = 0; i < 2; i++) {
        const EffNetPickleValue dict = {.type = EFFNET_PICKLE_DICT,
                                        .items = {.at = pairs[i], .n = 2, .room = 2}};

        effnet_pth_metadata_add(table, &dict);
        g_assert_cmpstr(g_hash_table_lookup(table, "arch"), ==, "b0");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/pth-metadata/arch", test_arch);
    g_test_add_func("/model/pth-metadata/args", test_args);
    g_test_add_func("/model/pth-metadata/classes", test_classes);
    g_test_add_func("/model/pth-metadata/bad-classes", test_bad_classes);
    g_test_add_func("/model/pth-metadata/bounds", test_bounds);
    g_test_add_func("/model/pth-metadata/order", test_order);
    return g_test_run();
}
