/* SPDX-License-Identifier: BSD-2-Clause */
/* The pickle machine: the opcodes of protocols 1 to 5 that torch.save() uses. (Protocol 0 cannot
 * name a storage.) */
#include <string.h>

#include <effnet/error.h>

#include "pickle.h"

#define MAX_STACK (1u << 20)
#define MAX_MARKS (1u << 16)
#define MAX_MEMO  (1u << 22)
#define MAX_LINE  512

typedef struct {
    EffNetPickle *pickle;
    GError **error;
    guint64 position, end; /* offsets in the file of what is not yet in the buffer */
    gsize at, n_buffer;
    GPtrArray *stack;
    GArray *marks; /* guint: heights of the stack */
    GPtrArray *memo;
    EffNetPickleValue *result;
    guint8 buffer[8192];
} Machine;

typedef struct {
    gboolean (*run)(Machine *m, guint argument);
    guint argument;
} Opcode;

#define fail(m, ...) effnet_pickle_fail((m)->pickle, (m)->error, __VA_ARGS__)

static gboolean
fill(Machine *m)
{
    gsize n = MIN(sizeof m->buffer, m->end - m->position);

    if (n == 0)
        return fail(m, "is cut short: a pickle in it has no end");
    if (!effnet_file_read(m->pickle->file, m->position, m->buffer, n, m->error))
        return FALSE;
    m->position += n;
    m->at = 0;
    m->n_buffer = n;
    return TRUE;
}

static gboolean
get_bytes(Machine *m, guint8 *dst, gsize n)
{
    while (n > 0) {
        gsize part;

        if (m->at == m->n_buffer && !fill(m))
            return FALSE;
        part = MIN(n, m->n_buffer - m->at);
        memcpy(dst, m->buffer + m->at, part);
        m->at += part;
        dst += part;
        n -= part;
    }
    return TRUE;
}

/* Reads an unsigned little-endian number of N_BYTES. */
static gboolean
get_number(Machine *m, guint n_bytes, guint64 *number)
{
    guint8 bytes[8];

    if (!get_bytes(m, bytes, n_bytes))
        return FALSE;
    *number = 0;
    for (guint i = n_bytes; i > 0; i--)
        *number = *number << 8 | bytes[i - 1];
    return TRUE;
}

static gboolean
get_line(Machine *m, char line[MAX_LINE])
{
    for (gsize n = 0; n < MAX_LINE; n++) {
        if (!get_bytes(m, (guint8 *)&line[n], 1))
            return FALSE;
        if (line[n] == '\n') {
            line[n] = '\0';
            return TRUE;
        }
    }
    return fail(m, "holds a pickle with too long a line");
}

static gboolean
push(Machine *m, EffNetPickleValue *value)
{
    if (!value)
        return FALSE;
    if (m->stack->len == MAX_STACK)
        return fail(m, "holds a pickle that needs too much of a stack");
    g_ptr_array_add(m->stack, value);
    return TRUE;
}

static EffNetPickleValue *
new_value(Machine *m, EffNetPickleType type)
{
    return effnet_pickle_value_new(m->pickle, type, m->error);
}

/* The height of the last of the first N_MARKS marks. */
static guint
height_of(const Machine *m, guint n_marks)
{
    return n_marks ? g_array_index(m->marks, guint, n_marks - 1) : 0;
}

static guint
floor_of(const Machine *m)
{
    return height_of(m, m->marks->len);
}

/* The value just below HEIGHT; an error if that is below FLOOR. */
static EffNetPickleValue *
below(Machine *m, guint height, guint floor)
{
    if (height > floor)
        return m->stack->pdata[height - 1];
    fail(m, "holds a pickle that takes more from its stack than it put there");
    return NULL;
}

static EffNetPickleValue *
top(Machine *m)
{
    return below(m, m->stack->len, floor_of(m));
}

static EffNetPickleValue *
below_mark(Machine *m)
{
    return below(m, floor_of(m), height_of(m, m->marks->len - 1));
}

static EffNetPickleValue *
pop(Machine *m)
{
    EffNetPickleValue *value = top(m);

    if (value)
        g_ptr_array_set_size(m->stack, (gint)m->stack->len - 1);
    return value;
}

