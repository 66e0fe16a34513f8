/* SPDX-License-Identifier: BSD-2-Clause */
#include "algebra.h"

#include <effnet/error.h>

#include "kernels/blas/blas.h"

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };

typedef void (*Dgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k,
                      double alpha, const double *a, int lda, const double *b, int ldb, double beta,
                      double *c, int ldc);
typedef void (*Sgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                      const float *a, int lda, const float *b, int ldb, float beta, float *c,
                      int ldc);
typedef void (*SetThreads)(int n);

static Dgemm dgemm;
static Sgemm sgemm;

gboolean
effnet_algebra_open(GError **error)
{
    SetThreads set_threads = (SetThreads)effnet_blas_find("openblas_set_num_threads");

    dgemm = (Dgemm)effnet_blas_find("cblas_dgemm");
    sgemm = (Sgemm)effnet_blas_find("cblas_sgemm");
    if (set_threads && dgemm && sgemm) {
        set_threads(1);
        return TRUE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "OpenBLAS (libopenblas.so.0), which learning needs, is not installed");
    return FALSE;
}

void
effnet_algebra_multiply(guint m, guint n, guint k, const double *a, const double *b, double *c)
{
    dgemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)k, 0, c,
          (int)n);
}

void
effnet_algebra_multiply_columns(guint m, guint n, guint k, const double *a, const double *b,
                                double *c)
{
    dgemm(ROW_MAJOR, TRANSPOSE, NO_TRANSPOSE, (int)m, (int)n, (int)k, 1, a, (int)m, b, (int)n, 0, c,
          (int)n);
}

void
effnet_algebra_multiply_floats(guint m, guint n, guint k, const float *a, const float *b, float *c)
{
    sgemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)k, 0, c,
          (int)n);
}
