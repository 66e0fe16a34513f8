/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints for tests that need a network, but not what it knows. */
#ifndef EFFNET_TEST_CHECKPOINT_H
#define EFFNET_TEST_CHECKPOINT_H

#include <glib.h>

/* Writes EfficientNet-Lite0 with random weights from SEED and N_CLASSES classes to PATH, as
 * safetensors with timm's names, and a config.json beside it. With SPREAD 1, logits of different
 * images are a few units apart; with NAN, all are NaN. Aborts the test on failure. */
void effnet_test_write_lite0(const char *path, guint32 seed, guint n_classes, float spread);

/* A new folder for the test, for effnet_test_remove_folder(), which also removes what is in it. */
char *effnet_test_make_folder(void);
void effnet_test_remove_folder(char *folder);

#endif
