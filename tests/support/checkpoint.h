/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints for tests that need a network and not its knowledge. */
#ifndef EFFNET_TEST_CHECKPOINT_H
#define EFFNET_TEST_CHECKPOINT_H

#include <glib.h>

/* Writes EfficientNet-Lite0 with seeded random weights and N_CLASSES classes to PATH, safetensors
 * with timm's names, and a config.json beside it. With SPREAD 1 the logits of unlike pictures are a
 * few units apart; NAN makes a network that answers no numbers. Aborts the test on failure. */
void effnet_test_write_lite0(const char *path, guint32 seed, guint n_classes, float spread);

/* A folder of the test's own; effnet_test_remove_folder() takes it away with what is in it. */
char *effnet_test_make_folder(void);
void effnet_test_remove_folder(char *folder);

#endif
