/* SPDX-License-Identifier: BSD-2-Clause */
/* write-lite0 PATH [SEED]: writes the test network, for tests that are not in C. */
#include "checkpoint.h"

#include <stdlib.h>

int
main(int argc, char **argv)
{
    if (argc < 2 || argc > 3)
        return 1;
    effnet_test_write_lite0(argv[1], argc > 2 ? (guint32)atoi(argv[2]) : 1, 10, 1.0f);
    return 0;
}
