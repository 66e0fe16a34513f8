/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/pickle.h"
#include "../support.h"

typedef struct {
    EffNetFile *file;
    EffNetPickle *pickle;
    EffNetPickleValue *value;
    guint64 position;
    GError *error;
} Fixture;

/* Loads N bytes, which may contain NULs. */
static void
load(Fixture *f, const void *bytes, gsize n)
{
    f->file = effnet_file_open(support_hold(bytes, n), NULL);
    f->pickle = effnet_pickle_new(f->file);
    f->position = 0;
    f->value = effnet_pickle_load(f->pickle, &f->position, n, &f->error);
    g_assert_cmpint(f->value == NULL, ==, f->error != NULL);
}

#define LOAD(f, text) load(f, text, sizeof(text) - 1)

static void
unload(Fixture *f)
{
    g_clear_pointer(&f->pickle, effnet_pickle_free);
    g_clear_pointer(&f->file, effnet_file_close);
    g_clear_error(&f->error);
}

static void
check_integer(const char *bytes, gsize n, EffNetPickleType type, gint64 expected)
{
    Fixture f = {0};

    load(&f, bytes, n);
    g_assert_no_error(f.error);
    g_assert_cmpint(f.value->type, ==, type);
    g_assert_cmpint(f.value->integer, ==, expected);
    g_assert_cmpuint(f.position, ==, n);
    unload(&f);
}

static void
test_numbers(void)
{
#define INTEGER(text, type, value) check_integer(text, sizeof(text) - 1, type, value)
    Fixture f = {0};

    INTEGER("\x80\x02K\xff.", EFFNET_PICKLE_INT, 255);
    INTEGER("\x80\x02M\xff\xff.", EFFNET_PICKLE_INT, 65535);
    INTEGER("\x80\x02J\xfe\xff\xff\xff.", EFFNET_PICKLE_INT, -2);
    INTEGER("\x80\x02\x8a\x00.", EFFNET_PICKLE_INT, 0);
    INTEGER("\x80\x02\x8a\x01\xff.", EFFNET_PICKLE_INT, -1);
    INTEGER("\x80\x02\x8a\x02\xff\x00.", EFFNET_PICKLE_INT, 255);
    INTEGER("\x80\x02\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", EFFNET_PICKLE_INT, G_MININT64);
    INTEGER("\x80\x02\x8b\x01\x00\x00\x00\x07.", EFFNET_PICKLE_INT, 7);
    INTEGER("I01\n.", EFFNET_PICKLE_BOOL, 1);
    INTEGER("I00\n.", EFFNET_PICKLE_BOOL, 0);
    INTEGER("I-12\n.", EFFNET_PICKLE_INT, -12);
    INTEGER("L5000000000L\n.", EFFNET_PICKLE_INT, 5000000000);
    INTEGER("\x80\x02\x88.", EFFNET_PICKLE_BOOL, 1);
    LOAD(&f, "\x80\x02G\x3f\xf8\x00\x00\x00\x00\x00\x00.");
    g_assert_cmpint(f.value->type, ==, EFFNET_PICKLE_FLOAT);
    g_assert_cmpfloat(f.value->real, ==, 1.5);
    unload(&f);
    LOAD(&f, "L119547037146038801333356L\n.");
    g_assert_cmpint(f.value->type, ==, EFFNET_PICKLE_LONG);
    g_assert_cmpstr(f.value->string.bytes, ==, "119547037146038801333356");
    unload(&f);
    LOAD(&f, "I1x\n.");
    support_check_error(&f.error, EFFNET_ERROR_FORMAT, "number that is none");
    unload(&f);
}

static void
test_strings(void)
{
    Fixture f = {0};

    LOAD(&f, "\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00(X\x02\x00\x00\x00hi\x8c\x01w\x94U\x01"
             "a\x43\x02\x00z\x8d\x01\x00\x00\x00\x00\x00\x00\x00q\x8e\x01\x00\x00\x00\x00\x00\x00"
             "\x00rt.");
    g_assert_no_error(f.error);
    g_assert_cmpstr(effnet_pickle_string(effnet_pickle_item(f.value, 0)), ==, "hi");
    g_assert_cmpstr(effnet_pickle_string(effnet_pickle_item(f.value, 1)), ==, "w");
    g_assert_cmpstr(effnet_pickle_string(effnet_pickle_item(f.value, 2)), ==, "a");
    g_assert_null(effnet_pickle_string(effnet_pickle_item(f.value, 3))); /* contains a NUL */
    g_assert_cmpuint(effnet_pickle_item(f.value, 3)->string.length, ==, 2);
    g_assert_cmpstr(effnet_pickle_string(effnet_pickle_item(f.value, 5)), ==, "r");
    g_assert_null(effnet_pickle_item(f.value, 6));
    unload(&f);
}

