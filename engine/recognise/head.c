/* SPDX-License-Identifier: BSD-2-Clause */
#include "head.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

#define EPSILON 1e-5 /* PyTorch's, of norms that are not the network's own */

static const char *const norm_parts[] = {".weight", ".bias", ".running_mean", ".running_var"};

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* The number that MODULE's name ends with, where the rest of it is PARENT's; -1: it does not. */
static gint64
number_in(const char *module, const char *parent)
{
    gsize n = strrchr(parent, '.') ? (gsize)(strrchr(parent, '.') - parent) + 1 : 0;
    guint64 number;

    if (strncmp(module, parent, n) != 0 ||
        !g_ascii_string_to_unsigned(module + n, 10, 0, G_MAXINT32, &number, NULL))
        return -1;
    return (gint64)number;
}

/* Puts CLASSIFIER last, unless all are numbered like it. */
static void
move_last(GPtrArray *linear, const char *classifier)
{
    gboolean numbered = TRUE;
    guint at = linear->len;

    for (guint i = 0; i < linear->len; i++) {
        numbered &= number_in(linear->pdata[i], classifier) >= 0;
        if (g_str_equal(linear->pdata[i], classifier))
            at = i;
    }
    if (at < linear->len && !numbered) {
        gpointer name = g_ptr_array_steal_index(linear, at);

        g_ptr_array_add(linear, name);
    }
}

static guint64
get_dim(const EffNetCheckpoint *checkpoint, const char *module, guint dim)
{
    g_autofree char *name = g_strconcat(module, ".weight", NULL);

    return effnet_checkpoint_find(checkpoint, name)->dims[dim];
}

/* Whether B reads as many values as A has. */
static gboolean
can_follow(const EffNetCheckpoint *checkpoint, const char *a, const char *b)
{
    return get_dim(checkpoint, a, 0) == get_dim(checkpoint, b, 1);
}

/* Puts LINEAR in the order of execution. */
static gboolean
sort_linear(const EffNetCheckpoint *checkpoint, GPtrArray *linear, const char *classifier,
            GError **error)
{
    const char *const *names = (const char *const *)linear->pdata;
    const char *path = effnet_checkpoint_get_path(checkpoint);

    g_ptr_array_sort(linear, compare_names);
    move_last(linear, classifier);
    if (linear->len > EFFNET_MAX_LINEAR) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                    "%s has %u linear layers behind its features, %s and %s among them: up to %u "
                    "are supported",
                    path, linear->len, names[0], names[1], EFFNET_MAX_LINEAR);
        return FALSE;
    }
    if (linear->len == 2 && !can_follow(checkpoint, names[0], names[1]) &&
        can_follow(checkpoint, names[1], names[0]))
        g_ptr_array_insert(linear, 0, g_ptr_array_steal_index(linear, 1));
    for (guint i = 0; i + 1 < linear->len; i++)
        if (!can_follow(checkpoint, linear->pdata[i], linear->pdata[i + 1])) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                        "%s has several linear layers behind its features, of which %s does not "
                        "read what %s has: only layers in a row are supported",
                        path, (char *)linear->pdata[i + 1], (char *)linear->pdata[i]);
            return FALSE;
        }
    return TRUE;
}

/* Where the norm with number AT in a Sequential is: right after a linear layer, it is before the
 * activation; right before one, after it. Elsewhere that is not clear, as what has no weights may
 * be dropout or an activation. NULL: nothing tells. */
static char **
find_place(EffNetHeadModules *head, gint64 at)
{
    gint64 last = -2, next = -2;
    gboolean behind, ahead;
    guint i = 0;

    for (; i < head->n_linear; i++) {
        next = number_in(head->linear[i], head->linear[0]);
        if (next < 0 || next > at)
            break;
        last = next;
    }
    behind = at == last + 1;
    ahead = at + 1 == next;
    if (next < 0 || at < 0)
        return NULL;
    if (i == head->n_linear)
        return behind ? &head->after[i - 1] : NULL;
    if (behind != ahead)
        return behind ? &head->after[i - 1] : &head->before[i];
    return head->n_linear > 1 ? &head->unclear[i] : NULL;
}

static gboolean
place_norm(EffNetHeadModules *head, const EffNetCheckpoint *checkpoint, const char *norm,
           GError **error)
{
    char **place = find_place(head, number_in(norm, head->linear[0]));

    if (place && !*place) {
        *place = g_strdup(norm);
        return TRUE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s has a batch norm %s, of which nothing tells where in the layers behind the "
                "features it is",
                effnet_checkpoint_get_path(checkpoint), norm);
    return FALSE;
}

