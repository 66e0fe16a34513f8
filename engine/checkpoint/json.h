/* SPDX-License-Identifier: BSD-2-Clause */
/* A strict reader of JSON (RFC 8259) for files that nobody vouches for: bounded depth, checked
 * UTF-8, no key twice, nothing behind the value. And what writing it takes. */
#ifndef EFFNET_JSON_H
#define EFFNET_JSON_H

#include <glib.h>

typedef enum {
    EFFNET_JSON_NULL,
    EFFNET_JSON_BOOL,
    EFFNET_JSON_NUMBER,
    EFFNET_JSON_STRING,
    EFFNET_JSON_ARRAY,
    EFFNET_JSON_OBJECT,
} EffNetJsonType;

typedef struct _EffNetJson EffNetJson;

/* The value of the LENGTH bytes at TEXT. The error says what is wrong at which byte, for the
 * caller to put the file's name in front of. */
EffNetJson *effnet_json_parse(const char *text, gsize length, GError **error);
void effnet_json_free(EffNetJson *json);

/* All of these take NULL for a value that is not there, which has no type and no members. */
gboolean effnet_json_is(const EffNetJson *json, EffNetJsonType type);
guint effnet_json_length(const EffNetJson *json); /* of an array or object; else 0 */
const EffNetJson *effnet_json_item(const EffNetJson *json, guint index);
const char *effnet_json_key(const EffNetJson *json, guint index); /* of an object's item */
const EffNetJson *effnet_json_member(const EffNetJson *json, const char *key);
const char *effnet_json_string(const EffNetJson *json); /* NULL when it is none */
gboolean effnet_json_boolean(const EffNetJson *json, gboolean *truth);
gboolean effnet_json_number(const EffNetJson *json, double *number);
/* A whole number from 0 to 2^53, within which every double is exact. */
gboolean effnet_json_integer(const EffNetJson *json, guint64 *integer);

/* TEXT, which is UTF-8, in quotes. */
void effnet_json_append_string(GString *json, const char *text);
/* A finite number by the fewest digits that are read as the same float again. */
void effnet_json_append_float(GString *json, float number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetJson, effnet_json_free)

#endif
