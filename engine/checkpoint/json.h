/* SPDX-License-Identifier: BSD-2-Clause */
/* A strict reader of JSON (RFC 8259) for untrusted files: bounded depth, valid UTF-8, no key twice,
 * nothing after the value. And helpers to write JSON. */
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

/* Parses LENGTH bytes at TEXT. An error says what is wrong at which byte; the caller adds the
 * file's name. For effnet_json_free(). */
EffNetJson *effnet_json_parse(const char *text, gsize length, GError **error);
void effnet_json_free(EffNetJson *json);

/* All of these accept NULL for a value that is absent, which has no type and no members. What they
 * return is JSON's. */
gboolean effnet_json_is(const EffNetJson *json, EffNetJsonType type);
guint effnet_json_length(const EffNetJson *json); /* of an array or object; otherwise 0 */
const EffNetJson *effnet_json_item(const EffNetJson *json, guint index);
const char *effnet_json_key(const EffNetJson *json, guint index); /* the key of an object's item */
const EffNetJson *effnet_json_member(const EffNetJson *json, const char *key);
const char *effnet_json_string(const EffNetJson *json); /* NULL if it is not a string */
gboolean effnet_json_boolean(const EffNetJson *json, gboolean *truth);
gboolean effnet_json_number(const EffNetJson *json, double *number);
/* An integer from 0 to 2^53, up to where all integers are exact doubles. */
gboolean effnet_json_integer(const EffNetJson *json, guint64 *integer);

/* Appends TEXT, which is UTF-8, in quotes. */
void effnet_json_append_string(GString *json, const char *text);
/* Appends a finite number with the fewest digits that are read as the same float. */
void effnet_json_append_float(GString *json, float number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetJson, effnet_json_free)

#endif
