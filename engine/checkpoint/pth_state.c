/* SPDX-License-Identifier: BSD-2-Clause */
#include "pth_state.h"

#include <string.h>

#include "words.h"

#define MAX_WRAPPING EFFNET_PTH_MAX_WRAPPING
#define MAX_LOOKED   4096 /* values that are searched for dictionaries that may wrap weights */

/* The keys under which training scripts keep weights, best first: averaged weights are what is
 * evaluated, as timm does. */
static const char *const wrappers[] = {
    "state_dict_ema", "model_ema",        "ema_state_dict", "ema", "state_dict",
    "model",          "model_state_dict", "model_state",    "net", "module",
};
#define N_AVERAGED 4 /* the first of these */

typedef struct {
    EffNetPthState *state;
    GHashTable *seen; /* the dictionaries visited, since one may contain itself */
    GString *container;
    guint n_objects;         /* how many opaque values may hide weights */
    gboolean hides_averaged; /* one may hide averaged weights: all others are second best */
} Search;

/* Whether DICT holds tensors, or values that the reader of tensors refuses by name. */
static gboolean
holds_tensors(const EffNetPickleValue *dict)
{
    for (gsize i = 1; i < dict->items.n; i += 2) {
        const EffNetPickleValue *value = dict->items.at[i];

        if (value->type == EFFNET_PICKLE_TENSOR ||
            (value->type == EFFNET_PICKLE_OPAQUE && value->opaque.has_weights))
            return TRUE;
    }
    return FALSE;
}

/* Notes that the wrapper with index RANK holds OPAQUE. */
static void
meet_opaque(Search *search, const EffNetPickleValue *opaque, gsize rank)
{
    if (!search->state->opaque)
        search->state->opaque = opaque;
    if (!opaque->opaque.attributes && !opaque->opaque.has_weights)
        return;
    search->n_objects++;
    if (rank < N_AVERAGED)
        search->hides_averaged = TRUE;
}

/* Searches the known keys. */
static const EffNetPickleValue *
find_wrapped(Search *search, const EffNetPickleValue *value, guint depth)
{
    const EffNetPickleValue *wrapped[G_N_ELEMENTS(wrappers)] = {NULL};
    guint n_objects = search->n_objects;

    if (value->type != EFFNET_PICKLE_DICT || depth > MAX_WRAPPING ||
        !g_hash_table_add(search->seen, (gpointer)value))
        return NULL;
    search->state->way[depth] = value;
    search->state->n_way = depth + 1;
    for (gsize i = 0; i + 1 < value->items.n; i += 2) {
        const char *key = effnet_pickle_string(value->items.at[i]);

        for (gsize w = 0; key && w < G_N_ELEMENTS(wrappers); w++)
            if (g_str_equal(key, wrappers[w]))
                wrapped[w] = value->items.at[i + 1];
    }
    for (gsize w = 0; w < G_N_ELEMENTS(wrappers) && !search->hides_averaged; w++) {
        const EffNetPickleValue *found =
            wrapped[w] ? find_wrapped(search, wrapped[w], depth + 1) : NULL;

        if (found) {
            g_string_prepend(search->container, search->container->len > 0 ? "." : "");
            g_string_prepend(search->container, wrappers[w]);
            return found;
        }
        if (wrapped[w] && wrapped[w]->type == EFFNET_PICKLE_OPAQUE)
            meet_opaque(search, wrapped[w], w);
    }
    search->state->n_way = depth + 1;
    return holds_tensors(value) && search->n_objects == n_objects ? value : NULL;
}

/* A dictionary that holds a network, and how it was reached. */
typedef struct {
    const EffNetPickleValue *way[MAX_WRAPPING + 1];
    guint n_way;
    char *container;
} Place;

typedef struct {
    GArray *places; /* of Place */
    GHashTable *seen;
    Place at;
    const EffNetPickleValue *object; /* the first network that is a Python object; or NULL */
    guint n_looked;
} Walk;

static void
place_clear(gpointer data)
{
    g_free(((Place *)data)->container);
}

/* Whether KEY is an optimizer's, whose averages have the names and shapes of weights. */
static gboolean
is_of_optimizer(const char *key)
{
    static const char *const words[] = {"opt", "optim", "optimizer", "optimizers", NULL};

    return effnet_words_have(key, words);
}

/* Whether DICT has the weights of a convolution, which other dictionaries of tensors lack. */
static gboolean
holds_network(const EffNetPickleValue *dict)
{
    for (gsize i = 0; i + 1 < dict->items.n; i += 2) {
        const char *name = effnet_pickle_string(dict->items.at[i]);
        const EffNetPickleValue *value = dict->items.at[i + 1];

        if (name && g_str_has_suffix(name, ".weight") && value->type == EFFNET_PICKLE_TENSOR &&
            value->tensor->n_dims == 4)
            return TRUE;
    }
    return FALSE;
}