/* Sets *VALUES to the values above the last mark, and *N to their number. */
static gboolean
top_of_mark(Machine *m, EffNetPickleValue ***values, gsize *n)
{
    guint floor = floor_of(m);

    *values = NULL;
    *n = 0;
    if (m->marks->len == 0)
        return fail(m, "holds a pickle that takes a mark that it did not set");
    *n = m->stack->len - floor;
    *values = (EffNetPickleValue **)m->stack->pdata + floor;
    return TRUE;
}

/* Drops the last mark and what is above it. GLib may clear that. */
static void
drop_mark(Machine *m)
{
    g_ptr_array_set_size(m->stack, (gint)floor_of(m));
    g_array_set_size(m->marks, m->marks->len - 1);
}

static gboolean
op_skip(Machine *m, guint n_bytes)
{
    guint64 ignored;

    return get_number(m, n_bytes, &ignored);
}

static gboolean
op_mark(Machine *m, guint argument)
{
    guint height = m->stack->len;

    if (m->marks->len == MAX_MARKS)
        return fail(m, "holds a pickle that is nested too deep");
    g_array_append_val(m->marks, height);
    return TRUE;
}

static gboolean
op_stop(Machine *m, guint argument)
{
    m->result = pop(m);
    return m->result != NULL;
}

static gboolean
op_pop(Machine *m, guint argument)
{
    /* With nothing above the last mark, Python's POP drops the mark. */
    if (m->marks->len && m->stack->len == floor_of(m)) {
        g_array_set_size(m->marks, m->marks->len - 1);
        return TRUE;
    }
    return pop(m) != NULL;
}

static gboolean
op_pop_mark(Machine *m, guint argument)
{
    EffNetPickleValue **values;
    gsize n;

    if (!top_of_mark(m, &values, &n))
        return FALSE;
    drop_mark(m);
    return TRUE;
}

static gboolean
op_dup(Machine *m, guint argument)
{
    return push(m, top(m));
}

static gboolean
push_integer(Machine *m, EffNetPickleType type, gint64 integer)
{
    EffNetPickleValue *value = new_value(m, type);

    if (value)
        value->integer = integer;
    return push(m, value);
}

static gboolean
op_none(Machine *m, guint argument)
{
    return push(m, new_value(m, EFFNET_PICKLE_NONE));
}

static gboolean
op_bool(Machine *m, guint argument)
{
    return push_integer(m, EFFNET_PICKLE_BOOL, argument);
}

static gboolean
op_integer(Machine *m, guint n_bytes)
{
    guint64 number;

    if (!get_number(m, n_bytes, &number))
        return FALSE;
    return push_integer(m, EFFNET_PICKLE_INT, n_bytes == 4 ? (gint32)number : (gint64)number);
}

static gboolean
push_string(Machine *m, EffNetPickleType type, guint64 length)
{
    EffNetPickleValue *value = new_value(m, type);
    guint8 *bytes;

    if (!value)
        return FALSE;
    if (length > m->end - m->position + (m->n_buffer - m->at))
        return fail(m, "is cut short: a string in its pickle goes beyond the end");
    bytes = effnet_pickle_alloc(m->pickle, (gsize)length + 1, m->error);
    if (!bytes || !get_bytes(m, bytes, (gsize)length))
        return FALSE;
    bytes[length] = '\0';
    value->string.bytes = (const char *)bytes;
    value->string.length = (gsize)length;
    return push(m, value);
}

static gboolean
op_string(Machine *m, guint n_bytes)
{
    guint64 length;

    return get_number(m, n_bytes, &length) && push_string(m, EFFNET_PICKLE_STRING, length);
}

/* LONG1, LONG4: two's complement, of a length that comes first. */
static gboolean
op_long(Machine *m, guint n_bytes)
{
    guint64 length, number;

    if (!get_number(m, n_bytes, &length))
        return FALSE;
    if (length > 8)
        return push_string(m, EFFNET_PICKLE_LONG, length);
    if (!get_number(m, (guint)length, &number))
        return FALSE;
    if (length > 0 && length < 8 && number >> (8 * length - 1))
        number |= G_MAXUINT64 << (8 * length);
    return push_integer(m, EFFNET_PICKLE_INT, (gint64)number);
}

