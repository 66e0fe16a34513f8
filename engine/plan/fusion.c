/* SPDX-License-Identifier: BSD-2-Clause */
#include "fusion.h"

#include "cutting.h"
#include "types.h"

/* A feature map larger than this, read only by a depthwise layer, would not stay in L2: it is never
 * computed as a whole. */
#define FUSE_BYTES (512 * 1024)
/* The same for maps of 8 bits, which need a copy with a border anyway. */
#define FUSE_U8_BYTES (64 * 1024)

typedef struct {
    EffNetPlan *plan;
    GArray *ops;     /* EffNetOp */
    GArray *tensors; /* EffNetPlanTensor */
    int current;     /* the tensor that the next layer reads */
    int block_input; /* the tensor that a residual adds */
    int gate;        /* the block's squeeze-excite's tensor, until its projection */
} Builder;

/* Valid until the next tensor is added. */
static EffNetPlanTensor *
tensor_at(const Builder *b, int tensor)
{
    return &g_array_index(b->tensors, EffNetPlanTensor, tensor);
}

static int
add_tensor(Builder *b, EffNetType type, guint size, guint channels)
{
    EffNetPlanTensor t = {
        .type = type,
        .size = size,
        .channels = channels,
        .bytes = (gsize)size * size * channels * effnet_type_bytes(type),
        .first_op = b->ops->len,
        .factor = 1,
    };

    g_array_append_val(b->tensors, t);
    return b->tensors->len - 1;
}

static int
add_padded(Builder *b, EffNetType type, guint size, guint channels)
{
    return add_tensor(b, type, size, effnet_panels(channels) * EFFNET_LANES);
}

/* The factor of LAYER's outputs. SiLU's outputs have its own; a residual's two operands, and what
 * pooling reads and writes, share one. */
static float
out_factor(const Builder *b, const EffNetLayer *layer)
{
    float factor = effnet_layer_factor(layer, b->plan->type);

    if (!effnet_layer_has_weights(layer))
        return tensor_at(b, b->current)->factor;
    if (!layer->residual)
        return factor;
    /* Only with a stem or a block that has an activation of its own does one come before the
     * residual. */
    g_assert(factor == 1 || factor == tensor_at(b, b->block_input)->factor);
    return tensor_at(b, b->block_input)->factor;
}

/* An op of LAYER and the N_LAYERS - 1 after it, from the current tensor to a new one. */
static EffNetOp
new_op(Builder *b, EffNetOpKind kind, const EffNetLayer *layer, guint n_layers)
{
    const EffNetLayer *last = layer + n_layers - 1;
    EffNetType type =
        effnet_layers_out_type(layer, n_layers, tensor_at(b, b->current)->type, b->plan->type);
    float factor = out_factor(b, last);
    int out = add_padded(b, type, last->pool ? 1 : last->out_size, last->out_channels);
    EffNetOp op = {
        .kind = kind,
        .type = b->plan->type,
        .depthwise_type = type,
        .layer = layer,
        .n_layers = n_layers,
        .in = b->current,
        .out = out,
        .gate = EFFNET_NONE,
        .gated = EFFNET_NONE,
        .residual = EFFNET_NONE,
        .row_sums = EFFNET_NONE,
        .pool = last->pool,
        .images = 1,
    };

    tensor_at(b, out)->factor = factor;
    effnet_op_choose_kernels(b->plan, &op);
    return op;
}

/* Adds OP, whose tasks need SCRATCH bytes; the tensors that it uses live at least until it is
 * done. */
static void
add_op(Builder *b, const EffNetOp *op, gsize scratch)
{
    const int used[] = {op->in, op->out, op->gate, op->residual, op->row_sums};

    b->plan->scratch_bytes = MAX(b->plan->scratch_bytes, effnet_align(scratch));
    g_array_append_vals(b->ops, op, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(used); i++)
        if (used[i] != EFFNET_NONE)
            tensor_at(b, used[i])->end_op = b->ops->len;
}

