/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON in the making: what is added to an object, by its KEY, or to an array, without one (NULL).
 */
#ifndef EFFNET_LEARN_JSONOUT_H
#define EFFNET_LEARN_JSONOUT_H

#include <glib.h>

/* Begins an object or an array by BRACKET, which the caller closes. */
void effnet_json_open(GString *json, const char *key, char bracket);

/* TEXT need not be UTF-8: what is not, is replaced. */
void effnet_json_add_text(GString *json, const char *key, const char *text);

/* null, where it is not finite. */
void effnet_json_add_number(GString *json, const char *key, double number);

#endif
