/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include "arch/arch.h"
#include "recognise/head.h"
#include "../support.h"

/* A checkpoint of empty matrices MODULE.weight of the given shapes. */
static EffNetCheckpoint *
open_matrices(const char *const *modules, const char *const *shapes)
{
    g_autoptr(GString) text = g_string_new("{");
    g_autoptr(GByteArray) bytes = NULL;

    for (gsize i = 0; modules[i]; i++)
        g_string_append_printf(
            text, "%s\"%s.weight\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[0,0]}",
            i ? "," : "", modules[i], shapes[i]);
    g_string_append_c(text, '}');
    bytes = support_safetensors(text->str, NULL, 0);
    return effnet_checkpoint_open(support_hold(bytes->data, bytes->len), NULL);
}

static gboolean
order(EffNetHeadModules *head, const char *const *modules, const char *const *shapes,
      const char *const *norms, GError **error)
{
    const char *classifier = g_str_has_prefix(modules[0], "own") ? "own.1" : "classifier";
    g_autoptr(EffNetCheckpoint) checkpoint = open_matrices(modules, shapes);
    g_autoptr(GPtrArray) linear = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);

    for (; *modules; modules++)
        g_ptr_array_add(linear, g_strdup(*modules));
    for (; *norms; norms++)
        g_ptr_array_add(others, g_strdup(*norms));
    memset(head, 0, sizeof *head);
    if (effnet_head_order(head, checkpoint, linear, others, classifier, error))
        return TRUE;
    effnet_head_clear(head);
    return FALSE;
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NONE      ((const char *const[]){NULL})

/* By numbers, which are no letters; by what each reads; the classifier's own name is last, unless
 * it is a number among others. */
static void
test_order(void)
{
    EffNetHeadModules head;

    g_assert_true(order(&head, LIST("head.10", "head.2"), LIST("5,0", "0,8"), NONE, NULL));
    g_assert_cmpstr(head.linear[0], ==, "head.2");
    g_assert_cmpstr(head.linear[1], ==, "head.10");
    effnet_head_clear(&head);
    g_assert_true(order(&head, LIST("a", "b"), LIST("3,0", "0,8"), NONE, NULL));
    g_assert_cmpstr(head.linear[0], ==, "b");
    effnet_head_clear(&head);
    g_assert_true(order(&head, LIST("classifier", "hidden.0", "hidden.1"),
                        LIST("0,0", "0,0", "0,0"), NONE, NULL));
    g_assert_cmpstr(head.linear[2], ==, "classifier");
    effnet_head_clear(&head);
    g_assert_true(order(&head, LIST("own.1", "own.3"), LIST("0,0", "0,0"), NONE, NULL));
    g_assert_cmpstr(head.linear[1], ==, "own.3");
    effnet_head_clear(&head);
    g_assert_true(order(&head, LIST("classifier", "hidden.0", "hidden.1"),
                        LIST("0,0", "0,0", "0,0"), NONE, NULL));
    g_assert_cmpuint(effnet_head_index(&head, &(EffNetLayer){.role = EFFNET_ROLE_CLASSIFIER}), ==,
                     2);
    g_assert_cmpuint(
        effnet_head_index(&head, &(EffNetLayer){.role = EFFNET_ROLE_HIDDEN, .block = 1}), ==, 1);
    effnet_head_clear(&head);
}

/* Right behind a layer, a norm is before the activation; right before one, after it. */
static void
test_norms(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    EffNetHeadModules head;

    g_assert_true(order(&head, LIST("1.3", "1.6"), LIST("0,8", "4,0"), LIST("1.2", "1.5"), NULL));
    g_assert_cmpstr(head.before[0], ==, "1.2");
    g_assert_cmpstr(head.before[1], ==, "1.5");
    g_assert_null(head.after[0]);
    effnet_head_add_norms(&head, names);
    g_assert_cmpuint(g_hash_table_size(names), ==, 8);
    g_assert_true(g_hash_table_contains(names, "1.5.running_var"));
    effnet_head_clear(&head);
    g_assert_true(order(&head, LIST("fc.0", "fc.3"), LIST("0,8", "4,0"), LIST("fc.1"), NULL));
    g_assert_cmpstr(head.after[0], ==, "fc.1");
    effnet_head_clear(&head);
    g_assert_true(order(&head, LIST("fc.0", "fc.3"), LIST("0,8", "4,0"), LIST("fc.4"), NULL));
    g_assert_cmpstr(head.after[1], ==, "fc.4");
    effnet_head_clear(&head);
}

