/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"lcnet-035", "lcnet_035", 224, 1644370, 0.0274},
        {"lcnet-050", "lcnet_050.ra2_in1k", 224, 1880856, 0.0447},
        {"lcnet-075", "lcnet_075", 224, 2358288, 0.0948},
        {"lcnet", "lcnet_100", 224, 2953800, 0.1557},
        {"lcnet-150", "lcnet_150", 224, 4501112, 0.3342},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lcnet/rows", test_rows);
    return g_test_run();
}
