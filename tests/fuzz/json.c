/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"
#include "checkpoint/json.h"

/* Reads everything that a parser's caller asks of a value. */
static guint
walk(const EffNetJson *json)
{
    guint64 integer = 0;
    double number = 0;
    guint seen = effnet_json_string(json) != NULL;

    seen += effnet_json_number(json, &number) + effnet_json_integer(json, &integer);
    for (guint i = 0; i < effnet_json_length(json); i++) {
        const char *key = effnet_json_key(json, i);

        if (key && effnet_json_member(json, key) != effnet_json_item(json, i))
            g_error("a member is not found by its key");
        seen += walk(effnet_json_item(json, i));
    }
    return seen;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetJson) json = effnet_json_parse((const char *)data, size, &error);

    if ((json == NULL) != (error != NULL))
        g_error("neither a value nor an error, or both");
    walk(json);
    return 0;
}
