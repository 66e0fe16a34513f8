/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer calls this with one input after another. */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#endif
