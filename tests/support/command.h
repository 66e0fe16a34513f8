/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that tests run, and certificates that one of them makes. */
#ifndef EFFNET_TEST_COMMAND_H
#define EFFNET_TEST_COMMAND_H

#include <glib.h>

/* Runs COMMAND, which must succeed. Its words are separated by spaces; @ stands for FOLDER. */
void effnet_test_run_command(const char *folder, const char *command);

/* Starts COMMAND, of the same form, whose output goes to OUT in FOLDER; it ends with the test, even
 * if that fails. Stops it by SIGNAL. */
GPid effnet_test_start_command(const char *folder, const char *command, const char *out);
void effnet_test_stop_command(GPid pid, int signal);

/* A port of the loopback that nobody listens at. Waits until somebody does, and that while PID
 * runs. */
int effnet_test_find_port(void);
void effnet_test_wait_for_port(int port, GPid pid);

/* Waits until the file PATH contains TEXT, among whatever bytes. */
void effnet_test_wait_for_text(const char *path, const char *text);

/* Makes in FOLDER, each with its key: ca.pem and other.pem, authorities; server.pem, localhost's,
 * and client.pem, both signed by the first. */
void effnet_test_make_certificates(const char *folder);

#endif
