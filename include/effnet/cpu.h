/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_CPU_H
#define EFFNET_CPU_H

#include <effnet/precision.h>

G_BEGIN_DECLS

/* The kernel sets, slowest first: "c" (the reference), "blas" (OpenBLAS and ORC), then one an
 * instruction set, as compiled for this architecture. NULL-terminated, static. */
const char *const *effnet_cpu_list(void);

/* The set that models opened from now on use: the last of the list that this CPU runs and that
 * neither EFFNET_ISA nor effnet_cpu_cap() forbids. */
const char *effnet_cpu_get(void);

/* Allows nothing above ISA; EFFNET_ERROR_SETTINGS for a name that is not in the list.
 * Call it before a model is opened. */
gboolean effnet_cpu_cap(const char *isa, GError **error);

/* GFLOP/s of multiply-adds in PRECISION, one that a model was opened with, on one thread with the
 * current set's kernels, measured now; takes some milliseconds. */
double effnet_cpu_measure_peak(EffNetPrecision precision);

/* How many threads the process may use: affinity and cgroup quota. At least 1. */
guint effnet_cpu_get_threads(void);

G_END_DECLS

#endif
