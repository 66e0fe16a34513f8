/* SPDX-License-Identifier: BSD-2-Clause */
/* Every kernel of every level that this machine runs against its plain C twin: random data, odd
 * sizes and strides, guarded memory; and the same calls timed. */
#ifndef CHECKASM_H
#define CHECKASM_H

#include "kernels/kernels.h"

/* Random floats in -1..1 from the printed seed. */
void checkasm_randomize(float *data, gsize n);
guint checkasm_random(guint low, guint high); /* both included */

/* N floats between two guards; checkasm_free() fails where a guard was written to. */
float *checkasm_alloc(gsize n);
void checkasm_free(float *data);

/* Fails where |a - b| > BOUND * max(1, |b|). */
#define checkasm_compare(what, a, b, n, bound)                                                     \
    checkasm_compare_at(__FILE__, __LINE__, what, a, b, n, bound)
void checkasm_compare_at(const char *file, int line, const char *what, const float *a,
                         const float *b, gsize n, float bound);

/* Adds TEST for every level but C. */
typedef void (*CheckasmTest)(const EffNetKernels *kernels);
void checkasm_add(const char *name, CheckasmTest test);

/* With --bench: prints what FUNC(DATA) takes, named NAME, and its GFLOP/s. */
typedef void (*CheckasmFunc)(gconstpointer data);
void checkasm_bench(const char *name, const EffNetKernels *kernels, double operations,
                    CheckasmFunc func, gconstpointer data);

void checkasm_conv(void);
void checkasm_dwconv(void);
void checkasm_maxpool(void);
void checkasm_winograd(void);

#endif
