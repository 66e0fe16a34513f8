/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "../support.h"

static const float data[] = {1, 2, 3, 4, 5, 6, 7, 8};

/* {"epoch": 3, KEY: {tensors}}, or just the tensors if KEY is NULL. */
static GByteArray *
state_dict(const char *key, const SupportTensor *tensors, guint n)
{
    g_autoptr(GByteArray) content = g_byte_array_new();

    if (key) {
        support_add_text(content, "}(");
        support_pickle_string(content, "epoch");
        support_add_text(content, "K\3");
        support_pickle_string(content, key);
    }
    support_pickle_dict(content, tensors, n);
    if (key)
        support_add_text(content, "u");
    return support_pickle(content);
}

static EffNetCheckpoint *
open_bytes(const GByteArray *bytes, GError **error)
{
    return effnet_checkpoint_open(support_hold(bytes->data, bytes->len), error);
}

static EffNetCheckpoint *
open_pickle(const GByteArray *pickle, gboolean legacy, GError **error)
{
    g_autoptr(GByteArray) bytes = legacy ? support_pth_legacy(pickle, data, 4, sizeof data)
                                         : support_pth_zip(pickle, data, sizeof data);

    return open_bytes(bytes, error);
}

static const SupportTensor transposed = {
    .name = "a.w", .n_elements = 8, .offset = 1, .n_dims = 2, .dims = {2, 3}, .strides = {1, 2}};

static void
check_transposed(EffNetCheckpoint *checkpoint, const char *name)
{
    static const float expected[] = {2, 4, 6, 3, 5, 7};
    float values[6];
    const EffNetTensor *tensor;

    g_assert_nonnull(checkpoint);
    tensor = effnet_checkpoint_find(checkpoint, name);
    g_assert_nonnull(tensor);
    g_assert_true(effnet_checkpoint_read(checkpoint, tensor, values, NULL));
    g_assert_cmpint(memcmp(values, expected, sizeof values), ==, 0);
}

static void
test_read(void)
{
    g_autoptr(GByteArray) pickle = state_dict(NULL, &transposed, 1);

    for (int legacy = 0; legacy < 2; legacy++) {
        g_autoptr(EffNetCheckpoint) checkpoint = open_pickle(pickle, legacy, NULL);

        g_assert_cmpuint(effnet_checkpoint_get_n_tensors(checkpoint), ==, 1);
        check_transposed(checkpoint, "a.w");
        g_assert_null(effnet_checkpoint_get_metadata(checkpoint, "format"));
    }
}

static void
test_wrapped(void)
{
    static const char *const keys[] = {"state_dict", "model", "state_dict_ema", "model_ema",
                                       "ema",        "net",   "model_state",    "model_state_dict"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GByteArray) pickle = state_dict(keys[i], &transposed, 1);
        g_autoptr(EffNetCheckpoint) checkpoint = open_pickle(pickle, FALSE, NULL);

        check_transposed(checkpoint, "a.w");
        g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "container"), ==, keys[i]);
    }
}

/* {"model": {"x.w"}, "model_ema": {"a.w"}}: the averaged weights are taken. */
static void
test_ema(void)
{
    g_autoptr(GByteArray) content = g_byte_array_new(), pickle = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    SupportTensor other = transposed;

    other.name = "x.w";
    support_add_text(content, "}(");
    support_pickle_string(content, "model");
    support_pickle_dict(content, &other, 1);
    support_pickle_string(content, "ema");
    support_add_text(content, "N");
    support_pickle_string(content, "model_ema");
    support_pickle_dict(content, &transposed, 1);
    support_add_text(content, "u");
    pickle = support_pickle(content);
    checkpoint = open_pickle(pickle, FALSE, NULL);
    check_transposed(checkpoint, "a.w");
    g_assert_null(effnet_checkpoint_find(checkpoint, "x.w"));
    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "container"), ==, "model_ema");
}

