/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/formats.h"
#include "../support.h"

static void
check_refused(const void *content, gsize n, const char *what)
{
    g_autofree char *path = support_write("stranger", content, n);
    GError *error = NULL;

    g_assert_null(effnet_checkpoint_open_part(path, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, what);
}

static void
test_strangers(void)
{
    char tar[512] = "storages";

#define REFUSED(text, what) check_refused(text, sizeof(text) - 1, what)
    REFUSED("\x89HDF\r\n\x1a\n\0\0\0\0", "HDF5 (Keras) file: convert it once with effnet convert");
    REFUSED("\x1c\0\0\0TFL3\x14\0", "TFLite file: convert it once with effnet convert");
    REFUSED("\x08\x07\x12\x07pytorch", "ONNX file: convert it once with effnet convert");
    REFUSED("\x08\x0e:\x03\x12\x01g", "ONNX file: convert it once with effnet convert");
    REFUSED("version https://git-lfs.github.com/spec/v1\noid", "pointer of Git LFS");
    REFUSED("<!DOCTYPE html>", "web page");
    REFUSED("{\"architecture\": 1}", "is JSON");
    REFUSED("nothing at all", "neither a .safetensors nor a .pth file");
    REFUSED("x", "neither a .safetensors nor a .pth file");
    REFUSED("\x1f\x8b\x08\0\0\0\0\0\0\3", "is compressed by gzip: unpack it first");
    memcpy(tar + 257, "ustar", 5);
    check_refused(tar, sizeof tar, "is a tar file");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checkpoint/part/strangers", test_strangers);
    return g_test_run();
}
