/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"

#include <string.h>

#include <effnet/error.h>

#include "../checkpoint/words.h"

/* More copies than this are not a network and its averages. */
#define MAX_COPIES 16

/* A network in the checkpoint whose stem was found. */
typedef struct {
    const EffNetNaming *naming;
    char *prefix;
} Candidate;

static void
candidate_clear(gpointer data)
{
    g_free(((Candidate *)data)->prefix);
}

/* Whether TENSOR is a single integer; several might be a mask, or an order of classes. */
static gboolean
is_counter(const EffNetTensor *tensor)
{
    for (guint i = 0; i < tensor->n_dims; i++)
        if (tensor->dims[i] > 1)
            return FALSE;
    return tensor->dtype == EFFNET_DTYPE_OTHER;
}

/* Whether TENSOR belongs to training, not to the network: losses and their class weights, metrics,
 * counters. */
static gboolean
is_named_by_training(const char *name)
{
    static const char *const words[] = {
        "criterion", "crit",      "loss",      "losses",    "objective", "metric",
        "metrics",   "meter",     "meters",    "acc",       "accuracy",  "auroc",
        "confmat",   "confusion", "optimizer", "scheduler", NULL,
    };
    static const char *const ends[] = {"num_batches_tracked", "pos_weight", "class_weight",
                                       "class_weights", "loss_weight"};

    if (effnet_words_have(name, words))
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        if (g_str_has_suffix(name, ends[i]))
            return TRUE;
    return FALSE;
}

/* Adds the network of NAMING whose stem is TENSOR, if there is one. */
static void
add_candidate(const EffNetCheckpoint *checkpoint, const EffNetTensor *tensor,
              const EffNetNaming *naming, const char *stem, gboolean of_training,
              GArray *candidates)
{
    Candidate candidate = {.naming = naming};
    g_autofree char *mark = NULL;
    gsize length = strlen(tensor->name), n = strlen(stem);

    if (length < n || !g_str_equal(tensor->name + length - n, stem) ||
        (length > n && tensor->name[length - n - 1] != '.') ||
        is_named_by_training(tensor->name) != of_training)
        return;
    candidate.prefix = g_strndup(tensor->name, length - n);
    mark = g_strconcat(candidate.prefix, naming->mark, NULL);
    if (naming->mark && !effnet_checkpoint_find(checkpoint, mark))
        g_free(candidate.prefix);
    else
        g_array_append_val(candidates, candidate);
}

/* Lists the networks whose prefixes have words of training, or those whose prefixes have none. */
static GArray *
list_candidates(const EffNetCheckpoint *checkpoint, gboolean of_training)
{
    static const EffNetLayer stem = {.role = EFFNET_ROLE_STEM};
    GArray *candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));

    g_array_set_clear_func(candidates, candidate_clear);
    for (gsize n = 0; effnet_namings[n]; n++) {
        g_autofree char *name = effnet_naming_tensor(effnet_namings[n], &stem, EFFNET_PART_WEIGHT);

        for (guint i = 0;
             i < effnet_checkpoint_get_n_tensors(checkpoint) && candidates->len <= MAX_COPIES; i++)
            add_candidate(checkpoint, effnet_checkpoint_get_tensor(checkpoint, i),
                          effnet_namings[n], name, of_training, candidates);
    }
    return candidates;
}

static void
fail_unknown(const EffNetCheckpoint *checkpoint, GError **error)
{
    static const EffNetLayer stem = {.role = EFFNET_ROLE_STEM};
    g_autoptr(GString) stems = g_string_new(NULL);
    guint n = effnet_checkpoint_get_n_tensors(checkpoint);

    for (gsize i = 0; effnet_namings[i]; i++) {
        g_autofree char *name = effnet_naming_tensor(effnet_namings[i], &stem, EFFNET_PART_WEIGHT);

        if (!strstr(stems->str, name) || i == 0)
            g_string_append_printf(stems, "%s%s (%s)", i ? ", " : "", name,
                                   effnet_namings[i]->name);
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s has no network whose names are known: its %u tensors, the first of them %s, "
                "include none of %s with that network's blocks, whatever is in front",
                effnet_checkpoint_get_path(checkpoint), n,
                n ? effnet_checkpoint_get_tensor(checkpoint, 0)->name : "missing", stems->str);
}