gboolean
effnet_head_order(EffNetHeadModules *head, const EffNetCheckpoint *checkpoint, GPtrArray *linear,
                  GPtrArray *norms, const char *classifier, GError **error)
{
    if (!sort_linear(checkpoint, linear, classifier, error))
        return FALSE;
    head->n_linear = linear->len;
    for (guint i = 0; i < linear->len; i++)
        head->linear[i] = g_strdup(linear->pdata[i]);
    for (guint i = 0; head->n_linear > 0 && i < norms->len; i++)
        if (!place_norm(head, checkpoint, norms->pdata[i], error))
            return FALSE;
    return TRUE;
}

void
effnet_head_clear(EffNetHeadModules *head)
{
    for (guint i = 0; i < EFFNET_MAX_LINEAR; i++) {
        g_free(head->linear[i]);
        g_free(head->before[i]);
        g_free(head->after[i]);
        g_free(head->unclear[i]);
    }
}

void
effnet_head_get(const EffNetHeadModules *head, const EffNetCheckpoint *checkpoint, EffNetHead *out)
{
    out->n_hidden = head->n_linear > 1 ? head->n_linear - 1 : 0;
    for (guint i = 0; i < out->n_hidden; i++)
        out->hidden[i].units = (guint)MIN(get_dim(checkpoint, head->linear[i], 0), G_MAXUINT16);
}

/* Appends the names of HEAD's hidden layers to ARCH, as examples of what to say. */
static char *
suggest(const EffNetHeadModules *head, const EffNetCheckpoint *checkpoint, const char *arch,
        const char *before, const char *after)
{
    GString *name = g_string_new(NULL);

    g_string_append_len(name, arch, (gssize)strcspn(arch, "+"));
    for (guint i = 0; i + 1 < head->n_linear; i++)
        g_string_append_printf(
            name, "+%s%u-%srelu%s", i == 0 && (head->unclear[0] || head->before[0]) ? "bn-" : "",
            (guint)get_dim(checkpoint, head->linear[i], 0), head->unclear[i + 1] ? before : "",
            head->unclear[i + 1] ? after : "");
    return g_string_free(name, FALSE);
}

static gboolean
fail_act(const EffNetHeadModules *head, const EffNetCheckpoint *checkpoint, const char *arch,
         GError **error)
{
    g_autofree char *name = suggest(head, checkpoint, arch, "", "-bn"), *acts = effnet_act_list();

    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s has %u linear layers behind its features (%s, %s), and nothing tells the "
                "activation between them: say it with the network (--model-options arch=%s, on the "
                "element model-options=arch=%s), as one of %s",
                effnet_checkpoint_get_path(checkpoint), head->n_linear, head->linear[0],
                head->linear[1], name, name, acts);
    return FALSE;
}

static gboolean
fail_norm(const EffNetHeadModules *head, const EffNetCheckpoint *checkpoint, const char *arch,
          const char *norm, GError **error)
{
    g_autofree char *last = suggest(head, checkpoint, arch, "", "-bn");
    g_autofree char *inside = suggest(head, checkpoint, arch, "bn-", "");

    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s has a batch norm %s, of which nothing tells whether there is an activation "
                "before or after it: say the order with the network (by the option arch, %s or %s)",
                effnet_checkpoint_get_path(checkpoint), norm, last, inside);
    return FALSE;
}

/* Whether MODULE has the number AT in its Sequential, and no bias unless it is a norm. */
static gboolean
is_numbered(const EffNetCheckpoint *checkpoint, const char *module, gint64 at, gboolean is_norm)
{
    g_autofree char *bias = g_strconcat(module ? module : "", ".bias", NULL);

    return module && number_in(module, module) == at &&
           !!effnet_checkpoint_find(checkpoint, bias) == is_norm;
}

/* fastai's create_head(): pooling, flattening, then for each linear layer a norm, dropout, the
 * layer, and a ReLU except after the last. */
gboolean
effnet_head_guess(const EffNetHeadModules *head, const EffNetCheckpoint *checkpoint,
                  EffNetHead *out, const char **origin)
{
    for (guint i = 0; i < head->n_linear; i++)
        if (!is_numbered(checkpoint, head->unclear[i], 2 + 4 * i, TRUE) ||
            !is_numbered(checkpoint, head->linear[i], 4 + 4 * i, FALSE))
            return FALSE;
    effnet_head_get(head, checkpoint, out);
    for (guint i = 0; i < out->n_hidden; i++) {
        out->hidden[i].act = EFFNET_ACT_RELU;
        out->hidden[i].norms = (i == 0 ? EFFNET_NORM_FIRST : 0) | EFFNET_NORM_LAST;
    }
    *origin = "its order, as fastai's create_head() has it";
    return TRUE;
}

