/* SPDX-License-Identifier: BSD-2-Clause */
/* There is one kernel of it: the greatest of every window, looked for again. */
#include "checkasm.h"
#include "int8.h"

static gint16
greatest(const EffNetMaxpool *a, guint x, gsize lane)
{
    gint16 most = G_MININT16;

    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad;

            if (a->rows[ky] && column < a->in_size)
                most = MAX(most, ((const gint16 *)a->rows[ky])[column * a->in_step + lane]);
        }
    return most;
}

static void
test_row(const EffNetKernels *kernels, EffNetType type)
{
    for (guint size = 1; size <= 20; size++) {
        const gsize lanes = 2 * EFFNET_LANES, row = size * lanes;
        gint16 *in = checkasm_alloc(EFFNET_TYPE_S16, 3 * row),
               *out = checkasm_alloc(EFFNET_TYPE_S16, row);
        const EffNetMaxpool a = {
            .rows = {size % 2 ? NULL : in, in + row, in + 2 * row},
            .in_step = lanes,
            .in_size = size,
            .out_size = (size + 1) / 2,
            .kernel = 3,
            .stride = 2,
            .pad = 1,
            .out = out,
            .out_step = lanes,
            .panels = 2,
        };

        int8_randomize(in, 3 * row);
        kernels->maxpool[EFFNET_TYPE_S16](&a);
        for (guint x = 0; x < a.out_size; x++)
            for (gsize lane = 0; lane < lanes; lane++)
                g_assert_cmpint(out[x * lanes + lane], ==, greatest(&a, x, lane));
        checkasm_free(in);
        checkasm_free(out);
    }
}

void
checkasm_maxpool_int8(void)
{
    checkasm_add_int8("maxpool/row", test_row);
}
