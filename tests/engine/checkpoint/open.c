/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint/checkpoint.h"
#include "../support.h"

static void
test_names(void)
{
    static const char twice[] =
        "{\"model.a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
        "\"model.b.c\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},"
        "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]}}";
    static const char other[] =
        "{\"model.a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
        "\"b.c\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]}}";
    g_autoptr(GByteArray) bytes = support_safetensors(twice, "0123456789ab", 12);
    g_autoptr(GByteArray) kept = support_safetensors(other, "01234567", 8);
    g_autofree char *path = support_write_bytes("twice", bytes);
    g_autofree char *kept_path = support_write_bytes("kept", kept);
    g_autoptr(EffNetCheckpoint) checkpoint = effnet_checkpoint_open(kept_path, NULL);
    GError *error = NULL;

    g_assert_nonnull(effnet_checkpoint_find(checkpoint, "model.a"));
    g_assert_cmpstr(effnet_checkpoint_get_path(checkpoint), ==, kept_path);
    g_assert_null(effnet_checkpoint_open(path, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "two tensors named a");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checkpoint/open/names", test_names);
    return g_test_run();
}