/* Tasks that share pixels would each have to gate them: instead the squeeze-excite right before OP
 * does it once. */
static void
move_gate(Builder *b, EffNetOp *op)
{
    EffNetOp *squeeze = &g_array_index(b->ops, EffNetOp, b->ops->len - 1);

    if (op->gate == EFFNET_NONE || op->panel_blocks == 1 || !op->conv->gate)
        return;
    squeeze->gated = op->in;
    op->gate = EFFNET_NONE;
}

static void
add_conv(Builder *b, const EffNetLayer *layer)
{
    EffNetOp op = new_op(b, EFFNET_OP_CONV, layer, 1);
    gsize scratch = effnet_cut_conv(&op);

    if (layer->role == EFFNET_ROLE_PROJECT && layer->has_se)
        op.gate = b->gate;
    if (layer->residual)
        op.residual = b->block_input;
    move_gate(b, &op);
    add_op(b, &op, scratch);
    if (layer->role == EFFNET_ROLE_SHORTCUT)
        b->block_input = op.out;
    else
        b->current = op.out;
}

static void
add_winograd(Builder *b, const EffNetLayer *layer)
{
    EffNetOp op = new_op(b, EFFNET_OP_WINOGRAD, layer, 1);
    gsize scratch = effnet_cut_winograd(&op);

    if (layer->residual)
        op.residual = b->block_input;
    add_op(b, &op, scratch);
    b->current = op.out;
}

static void
add_max_pool(Builder *b, const EffNetLayer *layer)
{
    EffNetOp op = new_op(b, EFFNET_OP_MAX_POOL, layer, 1);
    gsize scratch = effnet_cut_depthwise(&op);

    add_op(b, &op, scratch);
    b->current = op.out;
}

static void
add_pool(Builder *b, const EffNetLayer *layer)
{
    EffNetOp op = new_op(b, EFFNET_OP_POOL, layer, 1);

    op.pool = FALSE; /* no CONV */
    op.block_pixels = op.pixel_blocks = op.panel_blocks = 1;
    op.block_panels = effnet_panels(layer->out_channels);
    add_op(b, &op, 0);
    b->current = op.out;
}

/* Adds the tensor for LAYER's row sums, OUT_SIZE x channels, if squeeze-excite follows. */
static int
add_row_sums(Builder *b, const EffNetLayer *layer)
{
    EffNetPlanTensor *sums;
    int row_sums;

    if (!layer->has_se)
        return EFFNET_NONE;
    row_sums = add_padded(b, EFFNET_TYPE_F32, 1, layer->out_channels);
    sums = tensor_at(b, row_sums);
    sums->bytes *= layer->out_size;
    sums->factor = effnet_layer_factor(layer, b->plan->type);
    return row_sums;
}

static gboolean
is_fused(const Builder *b, const EffNetLayer *conv)
{
    guint panels = effnet_panels(conv->out_channels);
    gsize numbers = (gsize)conv->out_size * conv->out_size * panels * EFFNET_LANES;
    EffNetType type =
        effnet_layers_out_type(conv, 1, tensor_at(b, b->current)->type, b->plan->type);

    if (!effnet_layer_feeds_depthwise_only(conv))
        return FALSE;
    if (b->plan->type != EFFNET_TYPE_S16 && effnet_has_few_pixels(conv->out_size, panels))
        return TRUE;
    return numbers * effnet_type_bytes(type) >
           (type == EFFNET_TYPE_U8 ? FUSE_U8_BYTES : FUSE_BYTES);
}

static void
add_conv_depthwise(Builder *b, const EffNetLayer *conv)
{
    EffNetOp op = new_op(b, EFFNET_OP_CONV_DEPTHWISE, conv, 2);
    gsize scratch = effnet_cut_conv_depthwise(&op);

    op.row_sums = add_row_sums(b, conv + 1);
    add_op(b, &op, scratch);
    b->current = op.out;
    b->gate = op.row_sums;
}