/* Whether VALUE has the attributes of a PyTorch module. */
static gboolean
is_network_object(const EffNetPickleValue *value)
{
    const EffNetPickleValue *attributes =
        value->type == EFFNET_PICKLE_OPAQUE ? value->opaque.attributes : NULL;

    for (gsize i = 0; attributes && i + 1 < attributes->items.n; i += 2)
        if (g_strcmp0(effnet_pickle_string(attributes->items.at[i]), "_modules") == 0)
            return TRUE;
    return FALSE;
}

static void walk(Walk *w, const EffNetPickleValue *value, guint depth);

static void
walk_member(Walk *w, const char *key, const EffNetPickleValue *value, guint depth)
{
    char *outer = w->at.container;

    if (is_of_optimizer(key))
        return;
    w->at.container = outer ? g_strconcat(outer, ".", key, NULL) : g_strdup(key);
    walk(w, value, depth);
    g_free(w->at.container);
    w->at.container = outer;
}

static void
walk(Walk *w, const EffNetPickleValue *value, guint depth)
{
    gboolean is_dict = value->type == EFFNET_PICKLE_DICT;
    char number[24];

    if (!w->object && is_network_object(value))
        w->object = value;
    if ((!is_dict && value->type != EFFNET_PICKLE_LIST && value->type != EFFNET_PICKLE_TUPLE) ||
        depth > MAX_WRAPPING || !g_hash_table_add(w->seen, (gpointer)value))
        return;
    w->at.way[depth] = value;
    w->at.n_way = depth + 1;
    if (is_dict && holds_network(value)) {
        Place place = w->at;

        place.container = g_strdup(w->at.container);
        g_array_append_val(w->places, place);
        return;
    }
    for (gsize i = 0; i < (is_dict ? value->items.n / 2 : value->items.n); i++) {
        const char *key = is_dict ? effnet_pickle_string(value->items.at[2 * i]) : NULL;

        if (w->n_looked++ >= MAX_LOOKED)
            return;
        g_snprintf(number, sizeof number, "%" G_GSIZE_FORMAT, i);
        walk_member(w, key ? key : number, value->items.at[is_dict ? 2 * i + 1 : i], depth + 1);
    }
}

/* The only averaged network; NULL if there is none, or several. */
static const Place *
find_averaged(const GArray *places)
{
    const Place *averaged = NULL;

    for (guint i = 0; i < places->len; i++) {
        const Place *place = &g_array_index(places, Place, i);

        if (!place->container || !effnet_words_are_averaged(place->container))
            continue;
        if (averaged)
            return NULL;
        averaged = place;
    }
    return averaged;
}

static const EffNetPickleValue *
take(EffNetPthState *state, const Place *place)
{
    memcpy(state->way, place->way, sizeof place->way);
    state->n_way = place->n_way;
    g_free(state->container);
    state->container = g_strdup(place->container);
    return place->way[place->n_way - 1];
}

/* Searches all keys. An averaged network is preferred to KNOWN, the result of the known keys, which
 * may be NULL or hold no network. */
static const EffNetPickleValue *
find_anywhere(const EffNetPickle *pickle, const EffNetPickleValue *root,
              const EffNetPickleValue *known, EffNetPthState *state, GError **error)
{
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    Walk w = {.places = places, .seen = seen};
    const Place *averaged;

    g_array_set_clear_func(places, place_clear);
    walk(&w, root, 0);
    if (!state->opaque)
        state->opaque = w.object;
    averaged = find_averaged(places);
    if (averaged)
        return take(state, averaged);
    if (places->len == 0 || (known && holds_network(known)))
        return known;
    if (places->len == 1)
        return take(state, &g_array_index(places, Place, 0));
    effnet_pickle_fail(pickle, error,
                       "holds several networks, one under \"%s\" and one under \"%s\", and nothing "
                       "tells which is meant: save the state_dict() of that one alone",
                       g_array_index(places, Place, 0).container,
                       g_array_index(places, Place, 1).container);
    return NULL;
}

const EffNetPickleValue *
effnet_pth_state_find(const EffNetPickle *pickle, const EffNetPickleValue *root,
                      EffNetPthState *state, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GString) container = g_string_new(NULL);
    Search search = {.state = state, .seen = seen, .container = container};
    const EffNetPickleValue *known;

    *state = (EffNetPthState){.opaque = root->type == EFFNET_PICKLE_OPAQUE ? root : NULL};
    known = find_wrapped(&search, root, 0);
    if (known && container->len > 0)
        state->container = g_strdup(container->str);
    if (search.n_objects > 0 || (known && effnet_words_are_averaged(container->str)))
        return known;
    return find_anywhere(pickle, root, known, state, error);
}

void
effnet_pth_state_clear(EffNetPthState *state)
{
    g_clear_pointer(&state->container, g_free);
}
