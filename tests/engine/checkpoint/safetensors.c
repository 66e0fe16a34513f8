/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "../support.h"

static const float data[] = {1, 2, 3, 4, 5, 6, 7, 8};

static EffNetCheckpoint *
open_bytes(const GByteArray *bytes, GError **error)
{
    return effnet_checkpoint_open(support_hold(bytes->data, bytes->len), error);
}

static EffNetCheckpoint *
open_header(const char *header, gsize n_data, GError **error)
{
    g_autoptr(GByteArray) bytes = support_safetensors(header, data, n_data);

    return open_bytes(bytes, error);
}

#define GOOD                                                                                       \
    "{\"__metadata__\":{\"format\":\"pt\"},"                                                       \
    "\"b.w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},"                         \
    "\"b.n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}  "

static void
test_read(void)
{
    g_autoptr(EffNetCheckpoint) checkpoint = open_header(GOOD, 32, NULL);
    const EffNetTensor *tensor;
    float values[6];

    g_assert_nonnull(checkpoint);
    g_assert_cmpuint(effnet_checkpoint_get_n_tensors(checkpoint), ==, 2);
    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "format"), ==, "pt");
    g_assert_null(effnet_checkpoint_get_metadata(checkpoint, "no"));
    tensor = effnet_checkpoint_find(checkpoint, "b.w");
    g_assert_cmpint(tensor->dtype, ==, EFFNET_DTYPE_F32);
    g_assert_cmpuint(tensor->n_dims, ==, 2);
    g_assert_cmpuint(tensor->dims[1], ==, 3);
    g_assert_cmpuint(tensor->strides[0], ==, 3);
    g_assert_true(effnet_checkpoint_read(checkpoint, tensor, values, NULL));
    g_assert_cmpint(memcmp(values, data + 2, sizeof values), ==, 0);
    tensor = effnet_checkpoint_find(checkpoint, "b.n");
    g_assert_cmpint(tensor->dtype, ==, EFFNET_DTYPE_OTHER);
    g_assert_cmpuint(tensor->n_dims, ==, 0);
}

#define TENSOR(dtype, shape, offsets)                                                              \
    "{\"b.w\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void
test_errors(void)
{
    static const struct {
        const char *header, *error;
    } cases[] = {
        {"{\"a\":1}", "a tensor a without a dtype"},
        {"{\"a\":", "bad safetensors header: neither a value nor a number at byte 5"},
        {"{\"a\":{},\"a\":{}}", "a key for the second time"},
        {"{\"__metadata__\":{\"a\":1}}", "__metadata__ that is not strings"},
        {TENSOR("\"F32\"", "8", "[0,32]"), "without a shape"},
        {TENSOR("\"F32\"", "[1,1,1,1,1,1,1,1,8]", "[0,32]"), "at most 8 dimensions"},
        {TENSOR("\"F32\"", "[-8]", "[0,32]"), "a dimension that is no size"},
        {TENSOR("\"F32\"", "[8.5]", "[0,32]"), "a dimension that is no size"},
        {TENSOR("\"F32\"", "[9007199254740992,9007199254740992]", "[0,32]"), "larger than memory"},
        {TENSOR("\"F64\"", "[9007199254740992,512]", "[0,32]"), "elements of 8 bytes in 32"},
        {TENSOR("\"F32\"", "[8]", "[0]"), "a begin and an end"},
        {TENSOR("\"F32\"", "[8]", "[32,0]"), "a begin and an end"},
        {TENSOR("\"F32\"", "[8]", "[0,31]"), "8 elements of 4 bytes in 31 bytes"},
        {TENSOR("\"F16\"", "[8]", "[0,32]"), "8 elements of 2 bytes in 32 bytes"},
        {TENSOR("\"F32\"", "[7]", "[0,28]"), "32 bytes of data, its tensors take 28"},
        {TENSOR("\"F32\"", "[7]", "[4,32]"), "begins at byte 4 of the data"},
        {TENSOR("\"F32\"", "[16]", "[0,64]"), "outside of the bytes"},
        {TENSOR("\"FP4\"", "[16]", "[0,64]"), "its tensors take 64: it is cut short"},
        {"{\"a.w\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
         "\"b.w\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[12,32]}}",
         "a tensor b.w that begins at byte 12 of the data, where the one before it ends at 16"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_null(open_header(cases[i].header, sizeof data, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

static void
test_header_length(void)
{
    static const guint64 lengths[] = {1000, 100000000};
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GByteArray) bytes = support_safetensors("{}", data, 8);
        guint64 length = GUINT64_TO_LE(lengths[i]);

        memcpy(bytes->data, &length, 8);
        g_assert_null(open_bytes(bytes, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, "is not a whole safetensors file");
    }
}

static void
test_truncations(void)
{
    g_autoptr(GByteArray) bytes = support_safetensors(GOOD, data, 32);

    for (guint n = bytes->len - 1; n > 0; n--) {
        GError *error = NULL;

        g_byte_array_set_size(bytes, n);
        g_assert_null(open_bytes(bytes, &error));
        g_assert_nonnull(error);
        g_clear_error(&error);
    }
}

static void
test_flips(void)
{
    g_autoptr(GByteArray) bytes = support_safetensors(GOOD, data, 32);

    for (gsize i = 0; i < 8 * bytes->len; i++) {
        g_autoptr(EffNetCheckpoint) checkpoint = NULL;
        GError *error = NULL;

        bytes->data[i / 8] ^= 1u << i % 8;
        checkpoint = open_bytes(bytes, &error);
        g_assert_cmpint(checkpoint == NULL, ==, error != NULL);
        g_clear_error(&error);
        bytes->data[i / 8] ^= 1u << i % 8;
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/safetensors/read", test_read);
    g_test_add_func("/model/safetensors/errors", test_errors);
    g_test_add_func("/model/safetensors/header-length", test_header_length);
    g_test_add_func("/model/safetensors/truncations", test_truncations);
    g_test_add_func("/model/safetensors/flips", test_flips);
    return g_test_run();
}