/* The network to take: of several, the averaged one. NULL with the error set if that is
 * ambiguous. */
static const Candidate *
choose(const EffNetCheckpoint *checkpoint, const GArray *candidates, GError **error)
{
    const Candidate *averaged = NULL, *first = &g_array_index(candidates, Candidate, 0);
    guint n_averaged = 0;

    for (guint i = 0; i < candidates->len; i++)
        if (effnet_words_are_averaged(g_array_index(candidates, Candidate, i).prefix)) {
            averaged = &g_array_index(candidates, Candidate, i);
            n_averaged++;
        }
    if (candidates->len == 1)
        return first;
    if (n_averaged == 1 && candidates->len <= MAX_COPIES)
        return averaged;
    g_set_error(
        error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
        "%s holds several networks, one under \"%s\" and one under \"%s\", and nothing tells "
        "which is meant: save the state_dict() of that one alone",
        effnet_checkpoint_get_path(checkpoint), first->prefix,
        g_array_index(candidates, Candidate, 1).prefix);
    return NULL;
}

/* The length of the longest common suffix of A and B. */
static gsize
shared_end(const char *a, const char *b)
{
    gsize n_a = strlen(a), n_b = strlen(b), n = 0;

    while (n < MIN(n_a, n_b) && a[n_a - n - 1] == b[n_b - n - 1])
        n++;
    return n;
}

/* Whether NAME belongs to the copy under PREFIX, or to what wraps it. With the prefixes "ema.net."
 * and "net.", the wrappers are "ema." and "", and "head.weight" is a copy of "ema.head.weight". */
static gboolean
is_copied(const EffNetState *state, const char *prefix, const char *name)
{
    gsize shared = shared_end(state->prefix, prefix), n = strlen(prefix) - shared;
    g_autofree char *own = g_strndup(state->prefix, strlen(state->prefix) - shared), *twin = NULL;

    if (strncmp(name, prefix, n) != 0 || (strlen(own) > n && g_str_has_prefix(name, own)))
        return FALSE;
    twin = g_strconcat(own, name + n, NULL);
    return n > 0 || effnet_checkpoint_find(state->checkpoint, twin);
}

/* Whether NAME is a counter, such as "n_averaged" beside averaged weights. */
static gboolean
is_counter_name(const EffNetState *state, const char *name)
{
    const EffNetTensor *tensor = effnet_checkpoint_find(state->checkpoint, name);

    return tensor && is_counter(tensor);
}

gboolean
effnet_state_is_copied(const EffNetState *state, const char *name)
{
    for (guint i = 0; i < state->copies->len; i++)
        if (is_copied(state, state->copies->pdata[i], name))
            return TRUE;
    return effnet_words_are_averaged(name) && !state->averaged && !is_counter_name(state, name);
}

/* NAME without the prefix; NULL if it lacks it. */
static const char *
strip(const EffNetState *state, const char *name)
{
    return g_str_has_prefix(name, state->prefix) ? name + strlen(state->prefix) : NULL;
}

static gboolean
is_of_training(const EffNetState *state, const EffNetTensor *tensor)
{
    const char *rest = strip(state, tensor->name);

    return is_counter(tensor) || is_named_by_training(rest ? rest : tensor->name);
}

/* Whether NAME is the weights of one of the head's layers. */
static gboolean
is_of_head(const EffNetState *state, const char *name)
{
    for (guint i = 0; i < state->head.n_linear; i++) {
        gsize n = strlen(state->head.linear[i]);

        if (strncmp(name, state->head.linear[i], n) == 0 && g_str_equal(name + n, ".weight"))
            return TRUE;
    }
    return FALSE;
}

gboolean
effnet_state_is_weight(const EffNetState *state, const EffNetTensor *tensor)
{
    if (tensor->n_dims < 2 || !effnet_dtype_is_float(tensor->dtype))
        return FALSE;
    return is_of_head(state, tensor->name) ||
           (!is_of_training(state, tensor) && !effnet_state_is_copied(state, tensor->name));
}

/* Whether TENSOR, REST without the prefix or NULL, may be the weights of the head. */
typedef gboolean (*IsHead)(const EffNetState *state, const EffNetTensor *tensor, const char *rest);