static void
test_containers(void)
{
    Fixture f = {0};

    /* {1: [2, 3, 4], (5,): (6, 7)}, with uses of the memo, DUP and POP. */
    LOAD(&f, "\x80\x02}q\x00(K\x01]q\x01(K\x02K\x03\x65K\x04"
             "aK\x05\x85q\x02"
             "0h\x02K\x06K\x07\x86"
             "2"
             "0u.");
    g_assert_no_error(f.error);
    g_assert_cmpint(f.value->type, ==, EFFNET_PICKLE_DICT);
    g_assert_cmpuint(f.value->items.n, ==, 4);
    g_assert_cmpint(effnet_pickle_item(f.value->items.at[1], 2)->integer, ==, 4);
    g_assert_cmpint(effnet_pickle_item(f.value->items.at[2], 0)->integer, ==, 5);
    g_assert_cmpint(effnet_pickle_item(f.value->items.at[3], 1)->integer, ==, 7);
    unload(&f);
    LOAD(&f, "\x80\x04\x8f(K\x01K\x02\x90(K\x01\x91\x86.");
    g_assert_no_error(f.error);
    g_assert_cmpuint(effnet_pickle_item(f.value, 0)->items.n, ==, 2);
    g_assert_cmpuint(effnet_pickle_item(f.value, 1)->items.n, ==, 1);
    unload(&f);
}

static void
test_objects(void)
{
    Fixture f = {0};

    /* An OrderedDict with an item and attributes, and an argparse.Namespace. */
    LOAD(&f, "\x80\x02"
             "ccollections\nOrderedDict\n)R(K\x01K\x02u}(X\x01\x00\x00\x00mK\x01ub"
             "cargparse\nNamespace\n)\x81}(X\x01\x00\x00\x00mK\x01ub\x86.");
    g_assert_no_error(f.error);
    g_assert_cmpint(effnet_pickle_item(f.value, 0)->type, ==, EFFNET_PICKLE_DICT);
    g_assert_cmpuint(effnet_pickle_item(f.value, 0)->items.n, ==, 2);
    g_assert_cmpint(effnet_pickle_item(f.value, 1)->type, ==, EFFNET_PICKLE_OPAQUE);
    g_assert_cmpuint(effnet_pickle_item(f.value, 1)->opaque.attributes->items.n, ==, 2);
    unload(&f);
    LOAD(&f, "\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.");
    g_assert_no_error(f.error);
    g_assert_cmpint(f.value->type, ==, EFFNET_PICKLE_OPAQUE);
    g_assert_cmpstr(f.value->opaque.maker->name, ==, "os.system");
    unload(&f);
    LOAD(&f, "\x80\x02"
             "cposix\nsystem\n(X\x02\x00\x00\x00idtR(K\x01K\x02tb.");
    g_assert_no_error(f.error);
    g_assert_cmpstr(f.value->opaque.maker->name, ==, "posix.system");
    g_assert_null(f.value->opaque.attributes); /* a state that is not a dictionary */
    unload(&f);
    LOAD(&f, "\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00hi.");
    g_assert_no_error(f.error);
    g_assert_cmpstr(effnet_pickle_string(f.value), ==, "hi");
    unload(&f);
}

