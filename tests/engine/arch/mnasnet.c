/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"mnasnet-small", "mnasnet_small", 224, 2030264, 0.0683},
        {"mnasnet-050", "mnasnet_050", 224, 2218512, 0.1045},
        {"mnasnet-075", "mnasnet_075", 224, 3170208, 0.2155},
        {"mnasnet", "mnasnet_100.rmsp_in1k", 224, 4383312, 0.3144},
        {"mnasnet-140", "mnasnet_140", 224, 7115728, 0.5888},
        {"semnasnet-050", "semnasnet_050", 224, 2082006, 0.1032},
        {"semnasnet-075", "semnasnet_075", 224, 2912278, 0.2234},
        {"semnasnet", "semnasnet_100", 224, 3887038, 0.3116},
        {"semnasnet-140", "semnasnet_140", 224, 6105992, 0.5863},
        {"spnasnet", "spnasnet_100", 224, 4421616, 0.3335},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mnasnet/rows", test_rows);
    return g_test_run();
}
