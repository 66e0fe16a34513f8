/* SPDX-License-Identifier: BSD-2-Clause */
/* Simulates a machine that has no more threads. */
#ifndef EFFNET_TEST_THREADS_H
#define EFFNET_TEST_THREADS_H

#include <glib.h>

/* From now on, creating threads in this process fails, or no longer fails. */
void effnet_test_refuse_threads(gboolean refuse);

#endif
