/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "json.h"

#define MAX_DEPTH   64
#define MAX_VALUES  (1u << 18) /* bounds memory: "{}" takes many times its two bytes */
#define MAX_INTEGER ((guint64)1 << 53)

struct _EffNetJson {
    EffNetJsonType type;
    union {
        gboolean boolean;
        double number;
        char *string;
        struct {
            GPtrArray *items;  /* EffNetJson */
            GPtrArray *keys;   /* char, objects only */
            GHashTable *index; /* key to item, objects only */
        };
    };
};

typedef struct {
    const char *text, *at, *end;
    guint depth, n_values;
    GError **error;
} Parser;

static EffNetJson *parse_value(Parser *p);

static void *
fail(Parser *p, const char *what)
{
    g_set_error(p->error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s at byte %" G_GSIZE_FORMAT, what,
                (gsize)(p->at - p->text));
    return NULL;
}

static void
skip_space(Parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

static gboolean
take(Parser *p, char c)
{
    skip_space(p);
    if (p->at == p->end || *p->at != c)
        return FALSE;
    p->at++;
    return TRUE;
}

static EffNetJson *
new_value(EffNetJsonType type)
{
    EffNetJson *json = g_new0(EffNetJson, 1);

    json->type = type;
    if (type == EFFNET_JSON_ARRAY || type == EFFNET_JSON_OBJECT)
        json->items = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_json_free);
    if (type == EFFNET_JSON_OBJECT) {
        json->keys = g_ptr_array_new_with_free_func(g_free);
        json->index = g_hash_table_new(g_str_hash, g_str_equal);
    }
    return json;
}

void
effnet_json_free(EffNetJson *json)
{
    if (!json)
        return;
    if (json->type == EFFNET_JSON_STRING)
        g_free(json->string);
    if (json->type == EFFNET_JSON_OBJECT) {
        g_hash_table_unref(json->index);
        g_ptr_array_unref(json->keys);
    }
    if (json->type == EFFNET_JSON_ARRAY || json->type == EFFNET_JSON_OBJECT)
        g_ptr_array_unref(json->items);
    g_free(json);
}

static gboolean
parse_hex4(Parser *p, gunichar *unit)
{
    *unit = 0;
    if (p->end - p->at < 4)
        return FALSE;
    for (int i = 0; i < 4; i++, p->at++) {
        if (!g_ascii_isxdigit(*p->at))
            return FALSE;
        *unit = *unit << 4 | (gunichar)g_ascii_xdigit_value(*p->at);
    }
    return TRUE;
}

/* Parses what follows "\u"; a surrogate must be followed by its pair. NUL is refused, as it would
 * end our strings. */