static void
test_prefix(void)
{
    SupportTensor tensors[3] = {transposed, transposed, transposed};
    g_autoptr(GByteArray) pickle = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;

    tensors[0].name = "_orig_mod.module.model.a.w";
    tensors[1].name = "_orig_mod.module.model.a.b";
    tensors[2].name = "n_averaged";
    pickle = state_dict(NULL, tensors, 3);
    checkpoint = open_pickle(pickle, TRUE, NULL);
    check_transposed(checkpoint, "a.w");
    check_transposed(checkpoint, "a.b");
    check_transposed(checkpoint, "n_averaged");
}

/* {"state_dict": {"a.w"}, KEY: VALUE}, or, if FIRST, KEY first. */
static EffNetCheckpoint *
open_beside(const char *key, const char *value, gboolean first, GError **error)
{
    g_autoptr(GByteArray) content = g_byte_array_new(), pickle = NULL;

    support_add_text(content, "}(");
    for (int i = 0; i < 2; i++) {
        if ((i == 0) == first) {
            support_pickle_string(content, key);
            support_add_text(content, value);
        } else {
            support_pickle_string(content, "state_dict");
            support_pickle_dict(content, &transposed, 1);
        }
    }
    support_add_text(content, "u");
    pickle = support_pickle(content);
    return open_pickle(pickle, FALSE, error);
}

#define ARRAY                                                                                      \
    "cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntU\1btR(K\1(K\1t"               \
    "cnumpy\ndtype\n(U\2f8tR(K\3U\1<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffI0\ntb\x89U\1xtb"
#define MODEL "ctorchvision.models.resnet\nResNet\n)\x81}(U\4bias]ub"