/* INT and LONG of protocol 1: a decimal number on a line; booleans are 00 and 01, a LONG ends in L.
 * A number beyond 64 bits is kept as digits. */
static gboolean
op_decimal(Machine *m, guint argument)
{
    EffNetPickleValue *value;
    char line[MAX_LINE], *end, *digits;
    gint64 number;
    gsize n;

    if (!get_line(m, line))
        return FALSE;
    if (g_str_equal(line, "00") || g_str_equal(line, "01"))
        return push_integer(m, EFFNET_PICKLE_BOOL, line[1] == '1');
    n = strlen(line);
    if (n > 0 && line[n - 1] == 'L')
        line[--n] = '\0';
    number = g_ascii_strtoll(line, &end, 10);
    if (n == 0 || *end)
        return fail(m, "holds a pickle with a number that is none");
    if (number != G_MAXINT64 && number != G_MININT64)
        return push_integer(m, EFFNET_PICKLE_INT, number);
    value = new_value(m, EFFNET_PICKLE_LONG);
    digits = effnet_pickle_alloc(m->pickle, n + 1, m->error);
    if (!value || !digits)
        return FALSE;
    value->string.bytes = memcpy(digits, line, n + 1);
    value->string.length = n;
    return push(m, value);
}

static gboolean
op_float(Machine *m, guint argument)
{
    EffNetPickleValue *value = new_value(m, EFFNET_PICKLE_FLOAT);
    guint64 bits;

    if (!value || !get_number(m, 8, &bits))
        return FALSE;
    bits = GUINT64_SWAP_LE_BE(bits);
    memcpy(&value->real, &bits, sizeof bits);
    return push(m, value);
}

static gboolean
push_global(Machine *m, const char *module, const char *name)
{
    const EffNetPickleGlobal *global;
    EffNetPickleValue *value;

    global = effnet_pickle_global_find(m->pickle, module, name, m->error);
    if (!global)
        return FALSE;
    value = new_value(m, EFFNET_PICKLE_GLOBAL);
    if (value)
        value->global = global;
    return push(m, value);
}

static gboolean
op_global(Machine *m, guint argument)
{
    char module[MAX_LINE], name[MAX_LINE];

    return get_line(m, module) && get_line(m, name) && push_global(m, module, name);
}

static gboolean
op_stack_global(Machine *m, guint argument)
{
    EffNetPickleValue *name = pop(m), *module = name ? pop(m) : NULL;

    if (!module)
        return FALSE;
    if (!effnet_pickle_string(name) || !effnet_pickle_string(module))
        return fail(m, "holds a pickle with a global whose name is not a string");
    return push_global(m, effnet_pickle_string(module), effnet_pickle_string(name));
}

/* REDUCE and NEWOBJ; NEWOBJ_EX, with a dictionary of keyword arguments on top. */
static gboolean
op_call(Machine *m, guint n_keywords)
{
    EffNetPickleValue *args, *global;

    if (n_keywords && !pop(m))
        return FALSE;
    args = pop(m);
    global = args ? pop(m) : NULL;
    return global && push(m, effnet_pickle_global_call(m->pickle, global, args, m->error));
}

/* BUILD: sets the attributes of an object. A dictionary's do not matter. */
static gboolean
op_build(Machine *m, guint argument)
{
    EffNetPickleValue *attributes = pop(m), *object = attributes ? top(m) : NULL;

    if (!object)
        return FALSE;
    if (object->type != EFFNET_PICKLE_DICT && object->type != EFFNET_PICKLE_OPAQUE)
        return fail(m, "holds a pickle that gives attributes to what has none");
    if (object->type == EFFNET_PICKLE_OPAQUE && attributes->type == EFFNET_PICKLE_DICT)
        object->opaque.attributes = attributes;
    return TRUE;
}

static gboolean
op_persistent(Machine *m, guint argument)
{
    EffNetPickleValue *id = pop(m);

    return id && push(m, effnet_pickle_storage_new(m->pickle, id, m->error));
}