/* Whether TENSOR is a matrix, or has the naming's own name for the classifier. */
static gboolean
is_matrix(const EffNetState *state, const EffNetTensor *tensor, const char *rest)
{
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};
    g_autofree char *own = effnet_naming_tensor(state->naming, &classifier, EFFNET_PART_WEIGHT);

    return effnet_state_is_weight(state, tensor) &&
           (tensor->n_dims == 2 || (rest && g_str_equal(rest, own)));
}

/* Whether TENSOR is a 1x1 convolution, which computes what a matrix does. */
static gboolean
is_point_convolution(const EffNetState *state, const EffNetTensor *tensor, const char *rest)
{
    return effnet_state_is_weight(state, tensor) && tensor->n_dims == 4 && tensor->dims[2] == 1 &&
           tensor->dims[3] == 1;
}

/* Whether TENSOR is a matrix with a bias: a layer even if its name has a word of training
 * ("metric_fc"). */
static gboolean
is_biased_matrix(const EffNetState *state, const EffNetTensor *tensor, const char *rest)
{
    g_autofree char *name = g_strdup(tensor->name);
    const EffNetTensor *bias;

    if (tensor->n_dims != 2 || !effnet_dtype_is_float(tensor->dtype))
        return FALSE;
    for (guint i = 0; i < state->copies->len; i++)
        if (is_copied(state, state->copies->pdata[i], tensor->name))
            return FALSE;
    strcpy(name + strlen(name) - strlen(".weight"), ".bias");
    bias = effnet_checkpoint_find(state->checkpoint, name);
    return bias && bias->n_dims == 1 && bias->dims[0] == tensor->dims[0];
}

/* Adds the module of TENSOR, without END, to MODULES. */
static void
add_module(GPtrArray *modules, const EffNetTensor *tensor, const char *end)
{
    g_ptr_array_add(modules, g_strndup(tensor->name, strlen(tensor->name) - strlen(end)));
}

/* Adds the modules of all tensors outside the body that pass IS to MODULES. */
static void
list_heads(const EffNetState *state, IsHead is, GPtrArray *modules)
{
    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(state->checkpoint); i++) {
        const EffNetTensor *tensor = effnet_checkpoint_get_tensor(state->checkpoint, i);
        const char *rest = strip(state, tensor->name);

        if (g_str_has_suffix(tensor->name, ".weight") &&
            !(rest && effnet_naming_has(state->naming, rest)) && is(state, tensor, rest))
            add_module(modules, tensor, ".weight");
    }
}

/* Adds the modules of all batch norms outside the body to MODULES. */
static void
list_norms(const EffNetState *state, GPtrArray *modules)
{
    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(state->checkpoint); i++) {
        const EffNetTensor *tensor = effnet_checkpoint_get_tensor(state->checkpoint, i);
        const char *rest = strip(state, tensor->name);

        if (g_str_has_suffix(tensor->name, ".running_mean") && tensor->n_dims == 1 &&
            !is_of_training(state, tensor) && !effnet_state_is_copied(state, tensor->name) &&
            !(rest && effnet_naming_has(state->naming, rest)))
            add_module(modules, tensor, ".running_mean");
    }
}

/* Finds the head: the matrices outside the body, whatever their names, or the only other layer that
 * may be one; and the batch norms around them. */
static gboolean
find_head(EffNetState *state, GError **error)
{
    static const IsHead kinds[] = {is_matrix, is_point_convolution, is_biased_matrix};
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};
    g_autofree char *module = effnet_naming_module(state->naming, &classifier, FALSE);
    g_autofree char *own = g_strconcat(state->prefix, module, NULL);
    g_autoptr(GPtrArray) linear = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) norms = g_ptr_array_new_with_free_func(g_free);

    list_heads(state, kinds[0], linear);
    for (gsize i = 1; i < G_N_ELEMENTS(kinds) && linear->len == 0; i++) {
        list_heads(state, kinds[i], linear);
        if (linear->len > 1)
            g_ptr_array_set_size(linear, 0);
    }
    list_norms(state, norms);
    return effnet_head_order(&state->head, state->checkpoint, linear, norms, own, error);
}

