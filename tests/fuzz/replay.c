/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a target on the files of a folder, without libFuzzer, so that faults found once stay
 * mended. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

int
main(int argc, char **argv)
{
    g_autoptr(GDir) folder = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    const char *name;
    guint n = 0;

    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return EXIT_FAILURE;
    }
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL), *content = NULL;
        g_autofree guint8 *copy = NULL;
        gsize size;

        if (!g_file_get_contents(path, &content, &size, NULL))
            return EXIT_FAILURE;
        copy = g_memdup2(content, size); /* no NUL after it, which would hide overruns */
        LLVMFuzzerTestOneInput(copy, size);
        printf("ok %u %s\n", ++n, name);
    }
    printf("1..%u\n", n);
    return EXIT_SUCCESS;
}