static gboolean
op_empty(Machine *m, guint type)
{
    return push(m, new_value(m, type));
}

static gboolean
op_tuple(Machine *m, guint n)
{
    EffNetPickleValue *value = new_value(m, EFFNET_PICKLE_TUPLE);
    guint bottom;

    if (!value)
        return FALSE;
    if (m->stack->len - floor_of(m) < n)
        return fail(m, "holds a pickle with a tuple of what is not there");
    bottom = m->stack->len - n;
    if (!effnet_pickle_append(m->pickle, &value->items,
                              (EffNetPickleValue **)m->stack->pdata + bottom, n, m->error))
        return FALSE;
    g_ptr_array_set_size(m->stack, (gint)bottom);
    return push(m, value);
}

/* TUPLE and FROZENSET: collects everything above the mark. */
static gboolean
op_collect(Machine *m, guint type)
{
    EffNetPickleValue *value = new_value(m, type), **values;
    gsize n;

    if (!value || !top_of_mark(m, &values, &n) ||
        !effnet_pickle_append(m->pickle, &value->items, values, n, m->error))
        return FALSE;
    drop_mark(m);
    return push(m, value);
}

/* Adds items to TARGET. An opaque value keeps no items, only whether there were tensors among
 * them. */
static gboolean
extend(Machine *m, EffNetPickleValue *target, EffNetPickleType type,
       EffNetPickleValue *const *values, gsize n)
{
    if (target->type == EFFNET_PICKLE_OPAQUE) {
        for (gsize i = 0; i < n; i++)
            if (values[i]->type == EFFNET_PICKLE_TENSOR)
                target->opaque.has_weights = TRUE;
        return TRUE;
    }
    if (target->type != type)
        return fail(m, "holds a pickle that adds items to what has none");
    if (type == EFFNET_PICKLE_DICT && n % 2)
        return fail(m, "holds a pickle with a key that has no value");
    return effnet_pickle_append(m->pickle, &target->items, values, n, m->error);
}

static gboolean
op_append(Machine *m, guint argument)
{
    EffNetPickleValue *value = pop(m), *target = value ? top(m) : NULL;

    return target && extend(m, target, EFFNET_PICKLE_LIST, &value, 1);
}

static gboolean
op_set_item(Machine *m, guint argument)
{
    EffNetPickleValue *pair[2], *target;

    pair[1] = pop(m);
    pair[0] = pair[1] ? pop(m) : NULL;
    target = pair[0] ? top(m) : NULL;
    return target && extend(m, target, EFFNET_PICKLE_DICT, pair, 2);
}

static gboolean
op_extend(Machine *m, guint type)
{
    EffNetPickleValue **values, *target;
    gsize n;

    if (!top_of_mark(m, &values, &n))
        return FALSE;
    target = below_mark(m);
    if (!target || !extend(m, target, type, values, n))
        return FALSE;
    drop_mark(m);
    return TRUE;
}

static gboolean
put(Machine *m, guint64 index)
{
    EffNetPickleValue *value = top(m);

    if (!value)
        return FALSE;
    if (index >= MAX_MEMO)
        return fail(m, "holds a pickle that remembers too much");
    if (index >= m->memo->len)
        g_ptr_array_set_size(m->memo, (gint)index + 1);
    m->memo->pdata[index] = value;
    return TRUE;
}

static gboolean
op_put(Machine *m, guint n_bytes)
{
    guint64 index;

    return get_number(m, n_bytes, &index) && put(m, index);
}

static gboolean
op_memoize(Machine *m, guint argument)
{
    return put(m, m->memo->len);
}

static gboolean
op_get(Machine *m, guint n_bytes)
{
    guint64 index;

    if (!get_number(m, n_bytes, &index))
        return FALSE;
    if (index >= m->memo->len || !m->memo->pdata[index])
        return fail(m, "holds a pickle that recalls what it did not remember");
    return push(m, m->memo->pdata[index]);
}