static gboolean
parse_unicode(Parser *p, GString *out)
{
    gunichar c, low;

    if (!parse_hex4(p, &c) || c == 0 || (c >= 0xdc00 && c < 0xe000))
        return FALSE;
    if (c >= 0xd800 && c < 0xdc00) {
        if (p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
            return FALSE;
        p->at += 2;
        if (!parse_hex4(p, &low) || low < 0xdc00 || low >= 0xe000)
            return FALSE;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    g_string_append_unichar(out, c);
    return TRUE;
}

static gboolean
parse_escape(Parser *p, GString *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (p->at == p->end || *p->at == '\0')
        return FALSE;
    if (*p->at == 'u') {
        p->at++;
        return parse_unicode(p, out);
    }
    found = strchr(from, *p->at);
    if (!found)
        return FALSE;
    p->at++;
    g_string_append_c(out, to[found - from]);
    return TRUE;
}

/* Parses what follows the opening quote. NULL with the error set. */
static char *
parse_string(Parser *p)
{
    g_autoptr(GString) out = g_string_new(NULL);

    while (p->at < p->end && *p->at != '"') {
        const char *run = p->at;

        while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (guchar)*p->at >= 0x20)
            p->at++;
        g_string_append_len(out, run, p->at - run);
        if (p->at == p->end || *p->at == '"')
            break;
        if (*p->at != '\\')
            return fail(p, "a control character in a string");
        p->at++;
        if (!parse_escape(p, out))
            return fail(p, "a bad escape in a string");
    }
    if (p->at == p->end)
        return fail(p, "a string without end");
    p->at++;
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static guint
skip_digits(Parser *p)
{
    const char *begin = p->at;

    while (p->at < p->end && g_ascii_isdigit(*p->at))
        p->at++;
    return (guint)MIN(p->at - begin, G_MAXINT);
}

static gboolean
skip_number(Parser *p)
{
    if (p->at < p->end && *p->at == '-')
        p->at++;
    if (p->at < p->end && *p->at == '0')
        p->at++;
    else if (!skip_digits(p))
        return FALSE;
    if (p->at < p->end && *p->at == '.') {
        p->at++;
        if (!skip_digits(p))
            return FALSE;
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
            p->at++;
        return skip_digits(p) > 0;
    }
    return TRUE;
}

static EffNetJson *
parse_number(Parser *p)
{
    const char *begin = p->at;
    g_autofree char *number = NULL;
    EffNetJson *json;

    if (!skip_number(p))
        return fail(p, "neither a value nor a number");
    number = g_strndup(begin, (gsize)(p->at - begin));
    json = new_value(EFFNET_JSON_NUMBER);
    json->number = g_ascii_strtod(number, NULL);
    if (isfinite(json->number))
        return json;
    effnet_json_free(json);
    return fail(p, "a number beyond all measure");
}

static EffNetJson *
parse_word(Parser *p, const char *word, EffNetJsonType type, gboolean boolean)
{
    gsize n = strlen(word);
    EffNetJson *json;

    if ((gsize)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return fail(p, "an unknown word");
    p->at += n;
    json = new_value(type);
    json->boolean = boolean;
    return json;
}

static EffNetJson *
parse_array(Parser *p)
{
    g_autoptr(EffNetJson) json = new_value(EFFNET_JSON_ARRAY);

    if (take(p, ']'))
        return g_steal_pointer(&json);
    do {
        EffNetJson *item = parse_value(p);

        if (!item)
            return NULL;
        g_ptr_array_add(json->items, item);
    } while (take(p, ','));
    if (!take(p, ']'))
        return fail(p, "no ',' or ']' behind an array's item");
    return g_steal_pointer(&json);
}

static gboolean
parse_member(Parser *p, EffNetJson *object)
{
    EffNetJson *item;
    char *key;

    if (!take(p, '"'))
        return fail(p, "no key in an object") != NULL;
    key = parse_string(p);
    if (!key)
        return FALSE;
    g_ptr_array_add(object->keys, key);
    if (g_hash_table_contains(object->index, key))
        return fail(p, "a key for the second time") != NULL;
    if (!take(p, ':'))
        return fail(p, "no ':' behind a key") != NULL;
    item = parse_value(p);
    if (!item)
        return FALSE;
    g_ptr_array_add(object->items, item);
    g_hash_table_insert(object->index, key, item);
    return TRUE;
}

static EffNetJson *
parse_object(Parser *p)
{
    g_autoptr(EffNetJson) json = new_value(EFFNET_JSON_OBJECT);

    if (take(p, '}'))
        return g_steal_pointer(&json);
    do {
        if (!parse_member(p, json))
            return NULL;
    } while (take(p, ','));
    if (!take(p, '}'))
        return fail(p, "no ',' or '}' behind an object's value");
    return g_steal_pointer(&json);
}

static EffNetJson *
parse_nested(Parser *p, EffNetJson *(*parse)(Parser *p))
{
    EffNetJson *json;

    if (p->depth == MAX_DEPTH)
        return fail(p, "too deep a nesting");
    p->at++;
    p->depth++;
    json = parse(p);
    p->depth--;
    return json;
}

static EffNetJson *
parse_string_value(Parser *p)
{
    char *string;
    EffNetJson *json;

    p->at++;
    string = parse_string(p);
    if (!string)
        return NULL;
    json = new_value(EFFNET_JSON_STRING);
    json->string = string;
    return json;
}

static EffNetJson *
parse_value(Parser *p)
{
    if (++p->n_values > MAX_VALUES)
        return fail(p, "too many values");
    skip_space(p);
    switch (p->at < p->end ? *p->at : '\0') {
    case '{':
        return parse_nested(p, parse_object);
    case '[':
        return parse_nested(p, parse_array);
    case '"':
        return parse_string_value(p);
    case 't':
        return parse_word(p, "true", EFFNET_JSON_BOOL, TRUE);
    case 'f':
        return parse_word(p, "false", EFFNET_JSON_BOOL, FALSE);
    case 'n':
        return parse_word(p, "null", EFFNET_JSON_NULL, FALSE);
    default:
        return parse_number(p);
    }
}

EffNetJson *
effnet_json_parse(const char *text, gsize length, GError **error)
{
    Parser p = {.text = text, .at = text, .end = text + length, .error = error};
    g_autoptr(EffNetJson) json = NULL;

    if (!g_utf8_validate_len(text, length, &p.at))
        return fail(&p, "a byte that is not UTF-8");
    p.at = text;
    json = parse_value(&p);
    if (!json)
        return NULL;
    skip_space(&p);
    if (p.at != p.end)
        return fail(&p, "something behind the value");
    return g_steal_pointer(&json);
}

gboolean
effnet_json_is(const EffNetJson *json, EffNetJsonType type)
{
    return json && json->type == type;
}

guint
effnet_json_length(const EffNetJson *json)
{
    if (effnet_json_is(json, EFFNET_JSON_ARRAY) || effnet_json_is(json, EFFNET_JSON_OBJECT))
        return json->items->len;
    return 0;
}

const EffNetJson *
effnet_json_item(const EffNetJson *json, guint index)
{
    return index < effnet_json_length(json) ? json->items->pdata[index] : NULL;
}

const char *
effnet_json_key(const EffNetJson *json, guint index)
{
    if (!effnet_json_is(json, EFFNET_JSON_OBJECT) || index >= json->keys->len)
        return NULL;
    return json->keys->pdata[index];
}

const EffNetJson *
effnet_json_member(const EffNetJson *json, const char *key)
{
    return effnet_json_is(json, EFFNET_JSON_OBJECT) ? g_hash_table_lookup(json->index, key) : NULL;
}

const char *
effnet_json_string(const EffNetJson *json)
{
    return effnet_json_is(json, EFFNET_JSON_STRING) ? json->string : NULL;
}

gboolean
effnet_json_boolean(const EffNetJson *json, gboolean *truth)
{
    if (!effnet_json_is(json, EFFNET_JSON_BOOL))
        return FALSE;
    *truth = json->boolean;
    return TRUE;
}

gboolean
effnet_json_number(const EffNetJson *json, double *number)
{
    if (!effnet_json_is(json, EFFNET_JSON_NUMBER))
        return FALSE;
    *number = json->number;
    return TRUE;
}

gboolean
effnet_json_integer(const EffNetJson *json, guint64 *integer)
{
    if (!effnet_json_is(json, EFFNET_JSON_NUMBER) || !(json->number >= 0) ||
        json->number > (double)MAX_INTEGER || json->number != floor(json->number))
        return FALSE;
    *integer = (guint64)json->number;
    return TRUE;
}

void
effnet_json_append_string(GString *json, const char *text)
{
    g_string_append_c(json, '"');
    for (; *text; text++)
        if ((guchar)*text < 0x20) {
            g_string_append_printf(json, "\\u%04x", *text);
        } else {
            if (*text == '"' || *text == '\\')
                g_string_append_c(json, '\\');
            g_string_append_c(json, *text);
        }
    g_string_append_c(json, '"');
}

void
effnet_json_append_float(GString *json, float number)
{
    static const char *const formats[] = {"%.6g", "%.7g", "%.8g", "%.9g"};
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, sizeof text, formats[i], number);
        if ((float)g_ascii_strtod(text, NULL) == number)
            break;
    }
    g_string_append(json, text);
}
