/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/transfer.h"

static void
assert_signal(const guint8 *table, guint sample, gint expected)
{
    g_assert_cmpint(ABS(table[sample] - expected), <=, 2);
}

/* ITU-R BT.2408: reference white, 203 cd/m2, is 58 % of PQ and 75 % of HLG; a grey card, 26 cd/m2,
 * is 38 % of both. */
static void
test_levels(gconstpointer data)
{
    EffNetTransfer transfer = GPOINTER_TO_UINT(data);
    guint white = transfer == EFFNET_TRANSFER_PQ ? 148 : 191;
    guint8 table[256];

    effnet_transfer_init(table, transfer);
    g_assert_cmpuint(table[0], ==, 0);
    assert_signal(table, 97, 100);
    assert_signal(table, white, 255);
    g_assert_cmpuint(table[white - 10], <, 245);
    g_assert_cmpuint(table[255], ==, 255);
    for (guint i = 1; i < 256; i++)
        g_assert_cmpuint(table[i], >=, table[i - 1]);
}

static void
test_sdr(void)
{
    guint8 table[256];

    effnet_transfer_init(table, EFFNET_TRANSFER_SDR);
    for (guint i = 0; i < 256; i++)
        g_assert_cmpuint(table[i], ==, i);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/frame/transfer/pq", GUINT_TO_POINTER(EFFNET_TRANSFER_PQ), test_levels);
    g_test_add_data_func("/frame/transfer/hlg", GUINT_TO_POINTER(EFFNET_TRANSFER_HLG), test_levels);
    g_test_add_func("/frame/transfer/sdr", test_sdr);
    return g_test_run();
}