static const Opcode opcodes[] = {
    [0x80] = {op_skip, 1}, /* PROTO */
    [0x95] = {op_skip, 8}, /* FRAME */
    ['('] = {op_mark},
    ['.'] = {op_stop},
    ['0'] = {op_pop},
    ['1'] = {op_pop_mark},
    ['2'] = {op_dup},
    ['N'] = {op_none},
    [0x88] = {op_bool, TRUE},
    [0x89] = {op_bool, FALSE},
    ['I'] = {op_decimal},
    ['L'] = {op_decimal},
    ['J'] = {op_integer, 4}, /* BININT */
    ['K'] = {op_integer, 1}, /* BININT1 */
    ['M'] = {op_integer, 2}, /* BININT2 */
    [0x8a] = {op_long, 1},
    [0x8b] = {op_long, 4},
    ['G'] = {op_float},      /* BINFLOAT */
    ['T'] = {op_string, 4},  /* BINSTRING */
    ['U'] = {op_string, 1},  /* SHORT_BINSTRING */
    ['B'] = {op_string, 4},  /* BINBYTES */
    ['C'] = {op_string, 1},  /* SHORT_BINBYTES */
    [0x8e] = {op_string, 8}, /* BINBYTES8 */
    [0x96] = {op_string, 8}, /* BYTEARRAY8 */
    ['X'] = {op_string, 4},  /* BINUNICODE */
    [0x8c] = {op_string, 1}, /* SHORT_BINUNICODE */
    [0x8d] = {op_string, 8}, /* BINUNICODE8 */
    ['c'] = {op_global},
    [0x93] = {op_stack_global},
    ['R'] = {op_call},
    [0x81] = {op_call},    /* NEWOBJ */
    [0x92] = {op_call, 1}, /* NEWOBJ_EX */
    ['b'] = {op_build},
    ['Q'] = {op_persistent},
    [')'] = {op_empty, EFFNET_PICKLE_TUPLE},
    [']'] = {op_empty, EFFNET_PICKLE_LIST},
    [0x8f] = {op_empty, EFFNET_PICKLE_LIST}, /* EMPTY_SET */
    ['}'] = {op_empty, EFFNET_PICKLE_DICT},
    [0x85] = {op_tuple, 1},
    [0x86] = {op_tuple, 2},
    [0x87] = {op_tuple, 3},
    ['t'] = {op_collect, EFFNET_PICKLE_TUPLE},
    [0x91] = {op_collect, EFFNET_PICKLE_LIST}, /* FROZENSET */
    ['a'] = {op_append},
    ['e'] = {op_extend, EFFNET_PICKLE_LIST},
    [0x90] = {op_extend, EFFNET_PICKLE_LIST}, /* ADDITEMS */
    ['s'] = {op_set_item},
    ['u'] = {op_extend, EFFNET_PICKLE_DICT},
    ['q'] = {op_put, 1},
    ['r'] = {op_put, 4},
    [0x94] = {op_memoize},
    ['h'] = {op_get, 1},
    ['j'] = {op_get, 4},
};

static void
run(Machine *m)
{
    guint8 code;

    while (!m->result) {
        if (!get_bytes(m, &code, 1))
            return;
        if (code >= G_N_ELEMENTS(opcodes) || !opcodes[code].run) {
            fail(m, "holds a pickle with the opcode 0x%02x, which torch.save() does not write",
                 code);
            return;
        }
        if (!opcodes[code].run(m, opcodes[code].argument))
            return;
    }
}

EffNetPickleValue *
effnet_pickle_load(EffNetPickle *pickle, guint64 *position, guint64 end, GError **error)
{
    g_autofree Machine *m = g_new0(Machine, 1);

    m->pickle = pickle;
    m->error = error;
    m->position = *position;
    m->end = end;
    m->stack = g_ptr_array_sized_new(64); /* so that pdata is never NULL */
    m->marks = g_array_new(FALSE, FALSE, sizeof(guint));
    m->memo = g_ptr_array_new();
    run(m);
    *position = m->position - (m->n_buffer - m->at);
    g_ptr_array_unref(m->stack);
    g_array_unref(m->marks);
    g_ptr_array_unref(m->memo);
    return m->result;
}
