/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes JSON: adds members to an object, with a KEY, or elements to an array, with KEY NULL. */
#ifndef EFFNET_LEARN_JSONOUT_H
#define EFFNET_LEARN_JSONOUT_H

#include <glib.h>

/* Opens an object or an array by BRACKET; the caller closes it. */
void effnet_json_open(GString *json, const char *key, char bracket);

/* Bytes of TEXT that are not UTF-8 are replaced. */
void effnet_json_add_text(GString *json, const char *key, const char *text);

/* Adds null if NUMBER is not finite. */
void effnet_json_add_number(GString *json, const char *key, double number);

#endif
