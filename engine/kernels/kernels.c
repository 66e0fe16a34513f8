/* SPDX-License-Identifier: BSD-2-Clause */
/* Dispatch. A level's table is made when it is first asked for, so that OpenBLAS is loaded only
 * where nothing better runs. */
#include "kernels.h"

#include "isa_list.h"

#define ISA(name) gboolean effnet_kernels_init_##name(EffNetKernels *kernels);
EFFNET_ISA_LIST
#undef ISA

static double
peak_c(guint rounds)
{
    volatile float seed = 0.5f;
    float sum[EFFNET_LANES] = {0};

    for (guint r = 0; r < rounds; r++)
        for (guint i = 0; i < EFFNET_LANES; i++)
            sum[i] = sum[i] * seed + 1.f;
    seed = sum[0];
    return 2.0 * rounds * EFFNET_LANES;
}

static double
peak_int8_c(guint rounds)
{
    volatile gint32 seed = 3;
    gint32 x = seed, sum[EFFNET_LANES] = {0};

    for (guint r = 0; r < rounds; r++)
        for (guint i = 0; i < EFFNET_LANES; i++)
            sum[i] = (sum[i] & 0xff) * x + 1;
    seed = sum[0];
    return 2.0 * rounds * EFFNET_LANES;
}

static gboolean
init_c(EffNetKernels *kernels)
{
    kernels->conv[EFFNET_TYPE_F32] = effnet_conv_f32_c;
    kernels->dwconv[EFFNET_TYPE_F32] = effnet_dwconv_f32_c;
    kernels->maxpool[EFFNET_TYPE_F32] = effnet_maxpool_f32_c;
    kernels->conv[EFFNET_TYPE_S16] = effnet_conv_int8_c;
    kernels->dwconv[EFFNET_TYPE_S16] = effnet_dwconv_int8_c;
    kernels->dwconv[EFFNET_TYPE_U8] = effnet_dwconv_u8_c;
    kernels->maxpool[EFFNET_TYPE_S16] = effnet_maxpool_int8_c;
    kernels->resize = effnet_resize_kernels_c;
    kernels->peak[EFFNET_TYPE_F32] = peak_c;
    kernels->peak[EFFNET_TYPE_S16] = peak_int8_c;
    return TRUE;
}

const EffNetConvKernel *
effnet_kernels_get_conv(const EffNetKernels *kernels, EffNetType type, EffNetActSet acts)
{
    static const EffNetConvKernel *const references[EFFNET_TYPES] = {
        [EFFNET_TYPE_F32] = &effnet_conv_f32_c,
        [EFFNET_TYPE_BF16] = &effnet_conv_bf16_c,
        [EFFNET_TYPE_S16] = &effnet_conv_int8_c,
    };
    const EffNetConvKernel *own = &kernels->conv[type];

    return (own->acts & acts) == acts ? own : references[type];
}

const EffNetDwconvKernel *
effnet_kernels_get_dwconv(const EffNetKernels *kernels, EffNetType type, guint kernel, guint stride,
                          EffNetAct act)
{
    static const EffNetDwconvKernel *const references[EFFNET_TYPES] = {
        [EFFNET_TYPE_F32] = &effnet_dwconv_f32_c,
        [EFFNET_TYPE_BF16] = &effnet_dwconv_bf16_c,
        [EFFNET_TYPE_S16] = &effnet_dwconv_int8_c,
        [EFFNET_TYPE_U8] = &effnet_dwconv_u8_c,
    };
    const EffNetDwconvKernel *own = &kernels->dwconv[type];
    gboolean has_shape = !own->has_shape || own->has_shape(kernel, stride);

    return has_shape && own->acts & EFFNET_ACT_BIT(act) ? own : references[type];
}

static const struct {
    const char *name;
    EffNetKernelsInit init;
} levels[] = {{"c", init_c},
#define ISA(name) {#name, effnet_kernels_init_##name},
              EFFNET_ISA_LIST
#undef ISA
};

const char *const *
effnet_kernels_list(void)
{
    static const char *const names[] = {
        "c",
#define ISA(name) #name,
        EFFNET_ISA_LIST
#undef ISA
            NULL,
    };
    return names;
}

const EffNetKernels *
effnet_kernels_find(const char *name)
{
    static GMutex lock;
    static struct {
        gboolean asked, runs;
        EffNetKernels kernels;
    } tables[G_N_ELEMENTS(levels)];
    const EffNetKernels *found = NULL;

    g_mutex_lock(&lock);
    for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
        if (!g_str_equal(levels[i].name, name))
            continue;
        if (!tables[i].asked) {
            init_c(&tables[i].kernels);
            tables[i].runs = levels[i].init(&tables[i].kernels);
            tables[i].kernels.name = levels[i].name;
            tables[i].asked = TRUE;
        }
        found = tables[i].runs ? &tables[i].kernels : NULL;
    }
    g_mutex_unlock(&lock);
    return found;
}
