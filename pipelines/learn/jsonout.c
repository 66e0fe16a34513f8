/* SPDX-License-Identifier: BSD-2-Clause */
#include "jsonout.h"

#include <math.h>

#include "checkpoint/json.h"

static void
begin(GString *json, const char *key)
{
    char last = json->len ? json->str[json->len - 1] : '[';

    g_string_append(json, last == '{' || last == '[' ? "" : ", ");
    if (!key)
        return;
    effnet_json_append_string(json, key);
    g_string_append(json, ": ");
}

void
effnet_json_open(GString *json, const char *key, char bracket)
{
    begin(json, key);
    g_string_append_c(json, bracket);
}

void
effnet_json_add_text(GString *json, const char *key, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    begin(json, key);
    effnet_json_append_string(json, valid);
}

void
effnet_json_add_number(GString *json, const char *key, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    begin(json, key);
    g_string_append(json, isfinite(number) ? g_ascii_formatd(text, sizeof text, "%.10g", number)
                                           : "null");
}