EffNetState *
effnet_state_new(EffNetCheckpoint *checkpoint, GError **error)
{
    g_autoptr(EffNetState) state = g_new0(EffNetState, 1);
    g_autoptr(GArray) candidates = list_candidates(checkpoint, FALSE);
    const Candidate *chosen;

    if (candidates->len == 0) {
        g_array_unref(candidates);
        candidates = list_candidates(checkpoint, TRUE);
    }
    state->checkpoint = checkpoint;
    state->copies = g_ptr_array_new_with_free_func(g_free);
    if (candidates->len == 0) {
        fail_unknown(checkpoint, error);
        return NULL;
    }
    chosen = choose(checkpoint, candidates, error);
    if (!chosen)
        return NULL;
    state->naming = chosen->naming;
    state->prefix = g_strdup(chosen->prefix);
    state->container = effnet_checkpoint_get_metadata(checkpoint, "container");
    state->averaged = effnet_words_are_averaged(chosen->prefix) ||
                      (state->container && effnet_words_are_averaged(state->container));
    for (guint i = 0; i < candidates->len; i++) {
        const Candidate *other = &g_array_index(candidates, Candidate, i);

        if (other != chosen)
            g_ptr_array_add(state->copies, g_strdup(other->prefix));
    }
    return find_head(state, error) ? g_steal_pointer(&state) : NULL;
}

void
effnet_state_free(EffNetState *state)
{
    if (!state)
        return;
    effnet_checkpoint_free(state->checkpoint);
    g_ptr_array_unref(state->copies);
    g_free(state->prefix);
    effnet_head_clear(&state->head);
    g_free(state);
}

char *
effnet_state_tensor(const EffNetState *state, const EffNetLayer *layer, EffNetPart part)
{
    g_autofree char *name = NULL;

    if (effnet_layer_is_of_head(layer) &&
        effnet_head_index(&state->head, layer) < state->head.n_linear)
        return part == EFFNET_PART_WEIGHT || part == EFFNET_PART_BIAS
                   ? g_strconcat(state->head.linear[effnet_head_index(&state->head, layer)],
                                 effnet_part_suffix(part), NULL)
                   : NULL;
    name = effnet_naming_tensor(state->naming, layer, part);
    return name ? g_strconcat(state->prefix, name, NULL) : NULL;
}

const EffNetTensor *
effnet_state_find(const EffNetState *state, const EffNetLayer *layer, EffNetPart part)
{
    g_autofree char *name = effnet_state_tensor(state, layer, part);

    return name ? effnet_checkpoint_find(state->checkpoint, name) : NULL;
}

gboolean
effnet_state_has_own_head(const EffNetState *state)
{
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};
    g_autofree char *own = effnet_naming_module(state->naming, &classifier, FALSE);

    return state->head.n_linear == 1 && g_strcmp0(strip(state, state->head.linear[0]), own) == 0;
}

/* Whether TENSOR, named like a part of training, may be a layer after the classifier, as losses of
 * metric learning have one. A square one is a table of classes by classes. */
static gboolean
fits_outputs(const EffNetState *state, const EffNetTensor *tensor)
{
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};
    const EffNetTensor *head = effnet_state_find(state, &classifier, EFFNET_PART_WEIGHT);

    return head && tensor->n_dims == 2 && effnet_dtype_is_float(tensor->dtype) &&
           tensor->dims[1] == head->dims[0] && tensor->dims[0] != head->dims[0];
}

gboolean
effnet_state_check_rest(const EffNetState *state, GHashTable *used, GPtrArray *left_out,
                        GError **error)
{
    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(state->checkpoint); i++) {
        const EffNetTensor *tensor = effnet_checkpoint_get_tensor(state->checkpoint, i);
        gboolean is_copy = effnet_state_is_copied(state, tensor->name);

        if (g_hash_table_contains(used, tensor->name))
            continue;
        if (!is_copy && (!is_of_training(state, tensor) || fits_outputs(state, tensor))) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                        "%s has a tensor %s, of which nothing tells what it does in the network: "
                        "it would be left out",
                        effnet_checkpoint_get_path(state->checkpoint), tensor->name);
            return FALSE;
        }
        if (left_out)
            g_ptr_array_add(left_out, tensor->name);
    }
    return TRUE;
}
