/* SPDX-License-Identifier: BSD-2-Clause */
/* The wire format of protocol buffers, field by field. Messages within messages are ranges of bytes
 * for a reader of their own: nothing here recurses or allocates. */
#ifndef EFFNET_CONVERT_PROTOBUF_H
#define EFFNET_CONVERT_PROTOBUF_H

#include <glib.h>

/* What is left of a message. */
typedef struct {
    const guint8 *at, *end;
    gboolean broken; /* it ended in the middle of a field, or has what no message has */
} EffNetProto;

typedef struct {
    guint64 number;
    guint64 value;     /* of a number: varint, or the bits of a fixed one */
    EffNetProto bytes; /* of a string, a message or packed numbers; else empty */
    gboolean is_bytes;
} EffNetProtoField;

static inline EffNetProto
effnet_proto(const guint8 *data, gsize n)
{
    return (EffNetProto){data, n ? data + n : data, FALSE};
}

/* FALSE at the end, or where it is broken. */
gboolean effnet_proto_next(EffNetProto *proto, EffNetProtoField *field);
/* The next of packed varints, as the repeated integers of newer files are. */
gboolean effnet_proto_next_varint(EffNetProto *proto, guint64 *value);
/* A float of the field's bits. */
float effnet_proto_float(const EffNetProtoField *field);
/* A string, be it empty; caller frees. */
char *effnet_proto_string(const EffNetProtoField *field);
gboolean effnet_proto_equals(const EffNetProtoField *field, const char *text);

#endif
