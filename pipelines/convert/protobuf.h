/* SPDX-License-Identifier: BSD-2-Clause */
/* The wire format of protocol buffers, field by field. Messages inside messages are ranges of
 * bytes, each with a reader of its own: nothing here recurses or allocates. */
#ifndef EFFNET_CONVERT_PROTOBUF_H
#define EFFNET_CONVERT_PROTOBUF_H

#include <glib.h>

/* The rest of a message. */
typedef struct {
    const guint8 *at, *end;
    gboolean broken; /* it ended inside a field, or contains what no message does */
} EffNetProto;

typedef struct {
    guint64 number;
    guint64 value;     /* a number's value: a varint, or a fixed one's bits */
    EffNetProto bytes; /* a string's, a message's or packed numbers'; otherwise empty */
    gboolean is_bytes;
} EffNetProtoField;

static inline EffNetProto
effnet_proto(const guint8 *data, gsize n)
{
    return (EffNetProto){data, n ? data + n : data, FALSE};
}

/* FALSE at the end, or if it is broken. */
gboolean effnet_proto_next(EffNetProto *proto, EffNetProtoField *field);
/* The next of packed varints, which are repeated integers in newer files. */
gboolean effnet_proto_next_varint(EffNetProto *proto, guint64 *value);
/* The float that the field's bits are. */
float effnet_proto_float(const EffNetProtoField *field);
/* The string, which may be empty. For g_free(). */
char *effnet_proto_string(const EffNetProtoField *field);
gboolean effnet_proto_equals(const EffNetProtoField *field, const char *text);

#endif
