/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/protobuf.h"

#define MESSAGE(...)                                                                               \
    effnet_proto((const guint8[]){__VA_ARGS__}, sizeof(const guint8[]){__VA_ARGS__})

static void
test_kinds(void)
{
    EffNetProto proto = MESSAGE(0x08, 0x96, 0x01,                /* 1: 150 */
                                0x12, 0x02, 'h', 'i',            /* 2: "hi" */
                                0x1d, 0x00, 0x00, 0x80, 0x3f,    /* 3: 1.0f */
                                0x21, 1, 0, 0, 0, 0, 0, 0, 0x80, /* 4: a fixed64 */
                                0xa8, 0x01, 0x03);               /* 21: 3 */
    g_autofree char *text = NULL;
    EffNetProtoField field;

    g_assert_true(effnet_proto_next(&proto, &field));
    g_assert_cmpuint(field.number, ==, 1);
    g_assert_cmpuint(field.value, ==, 150);
    g_assert_false(field.is_bytes);
    g_assert_true(effnet_proto_next(&proto, &field));
    text = effnet_proto_string(&field);
    g_assert_cmpstr(text, ==, "hi");
    g_assert_true(effnet_proto_equals(&field, "hi"));
    g_assert_false(effnet_proto_equals(&field, "h"));
    g_assert_false(effnet_proto_equals(&field, "hi!"));
    g_assert_true(effnet_proto_next(&proto, &field));
    g_assert_cmpfloat(effnet_proto_float(&field), ==, 1);
    g_assert_true(effnet_proto_next(&proto, &field));
    g_assert_cmpuint(field.value, ==, G_GUINT64_CONSTANT(0x8000000000000001));
    g_assert_true(effnet_proto_next(&proto, &field));
    g_assert_cmpuint(field.number, ==, 21);
    g_assert_false(effnet_proto_next(&proto, &field));
    g_assert_false(proto.broken);
}

static void
test_packed(void)
{
    EffNetProto packed = MESSAGE(3, 0x8e, 0x02, 0);
    guint64 value;

    g_assert_true(effnet_proto_next_varint(&packed, &value) && value == 3);
    g_assert_true(effnet_proto_next_varint(&packed, &value) && value == 270);
    g_assert_true(effnet_proto_next_varint(&packed, &value) && value == 0);
    g_assert_false(effnet_proto_next_varint(&packed, &value));
}

static void
test_broken(void)
{
    EffNetProto cases[] = {
        MESSAGE(0x08),              /* no value */
        MESSAGE(0x08, 0x80),        /* half a value */
        MESSAGE(0x88),              /* half a key */
        MESSAGE(0x12, 3, 'h', 'i'), /* shorter than it says */
        MESSAGE(0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
        MESSAGE(0x1d, 0, 0, 0),
        MESSAGE(0x21, 0, 0, 0),
        MESSAGE(0x0b), /* a group */
        MESSAGE(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        EffNetProtoField field;

        g_assert_false(effnet_proto_next(&cases[i], &field));
        g_assert_true(cases[i].broken);
        g_assert_false(effnet_proto_next(&cases[i], &field));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convert/protobuf/kinds", test_kinds);
    g_test_add_func("/convert/protobuf/packed", test_packed);
    g_test_add_func("/convert/protobuf/broken", test_broken);
    return g_test_run();
}