static void
test_errors(void)
{
    static const struct {
        const char *bytes;
        gsize n;
        const char *error;
    } cases[] = {
#define CASE(text, error) {text, sizeof(text) - 1, error}
        CASE("\x80\x02", "cut short"),
        CASE("\x80\x02.", "takes more from its stack"),
        CASE("\x80\x02"
             "0.",
             "takes more from its stack"),
        CASE("\x80\x02(1.", "takes more from its stack"),
        CASE("\x80\x02t.", "a mark that it did not set"),
        CASE("\x80\x02"
             "1.",
             "a mark that it did not set"),
        CASE("\x80\x02K\x01(\x85.", "a tuple of what is not there"),
        CASE("\x80\x02h\x05.", "recalls what it did not remember"),
        CASE("\x80\x02Nj\xff\xff\xff\xff.", "recalls what it did not remember"),
        CASE("\x80\x02Nr\xff\xff\xff\xff.", "remembers too much"),
        CASE("\x80\x02NNa.", "adds items to what has none"),
        CASE("\x80\x02}(Nu.", "a key that has no value"),
        CASE("\x80\x02K\x01)R.", "calls what is not a function"),
        CASE("\x80\x02"
             "ctorch\nSize\nNR.",
             "calls what is not a function"),
        CASE("\x80\x02NNb.", "attributes to what has none"),
        CASE("\x80\x02NNNQ.", "not a storage"),
        CASE("\x80\x02X\xff\xff\xff\xff.", "a string in its pickle goes beyond the end"),
        CASE("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "goes beyond the end"),
        CASE("\x80\x04NN\x93.", "whose name is not a string"),
        CASE("\x80\x02ios\nsystem\n.", "the opcode 0x69"),
        CASE("\x80\x02\xff.", "the opcode 0xff"),
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f = {0};

        load(&f, cases[i].bytes, cases[i].n);
        support_check_error(&f.error, EFFNET_ERROR_FORMAT, cases[i].error);
        unload(&f);
    }
}

/* A list and a dictionary that contain themselves: nothing follows them for ever. */
static void
test_cycles(void)
{
    Fixture f = {0};

    LOAD(&f, "\x80\x02]q\x00h\x00"
             "a}q\x01(K\x01h\x01u\x86.");
    g_assert_no_error(f.error);
    g_assert_true(effnet_pickle_item(effnet_pickle_item(f.value, 0), 0) ==
                  effnet_pickle_item(f.value, 0));
    unload(&f);
}

static void
check_bomb(const char *head, gsize n_head, const char *piece, gsize n_piece, gsize times,
           const char *error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Fixture f = {0};

    support_add(bytes, head, n_head);
    for (gsize i = 0; i < times; i++)
        support_add(bytes, piece, n_piece);
    load(&f, bytes->data, bytes->len);
    support_check_error(&f.error, EFFNET_ERROR_FORMAT, error);
    unload(&f);
}

/* 300,000 calls with the same tuple of a million items: none looks at all of them. */
static void
test_wide_calls(void)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Fixture f = {0};

    support_add_text(bytes, "\x80\x02(");
    for (gsize i = 0; i < 1000000; i++)
        support_add_text(bytes, "N");
    support_add_text(bytes, "tq\x01"
                            "0cos\nsystem\nq\x02"
                            "0");
    for (gsize i = 0; i < 300000; i++)
        support_add_text(bytes, "h\x02h\x01R0");
    support_add_text(bytes, "K\x07.");
    load(&f, bytes->data, bytes->len);
    g_assert_no_error(f.error);
    g_assert_cmpint(f.value->integer, ==, 7);
    unload(&f);
}

static void
test_bombs(void)
{
    /* The memo holds a dictionary of 16 items; each STEP copies it and adds an item. */
    static const char head[] = "\x80\x02}(NNNNNNNNNNNNNNNNuq\x01";
    static const char step[] = "0ccollections\nCounter\n(h\x01tR(h\x01h\x01uq\x01";

    check_bomb("\x80\x02", 2, "(", 1, 100000, "nested too deep");
    check_bomb("\x80\x02N", 3, "2", 1, 1100000, "too much of a stack");
    check_bomb("\x80\x02", 2, "N0", 2, 9000000, "more than 256 MB");
    check_bomb(head, sizeof head - 1, step, sizeof step - 1, 10000, "more than 256 MB");
}

static void
test_truncations(void)
{
    static const char text[] = "\x80\x02}q\x00(K\x01]q\x01(K\x02M\x03\x00"
                               "eX\x02\x00\x00\x00hiG\x3f\xf8\x00\x00\x00\x00"
                               "\x00\x00"
                               "ccollections\nOrderedDict\n)R\x8a\x02\x01\x02u.";

    for (gsize n = 1; n < sizeof text - 1; n++) {
        Fixture f = {0};

        load(&f, text, n);
        g_assert_nonnull(f.error);
        unload(&f);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/pickle/numbers", test_numbers);
    g_test_add_func("/model/pickle/strings", test_strings);
    g_test_add_func("/model/pickle/containers", test_containers);
    g_test_add_func("/model/pickle/objects", test_objects);
    g_test_add_func("/model/pickle/errors", test_errors);
    g_test_add_func("/model/pickle/cycles", test_cycles);
    g_test_add_func("/model/pickle/wide-calls", test_wide_calls);
    g_test_add_func("/model/pickle/bombs", test_bombs);
    g_test_add_func("/model/pickle/truncations", test_truncations);
    return g_test_run();
}
