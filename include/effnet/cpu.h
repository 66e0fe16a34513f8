/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPU: which kernels run on it, how fast it is, and how many threads there are. Any thread may
 * call these functions. */
#ifndef EFFNET_CPU_H
#define EFFNET_CPU_H

#include <effnet/precision.h>

G_BEGIN_DECLS

/* The levels of kernels that were compiled in, slowest first: "c" (the reference), "blas" (OpenBLAS
 * and ORC), then one for each instruction set of this architecture. NULL-terminated, static. */
const char *const *effnet_cpu_list(void);

/* The level that models opened from now on will use: the last in the list that this CPU can run and
 * that neither EFFNET_ISA in the environment nor effnet_cpu_cap() excludes. Static. */
const char *effnet_cpu_get(void);

/* Excludes every level after ISA in effnet_cpu_list(), for models that are opened afterwards. FALSE
 * and EFFNET_ERROR_SETTINGS for a name that is not in the list. */
gboolean effnet_cpu_cap(const char *isa, GError **error);

/* The peak rate of multiply-adds on one thread, in GFLOP/s (a multiply-add counts as two), measured
 * now with the current level's kernels; takes some milliseconds. PRECISION must be one that a model
 * was opened with. */
double effnet_cpu_measure_peak(EffNetPrecision precision);

/* How many threads this process may use, at least 1: by its CPU affinity and its cgroup's quota at
 * the time of the first call. */
guint effnet_cpu_get_threads(void);

G_END_DECLS

#endif
