/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "recognise/state.h"
#include "../support.h"

/* A checkpoint of empty tensors "NAME" or "NAME:TYPE:DIMENSIONS". */
static EffNetState *
open_names(const char *const *names, GError **error)
{
    g_autoptr(GString) text = g_string_new("{");
    g_autoptr(GByteArray) bytes = NULL;

    for (; *names; names++) {
        g_auto(GStrv) parts = g_strsplit(*names, ":", 3);
        const char *type = parts[1] ? parts[1] : "F32", *dims = parts[1] ? parts[2] : "0";

        g_string_append_printf(text,
                               "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[0,0]}",
                               text->len > 1 ? "," : "", parts[0], type, dims);
    }
    g_string_append_c(text, '}');
    bytes = support_safetensors(text->str, NULL, 0);
    return effnet_state_new(effnet_checkpoint_open(support_hold(bytes->data, bytes->len), NULL),
                            error);
}

static void
check(const char *const *names, const char *naming, const char *prefix, const char *head,
      gboolean averaged)
{
    GError *error = NULL;
    g_autoptr(EffNetState) state = open_names(names, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(state->naming->name, ==, naming);
    g_assert_cmpstr(state->prefix, ==, prefix);
    g_assert_cmpuint(state->head.n_linear, ==, head != NULL);
    g_assert_cmpstr(state->head.linear[0], ==, head);
    g_assert_cmpint(state->averaged, ==, averaged);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
test_prefix(void)
{
    check(NAMES("conv_stem.weight"), "timm", "", NULL, FALSE);
    check(NAMES("net.conv_stem.weight", "criterion.weight"), "timm", "net.", NULL, FALSE);
    check(NAMES("a.b.timm_model.conv_stem.weight", "x"), "timm", "a.b.timm_model.", NULL, FALSE);
    check(NAMES("x._conv_stem.weight", "y"), "lukemelas", "x.", NULL, FALSE);
    check(NAMES("x.features.0.0.weight", "x.features.1.0.block.0.0.weight", "y"), "torchvision",
          "x.", NULL, FALSE);
    check(NAMES("x.conv1.weight", "x.layer1.0.conv1.weight", "y"), "torchvision", "x.", NULL,
          FALSE);
    check(NAMES("efficientnet.embeddings.convolution.weight", "y",
                "efficientnet.encoder.blocks.0.depthwise_conv.depthwise_conv.weight"),
          "transformers", "efficientnet.", NULL, FALSE);
    /* A network inside a loss does not count, unless it is the only one. */
    check(NAMES("loss.net.conv_stem.weight"), "timm", "loss.net.", NULL, FALSE);
    check(NAMES("loss.vgg.conv_stem.weight", "net.conv_stem.weight"), "timm", "net.", NULL, FALSE);
}

static void
test_copies(void)
{
    g_autoptr(EffNetState) state = open_names(
        NAMES("online_model.conv_stem.weight", "ema_model.conv_stem.weight", "step"), NULL);
    GError *error = NULL;

    g_assert_cmpstr(state->prefix, ==, "ema_model.");
    g_assert_true(state->averaged);
    g_assert_true(effnet_state_is_copied(state, "online_model.fc.weight"));
    g_assert_false(effnet_state_is_copied(state, "ema_model.fc.weight"));
    g_assert_false(effnet_state_is_copied(state, "neck.weight"));
    g_clear_pointer(&state, effnet_state_free);

    /* The averaged copy's wrapper has a head, and so has the other's. */
    check(NAMES("net.conv_stem.weight", "head.weight:F32:4,0", "ema.net.conv_stem.weight",
                "ema.head.weight:F32:4,0"),
          "timm", "ema.net.", "ema.head", TRUE);
    check(NAMES("conv_stem.weight", "classifier.weight:F32:4,0", "ema.conv_stem.weight",
                "ema.classifier.weight:F32:4,0"),
          "timm", "ema.", "ema.classifier", TRUE);

    g_assert_null(
        open_names(NAMES("student.conv_stem.weight", "teacher.conv_stem.weight"), &error));
    support_check_error(&error, EFFNET_ERROR_MODEL,
                        "holds several networks, one under \"student.\" and one under "
                        "\"teacher.\", and nothing tells which is meant");
}

static void
test_head(void)
{
    static const char *const names[] = {
        "classifier", "classifier.0", "classifier.1.1", "fc.1", "head.fc", "out", NULL};
    GError *error = NULL;

    for (gsize i = 0; names[i]; i++) {
        g_autofree char *tensor = g_strdup_printf("%s.weight:F32:4,0", names[i]);

        check(NAMES("conv_stem.weight", tensor, "blocks.0.0.conv_pw.weight:F32:0,8"), "timm", "",
              names[i], FALSE);
    }
    g_assert_null(open_names(
        NAMES("conv_stem.weight", "classifier.1.weight:F32:256,0", "classifier.4.weight:F32:4,0"),
        &error));
    support_check_error(&error, EFFNET_ERROR_MODEL,
                        "of which classifier.4 does not read what classifier.1 has");
}

/* A 1x1 convolution counts as a matrix, and one with a bias as a layer, whatever its name. */
static void
test_odd_heads(void)
{
    check(NAMES("conv_stem.weight", "cls.weight:F32:4,0,1,1"), "timm", "", "cls", FALSE);
    check(NAMES("conv_stem.weight", "cls.weight:F32:4,0,3,3"), "timm", "", NULL, FALSE);
    check(NAMES("conv_stem.weight", "a.weight:F32:4,0,1,1", "b.weight:F32:4,0,1,1"), "timm", "",
          NULL, FALSE);
    check(NAMES("conv_stem.weight", "metric_fc.weight:F32:0,4", "metric_fc.bias:F32:0"), "timm", "",
          "metric_fc", FALSE);
    check(NAMES("conv_stem.weight", "ema_fc.weight:F32:0,4", "ema_fc.bias:F32:0"), "timm", "",
          "ema_fc", FALSE);
    check(NAMES("conv_stem.weight", "metric_fc.weight:F32:0,4"), "timm", "", NULL, FALSE);
    check(NAMES("conv_stem.weight", "out.weight:F32:0,4", "metric_fc.weight:F32:0,4",
                "metric_fc.bias:F32:0"),
          "timm", "", "out", FALSE);
}

/* Layers that a loss would apply to the outputs. */
static void
test_behind_outputs(void)
{
    static const struct {
        const char *name;
        gboolean known;
    } cases[] = {
        {"loss.weight:F32:0,64", FALSE}, /* a layer that reads the 64 outputs */
        {"loss.centers:F32:5,0", TRUE},
        {"confmat.total:F32:64,64,0", TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetState) state = open_names(
            NAMES("conv_stem.weight", "classifier.weight:F32:64,0", cases[i].name), NULL);
        g_autoptr(GHashTable) used = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GPtrArray) left_out = g_ptr_array_new();
        GError *error = NULL;

        g_hash_table_add(used, (gpointer) "conv_stem.weight");
        g_hash_table_add(used, (gpointer) "classifier.weight");
        g_assert_cmpint(effnet_state_check_rest(state, used, left_out, &error), ==, cases[i].known);
        g_assert_cmpuint(left_out->len, ==, cases[i].known);
        if (!cases[i].known)
            support_check_error(&error, EFFNET_ERROR_MODEL, "loss.weight");
    }
}

static void
test_rest(void)
{
    static const struct {
        const char *name;
        gboolean known;
    } cases[] = {
        {"blocks.0.0.bn1.num_batches_tracked:I64:0", TRUE},
        {"criterion.weight", TRUE},
        {"train_loss.pos_weight", TRUE},
        {"val_metrics.total:I64:0", TRUE},
        {"val_acc.tp:I64:0,4", TRUE},
        {"class_order:I64:0,4", FALSE},
        {"feature_mask:BOOL:0,4", FALSE},
        {"n_averaged:I64:0", TRUE},
        {"model_ema.decay", TRUE},
        {"bnneck.weight", FALSE},
        {"conv_stem.bias", FALSE},
        {"lossless.weight", FALSE},
        {"temperature", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetState) state = open_names(NAMES("conv_stem.weight", cases[i].name), NULL);
        g_autoptr(GHashTable) used = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GPtrArray) left_out = g_ptr_array_new();
        GError *error = NULL;

        g_hash_table_add(used, (gpointer) "conv_stem.weight");
        g_assert_cmpint(effnet_state_check_rest(state, used, left_out, &error), ==, cases[i].known);
        g_assert_cmpuint(left_out->len, ==, cases[i].known);
        if (!cases[i].known) {
            g_autofree char *name = g_strndup(cases[i].name, strcspn(cases[i].name, ":"));

            support_check_error(&error, EFFNET_ERROR_MODEL, name);
        }
    }
}

static void
test_unknown(void)
{
    GError *error = NULL;

    g_assert_null(open_names(NAMES("conv9.weight"), &error));
    support_check_error(&error, EFFNET_ERROR_MODEL,
                        "has no network whose names are known: its 1 tensors, the first of them "
                        "conv9.weight, include none of conv_stem.weight (timm)");
    /* Not a stem: a block's first layer; a name that only ends like one. */
    g_assert_null(open_names(NAMES("layer1.0.conv1.weight", "my_conv_stem.weight"), &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, "has no network");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/state/prefix", test_prefix);
    g_test_add_func("/model/state/copies", test_copies);
    g_test_add_func("/model/state/head", test_head);
    g_test_add_func("/model/state/odd-heads", test_odd_heads);
    g_test_add_func("/model/state/behind-outputs", test_behind_outputs);
    g_test_add_func("/model/state/rest", test_rest);
    g_test_add_func("/model/state/unknown", test_unknown);
    return g_test_run();
}