static void
add_depthwise(Builder *b, const EffNetLayer *layer)
{
    EffNetOp op = new_op(b, EFFNET_OP_DEPTHWISE, layer, 1);
    gsize scratch = effnet_cut_depthwise(&op);

    op.row_sums = add_row_sums(b, layer);
    add_op(b, &op, scratch);
    b->current = op.out;
    b->gate = op.row_sums;
}

static void
add_squeeze_excite(Builder *b, const EffNetLayer *reduce)
{
    EffNetOp op = new_op(b, EFFNET_OP_SQUEEZE_EXCITE, reduce, 2);
    gsize scratch = effnet_cut_squeeze_excite(&op);

    op.type = b->plan->type == EFFNET_TYPE_S16 ? EFFNET_TYPE_F32 : b->plan->type;
    op.in = b->gate;
    add_op(b, &op, scratch);
    b->gate = op.out;
}

/* Adds the op of LAYER and of the layers fused into it; returns the next layer. */
static const EffNetLayer *
add_layer(Builder *b, const EffNetLayer *layer)
{
    if (layer->first)
        b->block_input = b->current;
    if (layer->role == EFFNET_ROLE_SE_REDUCE)
        add_squeeze_excite(b, layer);
    else if (effnet_layer_is_depthwise(layer))
        add_depthwise(b, layer);
    else if (layer->role == EFFNET_ROLE_MAX_POOL)
        add_max_pool(b, layer);
    else if (layer->role == EFFNET_ROLE_POOL)
        add_pool(b, layer);
    else if (is_fused(b, layer))
        add_conv_depthwise(b, layer);
    else if (effnet_layer_is_winograd(layer, b->plan->kernels, b->plan->type))
        add_winograd(b, layer);
    else
        add_conv(b, layer);
    return layer + g_array_index(b->ops, EffNetOp, b->ops->len - 1).n_layers;
}

/* The network's input: the image, with the border of zeros that the stem wants. */
static int
add_input(Builder *b)
{
    const EffNetLayer *stem = b->plan->network->layers;
    guint size = stem->in_size + stem->pad_before + stem->pad_after;

    if (b->plan->type == EFFNET_TYPE_S16)
        return add_tensor(b, EFFNET_TYPE_U8, size, EFFNET_INPUT_BYTES);
    return add_tensor(b, EFFNET_TYPE_F32, size, stem->in_channels);
}

static void
keep_to_the_end(Builder *b, int tensor)
{
    if (tensor != EFFNET_NONE)
        tensor_at(b, tensor)->end_op = b->ops->len + 1;
}

void
effnet_plan_fuse(EffNetPlan *plan)
{
    const EffNetLayer *layers = plan->network->layers, *next;
    Builder b = {
        .plan = plan,
        .ops = g_array_new(FALSE, FALSE, sizeof(EffNetOp)),
        .tensors = g_array_new(FALSE, FALSE, sizeof(EffNetPlanTensor)),
    };

    plan->input = b.current = add_input(&b);
    plan->logits = EFFNET_NONE;
    for (const EffNetLayer *layer = layers; layer < layers + plan->network->n_layers;
         layer = next) {
        next = add_layer(&b, layer);
        if (layer->pool && layer->role != EFFNET_ROLE_HIDDEN)
            plan->features = b.current;
        if (layer->role == EFFNET_ROLE_CLASSIFIER)
            plan->logits = b.current;
    }
    /* The input is kept as it was written, with its border of zeros. */
    keep_to_the_end(&b, plan->input);
    keep_to_the_end(&b, plan->features);
    keep_to_the_end(&b, plan->logits);
    plan->n_ops = b.ops->len;
    plan->ops = (EffNetOp *)g_array_free(b.ops, FALSE);
    plan->n_tensors = b.tensors->len;
    plan->tensors = (EffNetPlanTensor *)g_array_free(b.tensors, FALSE);
}
