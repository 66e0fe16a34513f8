/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the test network to the path in its argument, for tests that are not in C. */
#include "checkpoint.h"

int
main(int argc, char **argv)
{
    if (argc != 2)
        return 1;
    effnet_test_write_lite0(argv[1], 1, 10, 1.0f);
    return 0;
}
