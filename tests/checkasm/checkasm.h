/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares every kernel of every level that this machine can run with the C reference, its twin: on
 * random data, with odd sizes and strides, in guarded memory. Also times the same calls. */
#ifndef CHECKASM_H
#define CHECKASM_H

#include "kernels/kernels.h"

/* Fills N elements of DATA from the seed that is printed: values of -1..1, or, for S16 and U8, any
 * integers, extremes among them. */
void checkasm_randomize(EffNetType type, gpointer data, gsize n);
guint checkasm_random(guint low, guint high); /* both inclusive */

/* N elements between two guards, 64-byte aligned; checkasm_free() fails if a guard was written
 * to. */
gpointer checkasm_alloc(EffNetType type, gsize n);
void checkasm_free(gpointer data);

/* Fails unless |a - b| <= BOUND * max(1, |b|) for all N elements. */
#define checkasm_compare(type, what, a, b, n, bound)                                               \
    checkasm_compare_at(__FILE__, __LINE__, type, what, a, b, n, bound)
void checkasm_compare_at(const char *file, int line, EffNetType type, const char *what,
                         gconstpointer a, gconstpointer b, gsize n, float bound);

/* Each adds TEST for every level but C, and every type that the level has kernels of its own
 * for: */
typedef void (*CheckasmTest)(const EffNetKernels *kernels, EffNetType type);
void checkasm_add(const char *name, CheckasmTest test);
void checkasm_add_floats(const char *name, CheckasmTest test); /* F32 only */
void checkasm_add_bf16(const char *name, CheckasmTest test);   /* BF16 only */
void checkasm_add_int8(const char *name, CheckasmTest test);   /* S16 only */
void checkasm_add_bytes(const char *name, CheckasmTest test);  /* U8 only */

/* With --bench, prints how long FUNC(DATA) takes, as NAME, and its GFLOP/s. */
typedef void (*CheckasmFunc)(gconstpointer data);
void checkasm_bench(const char *name, const EffNetKernels *kernels, EffNetType type,
                    double operations, CheckasmFunc func, gconstpointer data);

/* On x86-64: kernels that stand in for AVX-VNNI's; NULL if this CPU can run neither. */
const EffNetKernels *checkasm_evex_kernels(void);

/* Kernels of bf16 on vectors of plain C, for any machine: set I; NULL after the last. */
const EffNetKernels *checkasm_c4_bf16(guint i);

void checkasm_conv(void);
void checkasm_conv_int8(void);
void checkasm_dwconv(void);
void checkasm_maxpool(void);
void checkasm_network(void);
void checkasm_pool(void);
void checkasm_quant(void);
void checkasm_winograd(void);

#endif
