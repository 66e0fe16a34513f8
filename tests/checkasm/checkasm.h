/* SPDX-License-Identifier: BSD-2-Clause */
/* Every kernel of every level that this machine runs against its plain C twin: random data, odd
 * sizes and strides, guarded memory; and the same calls timed. */
#ifndef CHECKASM_H
#define CHECKASM_H

#include "kernels/kernels.h"

/* From the printed seed: values in -1..1, or, of S16 and U8, any and extremes. */
void checkasm_randomize(EffNetType type, gpointer data, gsize n);
guint checkasm_random(guint low, guint high); /* both included */

/* N elements between two guards; checkasm_free() fails where a guard was written to. */
gpointer checkasm_alloc(EffNetType type, gsize n);
void checkasm_free(gpointer data);

/* Fails where |a - b| > BOUND * max(1, |b|). */
#define checkasm_compare(type, what, a, b, n, bound)                                               \
    checkasm_compare_at(__FILE__, __LINE__, type, what, a, b, n, bound)
void checkasm_compare_at(const char *file, int line, EffNetType type, const char *what,
                         gconstpointer a, gconstpointer b, gsize n, float bound);

/* Adds TEST for every level that has kernels of its own, but C, and every type of these. */
typedef void (*CheckasmTest)(const EffNetKernels *kernels, EffNetType type);
void checkasm_add(const char *name, CheckasmTest test);
void checkasm_add_floats(const char *name, CheckasmTest test); /* of floats only */
void checkasm_add_bf16(const char *name, CheckasmTest test);   /* of bf16 alone */
void checkasm_add_int8(const char *name, CheckasmTest test);   /* of its kernels alone */
void checkasm_add_bytes(const char *name, CheckasmTest test);  /* of feature maps of 8 bits */

/* With --bench: prints what FUNC(DATA) takes, named NAME, and its GFLOP/s. */
typedef void (*CheckasmFunc)(gconstpointer data);
void checkasm_bench(const char *name, const EffNetKernels *kernels, EffNetType type,
                    double operations, CheckasmFunc func, gconstpointer data);

/* Of x86-64 alone: what stands in for AVX-VNNI's; NULL where it cannot run either. */
const EffNetKernels *checkasm_evex_kernels(void);

/* What has bf16 kernels over plain C vectors, on any machine; NULL from the last one on. */
const EffNetKernels *checkasm_c4_bf16(guint i);

void checkasm_conv(void);
void checkasm_conv_int8(void);
void checkasm_dwconv(void);
void checkasm_maxpool(void);
void checkasm_network(void);
void checkasm_quant(void);
void checkasm_winograd(void);

#endif
