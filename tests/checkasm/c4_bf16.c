/* SPDX-License-Identifier: BSD-2-Clause */
/* bf16's templates on vectors of plain C, with groups of two and of four. */
#include "checkasm.h"

#define ISA c4
#include "kernels/tmpl.h"
#undef ISA

/* The kernel with groups of four. */
extern const EffNetConvKernel effnet_conv_bf16_c4_group4;

static EffNetKernels
kernels_of(const char *name, const EffNetConvKernel *conv)
{
    EffNetKernels kernels = *effnet_kernels_find("c");

    kernels.name = name;
    kernels.conv[EFFNET_TYPE_BF16] = *conv;
    kernels.dwconv[EFFNET_TYPE_BF16] = effnet_dwconv_bf16_c4;
    kernels.maxpool[EFFNET_TYPE_BF16] = effnet_maxpool_bf16_c4;
    kernels.peak[EFFNET_TYPE_BF16] = effnet_peak_bf16_c4;
    return kernels;
}

const EffNetKernels *
checkasm_c4_bf16(guint i)
{
    static EffNetKernels tables[2];

    if (i >= G_N_ELEMENTS(tables))
        return NULL;
    if (!tables[i].name) {
        tables[0] = kernels_of("c4", &effnet_conv_bf16_c4);
        tables[1] = kernels_of("c4-group4", &effnet_conv_bf16_c4_group4);
    }
    return &tables[i];
}
