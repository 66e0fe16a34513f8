/* SPDX-License-Identifier: BSD-2-Clause */
#include "protobuf.h"

#include <string.h>

enum {
    WIRE_VARINT = 0,
    WIRE_64 = 1,
    WIRE_BYTES = 2,
    WIRE_32 = 5,
};

static gboolean
fail(EffNetProto *proto)
{
    proto->broken = TRUE;
    proto->at = proto->end;
    return FALSE;
}

gboolean
effnet_proto_next_varint(EffNetProto *proto, guint64 *value)
{
    *value = 0;
    if (proto->at == proto->end)
        return FALSE;
    for (guint shift = 0; shift < 64; shift += 7) {
        guint8 byte;

        if (proto->at == proto->end)
            return fail(proto);
        byte = *proto->at++;
        *value |= (guint64)(byte & 127) << shift;
        if (byte < 128)
            return TRUE;
    }
    return fail(proto);
}

static gboolean
read_fixed(EffNetProto *proto, guint n, guint64 *value)
{
    if ((gsize)(proto->end - proto->at) < n)
        return fail(proto);
    *value = 0;
    for (guint i = 0; i < n; i++)
        *value |= (guint64)*proto->at++ << (8 * i);
    return TRUE;
}

static gboolean
read_bytes(EffNetProto *proto, EffNetProto *bytes)
{
    guint64 n;

    if (!effnet_proto_next_varint(proto, &n) || n > (gsize)(proto->end - proto->at))
        return fail(proto);
    *bytes = effnet_proto(proto->at, n);
    proto->at += n;
    return TRUE;
}

gboolean
effnet_proto_next(EffNetProto *proto, EffNetProtoField *field)
{
    guint64 key;

    memset(field, 0, sizeof *field);
    if (!effnet_proto_next_varint(proto, &key))
        return FALSE;
    field->number = key >> 3;
    field->is_bytes = (key & 7) == WIRE_BYTES;
    switch (key & 7) {
    case WIRE_VARINT:
        return effnet_proto_next_varint(proto, &field->value) || fail(proto);
    case WIRE_64:
        return read_fixed(proto, 8, &field->value);
    case WIRE_32:
        return read_fixed(proto, 4, &field->value);
    case WIRE_BYTES:
        return read_bytes(proto, &field->bytes);
    default: /* groups, obsolete for a long time */
        return fail(proto);
    }
}

float
effnet_proto_float(const EffNetProtoField *field)
{
    guint32 bits = (guint32)field->value;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

char *
effnet_proto_string(const EffNetProtoField *field)
{
    gsize n = field->bytes.end - field->bytes.at;

    return n ? g_utf8_make_valid((const char *)field->bytes.at, n) : g_strdup("");
}

gboolean
effnet_proto_equals(const EffNetProtoField *field, const char *text)
{
    gsize n = field->bytes.end - field->bytes.at;

    return n && strlen(text) == n && memcmp(field->bytes.at, text, n) == 0;
}