/* What is beside the weights is skipped; nothing of it is executed. */
static void
test_beside(void)
{
    static const char *const values[] = {
        ARRAY,
        "cpathlib\nPosixPath\n(U\4datatR",
        "ccollections\ndefaultdict\n(c__builtin__\nlist\ntR(U\4loss]u",
        "cargparse\nNamespace\n)\x81}(U\2lrK\1ub",
        "cdatetime\ndatetime\n(U\12\7\350\1\1\1\1\1\1\1\1tR",
        "cos\nsystem\n(U\11echo hurttR",
        "c__main__\nConfig\n)\x81}(U\1acfunctools\npartial\n(c__builtin__\neval\ntR(NNtbub",
        "ctorch\nfloat16\n",
        MODEL,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
        for (int first = 0; first < 2; first++) {
            GError *error = NULL;
            g_autoptr(EffNetCheckpoint) checkpoint =
                open_beside("history", values[i], first, &error);

            g_assert_no_error(error);
            check_transposed(checkpoint, "a.w");
            g_assert_cmpuint(effnet_checkpoint_get_n_tensors(checkpoint), ==, 1);
        }
}

/* An object under "model", as torch.save(model) pickles it, ranks after a state_dict, which is
 * taken. Under the key of averaged weights, which rank before a state_dict, it is an error, as it
 * may hide them. A scalar there hides nothing. */
static void
test_objects(void)
{
    GError *error = NULL;
    g_autoptr(EffNetCheckpoint) second = open_beside("model", MODEL, TRUE, &error), scalar = NULL;

    g_assert_no_error(error);
    check_transposed(second, "a.w");
    scalar = open_beside("ema", "cnumpy\nfloat64\n(K\1tR", TRUE, &error);
    g_assert_no_error(error);
    check_transposed(scalar, "a.w");
    g_assert_null(open_beside("model_ema", MODEL, TRUE, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "torchvision.models.resnet.ResNet");
}

/* Globals that are called to make weights, or that make an object where weights should be, are
 * refused by name. */
static void
test_bad_globals(void)
{
    static const struct {
        const char *before, *after, *error;
    } cases[] = {
        {MODEL "0" MODEL, "", "torchvision.models.resnet.ResNet"},
        {"}(U\5model" MODEL, "u", "torchvision.models.resnet.ResNet"},
        {"}(U\3a.bctorch._utils\n_rebuild_qtensor\n(", "tRu", "_rebuild_qtensor"},
        {"}(U\3a.bca\nview\n(", "tRu", "a.view, which is not one"},
        {"}(U\3a.b", "U\3a.cctorch._utils\n_rebuild_device_tensor_from_numpy\n(NtRu",
         "_rebuild_device_tensor_from_numpy"},
        {"}(U\5model" MODEL "U\4rest", "u", "torchvision.models.resnet.ResNet"},
        {"}(U\5modelca\nDict\n)\x81(U\3a.b", "uu", "a.Dict"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) content = g_byte_array_new(), pickle = NULL;

        support_add_text(content, cases[i].before);
        if (i > 1)
            support_pickle_tensor(content, &transposed);
        support_add_text(content, cases[i].after);
        pickle = support_pickle(content);
        g_assert_null(open_pickle(pickle, FALSE, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

static void
test_metadata(void)
{
    g_autoptr(EffNetCheckpoint) checkpoint = open_beside("arch", "U\2b0", FALSE, NULL);

    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "arch"), ==, "b0");
    g_assert_null(effnet_checkpoint_get_metadata(checkpoint, "class_names"));
}

static void
test_bad_tensors(void)
{
    static const struct {
        SupportTensor tensor;
        const char *error;
    } cases[] = {
        {{.n_elements = 9, .n_dims = 1, .dims = {1}}, "in a storage of 32 bytes"},
        {{.n_elements = G_MAXINT64, .n_dims = 1, .dims = {1}}, "in a storage of 32 bytes"},
        {{.n_elements = 8, .offset = 9, .n_dims = 1, .dims = {1}}, "from element 9 of the 8"},
        {{.n_elements = 8, .offset = 8, .n_dims = 1, .dims = {1}, .strides = {1}}, "lies outside"},
        {{.n_elements = 8, .n_dims = 1, .dims = {9}, .strides = {1}}, "lies outside"},
        {{.n_elements = 8, .n_dims = 2, .dims = {2, 2}, .strides = {4, 4}}, "lies outside"},
        {{.n_elements = 8, .n_dims = 1, .dims = {3}, .strides = {G_MAXINT64}}, "lies outside"},
        {{.n_elements = 8, .n_dims = 1, .dims = {2}, .strides = {G_MAXINT64}}, "lies outside"},
        {{.n_elements = 8, .n_dims = 2, .dims = {G_MAXINT64, 4}}, "lies outside"},
        {{.n_elements = 5, .storage = "Double"}, "in a storage of 32 bytes"},
        {{.n_elements = 8, .key = "1"}, "1"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SupportTensor tensor = cases[i].tensor;
        g_autoptr(GByteArray) pickle = NULL;

        tensor.name = "a.w";
        pickle = state_dict(NULL, &tensor, 1);
        g_assert_null(open_pickle(pickle, FALSE, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

static void
test_bad_objects(void)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"]", "holds no dictionary of tensors"},
        {"}(U\1aK\1u", "holds no dictionary of tensors"},
        {"}q\1(U\5modelh\1u", "holds no dictionary of tensors"}, /* contains itself */
        {"cos\nsystem\n(U\2idtR", "os.system"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        for (int legacy = 0; legacy < 2; legacy++) {
            g_autoptr(GByteArray) content = g_byte_array_new(), pickle = NULL;

            support_add_text(content, cases[i].text);
            pickle = support_pickle(content);
            g_assert_null(open_pickle(pickle, legacy, &error));
            if (legacy && i < 3) /* the unused storage is noticed first */
                support_check_error(&error, EFFNET_ERROR_FORMAT, "nothing in it uses");
            else
                support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
        }
}

static void
test_archives(void)
{
    static const struct {
        const char *entry, *content, *error;
    } cases[] = {
        {"net/readme", "", "without the data.pkl"}, {"net/mydata.pkl", "", "without the data.pkl"},
        {"model.weights.h5", "", "effnet convert"}, {"net/constants.pkl", "", "TorchScript"},
        {"net/byteorder", "big", "little-endian"},  {"net/byteorder", "middle", "little-endian"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SupportZip *zip = support_zip_new();
        g_autoptr(GByteArray) bytes = NULL;

        support_zip_add(zip, cases[i].entry, cases[i].content, strlen(cases[i].content), 0);
        if (i > 2)
            support_zip_add(zip, "net/data.pkl", "\x80\x02}.", 4, 0);
        bytes = support_zip_end(zip, FALSE);
        g_assert_null(open_bytes(bytes, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

static void
test_bad_legacy(void)
{
    static const struct {
        guint at;
        guint8 value;
        const char *error;
    } cases[] = {
        {4, 0, "not one of torch.save()"},
        {18, 0, "another version of torch.save()"},
        {41, 0x89, "little-endian"},
    };
    g_autoptr(GByteArray) pickle = state_dict(NULL, &transposed, 1);
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = support_pth_legacy(pickle, data, 4, sizeof data);

        bytes->data[cases[i].at] = cases[i].value;
        g_assert_null(open_bytes(bytes, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

static void
check_damage(gboolean legacy)
{
    g_autoptr(GByteArray) pickle = state_dict(NULL, &transposed, 1);
    g_autoptr(GByteArray) bytes = legacy ? support_pth_legacy(pickle, data, 4, sizeof data)
                                         : support_pth_zip(pickle, data, sizeof data);
    float values[6];

    for (gsize i = 0; i < 8 * bytes->len; i++) {
        GError *error = NULL;
        EffNetCheckpoint *checkpoint;

        bytes->data[i / 8] ^= 1u << i % 8;
        checkpoint = open_bytes(bytes, &error);
        g_assert_cmpint(checkpoint == NULL, ==, error != NULL);
        for (guint t = 0; checkpoint && t < effnet_checkpoint_get_n_tensors(checkpoint); t++) {
            const EffNetTensor *tensor = effnet_checkpoint_get_tensor(checkpoint, t);

            if (tensor->dims[0] == 2 && tensor->dims[1] == 3 && tensor->n_dims == 2 &&
                tensor->dtype != EFFNET_DTYPE_OTHER)
                g_assert_true(effnet_checkpoint_read(checkpoint, tensor, values, NULL));
        }
        effnet_checkpoint_free(checkpoint);
        g_clear_error(&error);
        bytes->data[i / 8] ^= 1u << i % 8;
    }
    for (guint n = bytes->len - 1; n > 0; n--) {
        GError *error = NULL;

        g_byte_array_set_size(bytes, n);
        g_assert_null(open_bytes(bytes, &error));
        g_assert_nonnull(error);
        g_clear_error(&error);
    }
}

static void
test_damage(void)
{
    check_damage(FALSE);
    check_damage(TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/pth/read", test_read);
    g_test_add_func("/model/pth/wrapped", test_wrapped);
    g_test_add_func("/model/pth/ema", test_ema);
    g_test_add_func("/model/pth/prefix", test_prefix);
    g_test_add_func("/model/pth/beside", test_beside);
    g_test_add_func("/model/pth/objects", test_objects);
    g_test_add_func("/model/pth/bad-globals", test_bad_globals);
    g_test_add_func("/model/pth/metadata", test_metadata);
    g_test_add_func("/model/pth/bad-tensors", test_bad_tensors);
    g_test_add_func("/model/pth/bad-objects", test_bad_objects);
    g_test_add_func("/model/pth/archives", test_archives);
    g_test_add_func("/model/pth/bad-legacy", test_bad_legacy);
    g_test_add_func("/model/pth/damage", test_damage);
    return g_test_run();
}
