/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint/pickle.h"
#include "../support.h"

static const EffNetFile file = {.path = (char *)"some.pth"};

static void
test_find(void)
{
    g_autoptr(EffNetPickle) pickle = effnet_pickle_new(&file);
    static const char *const unknown[][2] = {
        {"os", "system"},         {"torch", "FloatStorage2"}, {"torch", "Float"},
        {"builtins", "eval"},     {"torch.", "Size"},         {"", "torch.Size"},
        {"torch._utils", "eval"}, {"collections", ""},        {"torch\n", "\xff"},
    };
    const EffNetPickleGlobal *global;
    GError *error = NULL;

    global = effnet_pickle_global_find(pickle, "torch", "HalfStorage", NULL);
    g_assert_cmpint(global->kind, ==, EFFNET_GLOBAL_STORAGE);
    g_assert_cmpint(global->dtype, ==, EFFNET_DTYPE_F16);
    g_assert_cmpuint(global->element_size, ==, 2);
    for (gsize i = 0; i < G_N_ELEMENTS(unknown); i++) {
        g_autofree char *name = g_strconcat(unknown[i][0], ".", unknown[i][1], NULL);

        global = effnet_pickle_global_find(pickle, unknown[i][0], unknown[i][1], NULL);
        g_assert_cmpint(global->kind, ==, EFFNET_GLOBAL_UNKNOWN);
        g_assert_cmpstr(global->name, ==, name);
        g_assert_false(effnet_pickle_global_refuse(pickle, global, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, "nothing was executed");
    }
}

typedef struct {
    EffNetFile *file;
    EffNetPickle *pickle;
    EffNetPickleValue *value;
    GError *error;
} Loaded;

static void
load(Loaded *l, const GByteArray *content)
{
    g_autoptr(GByteArray) bytes = support_pickle(content);
    g_autofree char *path = support_write_bytes("pickle", bytes);
    guint64 position = 0;

    l->file = effnet_file_open(path, NULL);
    l->pickle = effnet_pickle_new(l->file);
    l->value = effnet_pickle_load(l->pickle, &position, bytes->len, &l->error);
}

static void
unload(Loaded *l)
{
    effnet_pickle_free(l->pickle);
    effnet_file_close(l->file);
    g_clear_error(&l->error);
}

static void
test_tensor(void)
{
    const SupportTensor from = {.storage = "Half",
                                .key = "17",
                                .n_elements = 100,
                                .offset = 4,
                                .n_dims = 2,
                                .dims = {3, 5},
                                .strides = {1, 3}};
    g_autoptr(GByteArray) content = g_byte_array_new();
    const EffNetPickleTensor *tensor;
    Loaded l = {0};

    support_pickle_tensor(content, &from);
    load(&l, content);
    g_assert_no_error(l.error);
    g_assert_cmpint(l.value->type, ==, EFFNET_PICKLE_TENSOR);
    tensor = l.value->tensor;
    g_assert_cmpuint(tensor->offset, ==, 4);
    g_assert_cmpuint(tensor->n_dims, ==, 2);
    g_assert_cmpuint(tensor->dims[1], ==, 5);
    g_assert_cmpuint(tensor->strides[1], ==, 3);
    g_assert_cmpstr(tensor->storage->key, ==, "17");
    g_assert_cmpuint(tensor->storage->n_elements, ==, 100);
    g_assert_cmpuint(tensor->storage->view_elements, ==, 100);
    g_assert_cmpuint(l.pickle->storages->len, ==, 1);
    unload(&l);
}

static void
check_text(const char *text, const char *error)
{
    g_autoptr(GByteArray) content = g_byte_array_new();
    Loaded l = {0};

    support_add_text(content, text);
    load(&l, content);
    if (error)
        support_check_error(&l.error, EFFNET_ERROR_FORMAT, error);
    g_assert_no_error(l.error);
    unload(&l);
}

#define STORAGE "((U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\nt"
#define REBUILD "ctorch._utils\n_rebuild_tensor_v2\n"

static void
test_calls(void)
{
    check_text("ctorch._utils\n_rebuild_parameter\n(K\1\x88NtR", NULL);
    check_text("ctorch._utils\n_rebuild_parameter\n)R", "without its argument");
    check_text("ctorch\nSize\n((K\1K\2ttR", NULL);
    check_text("ctorch\nFloatStorage\n)R", "calls torch.FloatStorage");
    check_text("ccollections\nOrderedDict\n(](](K\1K\2eetR", NULL);
    check_text("ccollections\nOrderedDict\n(](](K\1K\2K\3eetR", "not pairs");
    check_text("ccollections\nOrderedDict\n(](K\1etR", "not pairs");
    check_text("cnumpy\ndtype\n(U\2f8K\1K\1tR(K\3U\1<tb", NULL);
    check_text("ccollections\ndefaultdict\n(cbuiltins\nlist\ntR(K\1]u", NULL);
}

/* Checks whether what TEXT makes is opaque, and whether it may have weights. */
static void
check_opaque(const char *text, gboolean opaque, gboolean has_weights)
{
    g_autoptr(GByteArray) content = g_byte_array_new();
    Loaded l = {0};

    support_add_text(content, text);
    load(&l, content);
    g_assert_no_error(l.error);
    g_assert_cmpint(l.value->type == EFFNET_PICKLE_OPAQUE, ==, opaque);
    if (opaque)
        g_assert_cmpint(l.value->opaque.has_weights, ==, has_weights);
    unload(&l);
}

#define TENSOR REBUILD STORAGE "QI0\n))tR"

static void
test_opaque(void)
{
    check_opaque("cos\nsystem\n(U\2idtR", TRUE, FALSE);
    check_opaque("cos\nsystem\n(U\2idtR)R", TRUE, FALSE); /* a call of what it made */
    check_opaque("cpathlib\nPosixPath\n(U\4datatR", TRUE, FALSE);
    check_opaque("ca\nDict\n)\x81(K\1Nu}(U\1aK\1ub", TRUE, FALSE);
    check_opaque("ca\nDict\n)\x81(K\1" TENSOR "u", TRUE, TRUE);
    check_opaque("ca\nList\n)\x81" TENSOR "a", TRUE, TRUE);
    check_opaque("ca\nview\n(" TENSOR "tR", TRUE, TRUE);
    check_opaque("ca\nview\n((((" TENSOR "ttttR", TRUE, FALSE); /* too deep to be searched */
    check_opaque("ca\nview\n(((" TENSOR "tttR", TRUE, TRUE);
    check_opaque("ctorch._utils\n_rebuild_from_numpy\n(NtR", TRUE, TRUE);
    check_opaque("ctorch._utils\n_rebuild_parameter\n(ca\nview\n(" TENSOR "tRtR", TRUE, TRUE);
    check_opaque("ccollections\ndefaultdict\n(cos\nsystem\ntR", FALSE, FALSE);
}

static void
test_bad_tensors(void)
{
    check_text(REBUILD "(NK\1))tR", "without a storage and an offset");
    check_text(REBUILD ")R", "without a storage and an offset");
    check_text(REBUILD STORAGE "QK\1(K\2t)tR", "1 dimensions and 0 strides");
    check_text(REBUILD STORAGE "QK\1](K\2e)tR", "whose shape is not a tuple");
    check_text(REBUILD STORAGE "QK\1(J\xff\xff\xff\xfft)tR", "size or stride is not a number");
    check_text(REBUILD STORAGE "QK\1(K\1K\1K\1K\1K\1K\1K\1K\1K\1t)tR", "of 9 dimensions");
}

static void
test_bad_storages(void)
{
    check_text(")Q", "not a storage of numbers");
    check_text("(U\6moduleNNNNtQ", "not a storage of numbers");
    check_text("(U\6modulecm\nNet\nNNtQ", "m.Net");
    check_text("(U\7storagecargparse\nNamespace\nU\1kU\3cpuK\ntQ", "argparse.Namespace");
    check_text("(U\7storagectorch\nFloatStorage\nK\1U\3cpuK\ntQ", "not a storage of numbers");
    check_text("(U\7storagectorch\nFloatStorage\nU\1\xffU\3cpuK\nNtQ", "not a storage of numbers");
    check_text("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\nNtQ", NULL);
    check_text("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\n(U\1vK\5K\5ttQ", NULL);
    check_text("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\n(U\1vK\5K\6ttQ",
               "a part of storage k that lies outside");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/pickle-global/find", test_find);
    g_test_add_func("/model/pickle-global/tensor", test_tensor);
    g_test_add_func("/model/pickle-global/calls", test_calls);
    g_test_add_func("/model/pickle-global/opaque", test_opaque);
    g_test_add_func("/model/pickle-global/bad-tensors", test_bad_tensors);
    g_test_add_func("/model/pickle-global/bad-storages", test_bad_storages);
    return g_test_run();
}
