/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine that has no more threads. */
#ifndef EFFNET_TEST_THREADS_H
#define EFFNET_TEST_THREADS_H

#include <glib.h>

/* From now on, or no longer, threads cannot be created in this process. */
void effnet_test_refuse_threads(gboolean refuse);

#endif
