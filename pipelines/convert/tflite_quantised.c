/* SPDX-License-Identifier: BSD-2-Clause */
#include "tflite_quantised.h"

#include <math.h>

/* Numbers of fields in schema.fbs, by table. */
enum {
    TENSOR_TYPE = 1,
    TENSOR_QUANTISATION = 4,
    QUANTISATION_SCALES = 2,
    QUANTISATION_ZEROS = 3,
    QUANTISATION_DETAILS = 4, /* which other kind of quantisation there is */
    QUANTISATION_AXIS = 6,
};

/* The quantised ones of TensorType, and the range of their zero. */
typedef struct {
    gint64 number;
    guint n_bytes;
    gboolean is_unsigned;
    gint64 least_zero, most_zero;
} Type;

static const Type types[] = {
    {2, 4, FALSE, 0, 0}, /* sums and biases */
    {3, 1, TRUE, 0, G_MAXUINT8}, {4, 8, FALSE, 0, 0},
    {7, 2, FALSE, 0, 0},         {9, 1, FALSE, G_MININT8, G_MAXINT8},
};

static const Type *
find_type(gint64 number)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].number == number)
            return &types[i];
    return NULL;
}

/* Channels whose weights are all 0 may have a scale of 0, but zeros must be within the type's
 * range. */
static gboolean
check_numbers(const EffNetQuantisation *q, const Type *type, guint number, const EffNetGraph *graph,
              GError **error)
{
    gint64 least = q->n > 1 ? 0 : type->least_zero, most = q->n > 1 ? 0 : type->most_zero;

    for (guint i = 0; i < q->n; i++) {
        float scale = effnet_quantisation_scale(q, i);
        gint64 zero = effnet_quantisation_zero(q, i);

        if (!isfinite(scale) || scale < 0 || (scale == 0 && q->n == 1))
            return effnet_graph_fail(graph, error,
                                     "has a tensor %u with a scale of %g, where a finite one above "
                                     "0 was expected",
                                     number, scale);
        if (zero < least || zero > most)
            return effnet_graph_fail(graph, error,
                                     "has a tensor %u with a zero point of %" G_GINT64_FORMAT
                                     ", where %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                                     " was expected",
                                     number, zero, least, most);
    }
    return TRUE;
}

gboolean
effnet_tflite_read_quantisation(EffNetFlat *flat, EffNetFlatTable tensor, guint number,
                                const EffNetConstant *shape, EffNetQuantisation *quantisation,
                                const EffNetGraph *graph, GError **error)
{
    EffNetFlatTable table = effnet_flat_table(flat, tensor, TENSOR_QUANTISATION);
    EffNetFlatVector scales = effnet_flat_vector(flat, table, QUANTISATION_SCALES, sizeof(float));
    EffNetFlatVector zeros = effnet_flat_vector(flat, table, QUANTISATION_ZEROS, sizeof(gint64));
    gint64 axis = effnet_flat_number(flat, table, QUANTISATION_AXIS, 4, 0);
    const Type *type = find_type(effnet_flat_number(flat, tensor, TENSOR_TYPE, 1, 0));

    if (effnet_flat_number(flat, table, QUANTISATION_DETAILS, 1, 0) != 0)
        return effnet_graph_fail(graph, error,
                                 "has a tensor %u that is quantised otherwise than by scales and "
                                 "zero points",
                                 number);
    if (scales.n == 0 || !type)
        return TRUE;
    if (zeros.n != scales.n)
        return effnet_graph_fail(graph, error,
                                 "has a tensor %u of %u zero points, where %u were expected, one "
                                 "for each scale",
                                 number, zeros.n, scales.n);
    if (scales.n > 1 && (axis < 0 || axis >= shape->n_dims || shape->dims[axis] != scales.n))
        return effnet_graph_fail(graph, error,
                                 "has a tensor %u of %u scales, where one or as many as its "
                                 "dimension %" G_GINT64_FORMAT " has were expected",
                                 number, scales.n, axis);
    *quantisation = (EffNetQuantisation){
        .n_bytes = type->n_bytes,
        .is_unsigned = type->is_unsigned,
        .n = scales.n,
        .axis = scales.n > 1 ? (guint)axis : 0,
        .scales = flat->data + scales.at,
        .zeros = flat->data + zeros.at,
    };
    return check_numbers(quantisation, type, number, graph, error);
}