static gboolean
settle(EffNetHeadModules *head, const char *arch, GError **error)
{
    static const char *const modules[] = {"fc.2", "fc.6", NULL}, *const shapes[] = {"0,8", "4,0",
                                                                                    NULL};
    g_autoptr(EffNetCheckpoint) checkpoint = open_matrices(modules, shapes);
    g_autoptr(EffNetArch) named = effnet_arch_new(arch, NULL);

    g_assert_true(order(head, modules, shapes, LIST("fc.0", "fc.4"), NULL));
    g_assert_cmpstr(head->unclear[0], ==, "fc.0");
    g_assert_cmpstr(head->unclear[1], ==, "fc.4");
    if (effnet_head_settle(head, checkpoint, arch, &named->head, error))
        return TRUE;
    effnet_head_clear(head);
    return FALSE;
}

/* With room for an activation on either side, a norm is where the network's name has it. */
static void
test_settled(void)
{
    EffNetHeadModules head;
    GError *error = NULL;

    g_assert_true(settle(&head, "b0+bn-8-relu-bn", NULL));
    g_assert_cmpstr(head.before[0], ==, "fc.0");
    g_assert_cmpstr(head.before[1], ==, "fc.4");
    effnet_head_clear(&head);
    g_assert_true(settle(&head, "b0+bn-8-bn-gelu", NULL));
    g_assert_cmpstr(head.after[0], ==, "fc.4");
    effnet_head_clear(&head);
    g_assert_false(settle(&head, "b0", &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "arch=b0+bn-0-relu-bn, on the element");
    g_assert_false(settle(&head, "b0+8-relu-bn", &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "has a batch norm fc.0, of which nothing");
    g_assert_false(settle(&head, "b0+bn-8-relu", &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS,
                        "by the option arch, b0+bn-0-relu-bn or b0+bn-0-bn-relu");
    g_assert_false(settle(&head, "b0+bn-8-bn-relu-bn", &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "has a batch norm fc.4, of which nothing");
}

static gboolean
guess(const char *const *linear, const char *const *norms, gboolean biased, EffNetHead *found)
{
    g_autoptr(GPtrArray) modules = g_ptr_array_new(), shapes = g_ptr_array_new();
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    g_autoptr(GString) text = g_string_new("{");
    g_autoptr(GByteArray) bytes = NULL;
    EffNetHeadModules head;
    const char *origin;
    gboolean ok;

    for (guint i = 0; linear[i]; i++) {
        g_ptr_array_add(modules, (gpointer)linear[i]);
        g_ptr_array_add(shapes, (gpointer) "0,0");
        g_string_append_printf(text,
                               "\"%s.weight\":{\"dtype\":\"F32\",\"shape\":[0,8],"
                               "\"data_offsets\":[0,0]},",
                               linear[i]);
    }
    for (guint i = 0; norms[i]; i++)
        g_string_append_printf(text,
                               "\"%s.bias\":{\"dtype\":\"F32\",\"shape\":[0],"
                               "\"data_offsets\":[0,0]},",
                               norms[i]);
    if (biased)
        g_string_append_printf(text,
                               "\"%s.bias\":{\"dtype\":\"F32\",\"shape\":[0],"
                               "\"data_offsets\":[0,0]},",
                               linear[0]);
    g_string_overwrite(text, text->len - 1, "}");
    bytes = support_safetensors(text->str, NULL, 0);
    checkpoint = effnet_checkpoint_open(support_hold(bytes->data, bytes->len), NULL);
    g_ptr_array_add(modules, NULL);
    g_ptr_array_add(shapes, NULL);
    g_assert_true(order(&head, (const char *const *)modules->pdata,
                        (const char *const *)shapes->pdata, norms, NULL));
    memset(found, 0, sizeof *found);
    ok = effnet_head_guess(&head, checkpoint, found, &origin);
    effnet_head_clear(&head);
    return ok;
}

/* fastai's heads, whose layers are numbered as nobody else's. */
static void
test_guess(void)
{
    EffNetHead head;

    g_assert_true(guess(LIST("1.4", "1.8"), LIST("1.2", "1.6"), FALSE, &head));
    g_assert_cmpuint(head.n_hidden, ==, 1);
    g_assert_cmpint(head.hidden[0].act, ==, EFFNET_ACT_RELU);
    g_assert_cmpuint(head.hidden[0].norms, ==, EFFNET_NORM_FIRST | EFFNET_NORM_LAST);
    g_assert_true(guess(LIST("1.4", "1.8", "1.12"), LIST("1.2", "1.6", "1.10"), FALSE, &head));
    g_assert_cmpuint(head.n_hidden, ==, 2);
    g_assert_cmpuint(head.hidden[1].norms, ==, EFFNET_NORM_LAST);
    g_assert_false(guess(LIST("1.4", "1.8"), LIST("1.2", "1.6"), TRUE, &head));
    g_assert_false(guess(LIST("1.4", "1.8"), LIST("1.6"), FALSE, &head));
    g_assert_false(guess(LIST("1.3", "1.7"), LIST("1.1", "1.5"), FALSE, &head));
}

static void
test_refused(void)
{
    static const char *const names[] = {"a.0", "a.1", "a.2", "a.3", NULL};
    static const char *const shapes[] = {"0,0", "0,0", "0,0", "0,0", NULL};
    EffNetHeadModules head;
    GError *error = NULL;

    g_assert_false(order(&head, names, shapes, NONE, &error));
    support_check_error(&error, EFFNET_ERROR_MODEL,
                        "has 4 linear layers behind its features, a.0 and a.1");
    g_assert_false(order(&head, LIST("a.0", "a.2"), LIST("0,3", "0,8"), NONE, &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, "of which a.2 does not read what a.0 has");
    g_assert_false(order(&head, LIST("fc"), LIST("4,0"), LIST("neck"), &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, "has a batch norm neck, of which nothing");
    g_assert_false(order(&head, LIST("a.0", "a.2"), LIST("0,8", "4,0"), LIST("a.5"), &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, "has a batch norm a.5, of which nothing");
    g_assert_false(order(&head, LIST("a.2"), LIST("4,0"), LIST("a.0"), &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, "has a batch norm a.0, of which nothing");
}

/* (x - mean) / sqrt(variance + 1e-5) * weight + bias; without the last two as well. */
static void
test_read(void)
{
    static const float numbers[] = {2, 3, 0.5f, -1, 4, 8, 0.25f, 1};
    static const char *const header =
        "{\"n.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        "\"n.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]},"
        "\"n.running_mean\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]},"
        "\"n.running_var\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}";
    g_autoptr(GByteArray) bytes = support_safetensors(header, numbers, sizeof numbers);
    g_autoptr(EffNetCheckpoint) checkpoint =
        effnet_checkpoint_open(support_hold(bytes->data, bytes->len), NULL);
    g_autofree float *norm = effnet_head_read_norm(checkpoint, "n", 2, NULL);
    GError *error = NULL;

    for (int i = 0; i < 2; i++) {
        float scale = numbers[i] / sqrtf(numbers[6 + i] + 1e-5f);

        g_assert_cmpfloat_with_epsilon(norm[i], scale, 1e-5);
        g_assert_cmpfloat_with_epsilon(norm[2 + i], numbers[2 + i] - numbers[4 + i] * scale, 1e-4);
    }
    g_assert_null(effnet_head_read_norm(checkpoint, "n", 3, &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, "has no tensor n.weight of 3 floating-point");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/head/order", test_order);
    g_test_add_func("/head/norms", test_norms);
    g_test_add_func("/head/settled", test_settled);
    g_test_add_func("/head/guess", test_guess);
    g_test_add_func("/head/refused", test_refused);
    g_test_add_func("/head/read", test_read);
    return g_test_run();
}