/* Moves the norm before linear layer I to where SAID has it; FALSE if it has it nowhere. */
static gboolean
settle_norm(EffNetHeadModules *head, const EffNetHead *said, guint i)
{
    guint own = i < said->n_hidden ? said->hidden[i].norms : 0;
    guint above = i > 0 ? said->hidden[i - 1].norms : 0;
    gboolean outside = (own & EFFNET_NORM_FIRST) || (above & EFFNET_NORM_LAST);
    char **place = outside || i == 0 ? &head->before[i] : &head->after[i - 1];

    if (outside == !!(above & EFFNET_NORM_INSIDE) || *place)
        return FALSE;
    *place = g_steal_pointer(&head->unclear[i]);
    return TRUE;
}

/* Whether there is each norm that SAID has. */
static gboolean
has_norms(const EffNetHeadModules *head, const EffNetHead *said)
{
    for (guint i = 0; i < said->n_hidden; i++) {
        guint norms = said->hidden[i].norms;

        if ((norms & EFFNET_NORM_FIRST && !head->before[i]) ||
            (norms & EFFNET_NORM_INSIDE && !head->after[i]) ||
            (norms & EFFNET_NORM_LAST && !head->before[i + 1]))
            return FALSE;
    }
    return TRUE;
}

gboolean
effnet_head_settle(EffNetHeadModules *head, const EffNetCheckpoint *checkpoint, const char *arch,
                   const EffNetHead *said, GError **error)
{
    if (head->n_linear > 1 && said->n_hidden == 0)
        return fail_act(head, checkpoint, arch, error);
    for (guint i = 0; i < head->n_linear; i++)
        if (head->unclear[i] && !settle_norm(head, said, i))
            return fail_norm(head, checkpoint, arch, head->unclear[i], error);
    if (has_norms(head, said))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s has no batch norm in a place where the option arch has one",
                effnet_checkpoint_get_path(checkpoint));
    return FALSE;
}

guint
effnet_head_index(const EffNetHeadModules *head, const EffNetLayer *layer)
{
    if (layer->role == EFFNET_ROLE_CLASSIFIER)
        return head->n_linear - 1;
    return layer->block + 1 < head->n_linear ? layer->block : G_MAXUINT;
}

gboolean
effnet_head_may_lack_bias(const EffNetHeadModules *head, const EffNetLayer *layer)
{
    guint i = effnet_head_index(head, layer);

    return i < head->n_linear && (head->n_linear > 1 || head->before[0] || head->after[0]) &&
           number_in(head->linear[i], head->linear[i]) >= 0;
}

static void
add_names(const char *module, GHashTable *names)
{
    for (gsize p = 0; module && p < G_N_ELEMENTS(norm_parts); p++)
        g_hash_table_add(names, g_strconcat(module, norm_parts[p], NULL));
}

void
effnet_head_add_norms(const EffNetHeadModules *head, GHashTable *names)
{
    for (guint i = 0; i < head->n_linear; i++) {
        add_names(head->before[i], names);
        add_names(head->after[i], names);
        add_names(head->unclear[i], names);
    }
}

/* Reads PART of the norm MODULE into VALUES; a norm need not have a weight and a bias. */
static gboolean
read_part(EffNetCheckpoint *checkpoint, const char *module, gsize part, guint n, float *values,
          GError **error)
{
    g_autofree char *name = g_strconcat(module, norm_parts[part], NULL);
    const EffNetTensor *tensor = effnet_checkpoint_find(checkpoint, name);

    for (guint i = 0; !tensor && part < 2 && i < n; i++)
        values[i] = part == 0;
    if (!tensor && part < 2)
        return TRUE;
    if (tensor && tensor->n_dims == 1 && tensor->dims[0] == n &&
        effnet_dtype_is_float(tensor->dtype))
        return effnet_checkpoint_read(checkpoint, tensor, values, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s has no tensor %s of %u floating-point numbers, as a batch norm there has",
                effnet_checkpoint_get_path(checkpoint), name, n);
    return FALSE;
}

float *
effnet_head_read_norm(EffNetCheckpoint *checkpoint, const char *module, guint n, GError **error)
{
    g_autofree float *values = g_new(float, 4 * (gsize)n);
    float *mean = values + 2 * (gsize)n, *variance = mean + n;

    for (gsize p = 0; p < G_N_ELEMENTS(norm_parts); p++)
        if (!read_part(checkpoint, module, p, n, values + p * n, error))
            return NULL;
    for (guint i = 0; i < n; i++) {
        double scale = values[i] / sqrt(variance[i] + EPSILON);

        values[i] = (float)scale;
        values[n + i] -= (float)(mean[i] * scale);
        if (!isfinite(values[i]) || !isfinite(values[n + i])) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                        "%s has a batch norm %s that makes no finite numbers",
                        effnet_checkpoint_get_path(checkpoint), module);
            return NULL;
        }
    }
    return g_steal_pointer(&values);
}
