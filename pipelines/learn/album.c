/* SPDX-License-Identifier: BSD-2-Clause */
#include "album.h"

#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/json.h"

#include "kept.h"

#define MAX_VIEWS  2
#define MAX_TEXT   (80u * 1000 * 1000) /* bytes; headers of safetensors end at 100 MB */
#define MAX_VALUES 250000              /* of JSON; at 262144 it is not read */

void
effnet_album_free(EffNetAlbum *album)
{
    for (guint i = 0; album->names && i < album->n; i++)
        g_free(album->names[i]);
    g_free(album->names);
    g_free(album->features);
    g_free(album->targets);
    g_free(album->sources);
    if (album->labels)
        g_ptr_array_unref(album->labels);
    g_free(album);
}

/* Allocates everything but the features. */
static EffNetAlbum *
album_new(guint n, guint views, guint n_features, GPtrArray *labels, gboolean multi)
{
    EffNetAlbum *album = g_new0(EffNetAlbum, 1);

    album->n = n;
    album->views = views;
    album->n_features = n_features;
    album->labels = labels;
    album->multi = multi;
    album->targets = g_new0(guint8, (gsize)n * labels->len);
    album->sources = g_new0(guint, n);
    album->names = g_new0(char *, n);
    return album;
}

static gpointer
copy_string(gconstpointer string, gpointer data)
{
    return g_strdup(string);
}

/* What is equal in the names of all pictures of a burst, as effnet watch takes them; NULL if PATH
 * is none of these. They may have been sorted into several folders. For g_free(). */
static char *
find_burst(const char *path)
{
    static const char mark[] = "-burst-";
    g_autofree char *name = g_path_get_basename(path);
    char *number = g_strrstr(name, mark);

    if (!number || number == name)
        return NULL;
    number += strlen(mark);
    if (strspn(number, "0123456789") == 0 || number[strspn(number, "0123456789")] != '.')
        return NULL;
    *number = '\0';
    return g_steal_pointer(&name);
}

/* Sets the sources of ALBUM, of which each picture has its file's, to the first file of its
 * burst. */
static void
join_bursts(EffNetAlbum *album)
{
    g_autoptr(GHashTable) bursts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < album->n; i++) {
        char *burst = find_burst(album->names[i]);
        gpointer first;

        if (!burst)
            continue;
        if (g_hash_table_lookup_extended(bursts, burst, NULL, &first)) {
            album->sources[i] = GPOINTER_TO_UINT(first);
            g_free(burst);
        } else {
            g_hash_table_insert(bursts, burst, GUINT_TO_POINTER(album->sources[i]));
        }
    }
}

EffNetAlbum *
effnet_album_new(const EffNetDataset *dataset, EffNetGathered *gathered)
{
    GPtrArray *labels = g_ptr_array_copy(dataset->labels, copy_string, NULL);
    EffNetAlbum *album =
        album_new(gathered->n, gathered->views, gathered->n_features, labels, dataset->multi);

    album->features = g_steal_pointer(&gathered->features);
    effnet_kept_round(album->features, (gsize)album->n * album->views, album->n_features);
    for (guint i = 0; i < album->n; i++) {
        const EffNetExample *example = g_ptr_array_index(dataset->examples, gathered->files[i]);

        for (guint k = 0; k < example->n_labels; k++)
            album->targets[(gsize)i * labels->len + example->labels[k]] = 1;
        album->sources[i] = gathered->files[i];
        album->names[i] = g_strdup(example->path);
    }
    effnet_gathered_free(gathered);
    join_bursts(album);
    return album;
}

static gboolean
fail(const char *path, const char *what, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s %s", path, what);
    return FALSE;
}

static gboolean
read_count(const EffNetJson *json, const char *key, guint64 max, guint *count)
{
    guint64 n;

    if (!effnet_json_integer(effnet_json_member(json, key), &n) || n > max)
        return FALSE;
    *count = (guint)n;
    return TRUE;
}

/* Reads the targets and the source of picture I. */
static gboolean
read_picture(EffNetAlbum *album, const EffNetJson *json, guint i)
{
    const EffNetJson *targets = effnet_json_item(effnet_json_member(json, "targets"), i);
    guint64 number;

    if (!effnet_json_integer(effnet_json_item(effnet_json_member(json, "sources"), i), &number) ||
        number >= album->n || !effnet_json_is(targets, EFFNET_JSON_ARRAY))
        return FALSE;
    album->sources[i] = (guint)number;
    for (guint k = 0; k < effnet_json_length(targets); k++) {
        if (!effnet_json_integer(effnet_json_item(targets, k), &number) ||
            number >= album->labels->len)
            return FALSE;
        album->targets[(gsize)i * album->labels->len + number] = 1;
    }
    return album->multi || effnet_json_length(targets) == 1;
}

/* The features are read first, since the file's size bounds them, and with them N. */
static EffNetAlbum *
parse(const EffNetJson *json, const char *text, const EffNetModelInfo *info)
{
    g_autoptr(EffNetAlbum) album = NULL;
    g_autofree float *features = NULL;
    GPtrArray *labels;
    guint n, views;

    if (!info->labels || !read_count(json, "pictures", EFFNET_KEPT_MAX_PICTURES, &n) || n == 0 ||
        effnet_json_length(effnet_json_member(json, "targets")) != n ||
        !read_count(json, "views", MAX_VIEWS, &views) || views == 0)
        return NULL;
    features = effnet_kept_read(text, (gsize)n * views, info->n_features);
    if (!features)
        return NULL;
    labels = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < info->n_classes; i++)
        g_ptr_array_add(labels, g_strdup(info->labels[i]));
    album = album_new(n, views, info->n_features, labels,
                      info->activation == EFFNET_ACTIVATION_SIGMOID);
    album->features = g_steal_pointer(&features);
    for (guint i = 0; i < n; i++)
        if (!read_picture(album, json, i))
            return NULL;
    return g_steal_pointer(&album);
}

EffNetAlbum *
effnet_album_read(const char *path, const EffNetModelInfo *info, GError **error)
{
    g_autoptr(EffNetCheckpoint) checkpoint = effnet_checkpoint_open(path, error);
    const char *pictures, *features;
    g_autoptr(EffNetJson) json = NULL;
    g_autoptr(EffNetAlbum) album = NULL;

    if (!checkpoint)
        return NULL;
    pictures = effnet_checkpoint_get_metadata(checkpoint, EFFNET_KEPT_PICTURES);
    features = effnet_checkpoint_get_metadata(checkpoint, EFFNET_KEPT_FEATURES);
    if (!pictures || !features) {
        fail(path, "keeps nothing of what it was learned from, to which pictures could be added",
             error);
        return NULL;
    }
    json = effnet_json_parse(pictures, strlen(pictures), NULL);
    album = parse(json, features, info);
    if (!album) {
        fail(path, "is damaged: the pictures that it keeps cannot be read", error);
        return NULL;
    }
    return g_steal_pointer(&album);
}

gboolean
effnet_album_can_be_kept(const EffNetAlbum *album)
{
    gsize n_targets = (gsize)album->n * album->labels->len, n_values = 2 * (gsize)album->n;

    for (gsize i = 0; i < n_targets; i++)
        n_values += album->targets[i];
    return n_values <= MAX_VALUES &&
           effnet_kept_measure((gsize)album->n * album->views, album->n_features) <= MAX_TEXT;
}

void
effnet_album_write(const EffNetAlbum *album, char **pictures, char **features)
{
    GString *json = g_string_new(NULL);

    g_string_printf(json, "{\"pictures\": %u, \"views\": %u, \"sources\": [", album->n,
                    album->views);
    for (guint i = 0; i < album->n; i++)
        g_string_append_printf(json, i ? ",%u" : "%u", album->sources[i]);
    g_string_append(json, "], \"targets\": [");
    for (guint i = 0; i < album->n; i++) {
        const char *separator = "";

        g_string_append(json, i ? ",[" : "[");
        for (guint k = 0; k < album->labels->len; k++)
            if (album->targets[(gsize)i * album->labels->len + k]) {
                g_string_append_printf(json, "%s%u", separator, k);
                separator = ",";
            }
        g_string_append_c(json, ']');
    }
    g_string_append(json, "]}");
    *pictures = g_string_free(json, FALSE);
    *features =
        effnet_kept_write(album->features, (gsize)album->n * album->views, album->n_features);
}

/* The index of LABEL in LABELS; appends it if it is missing. */
static guint
find_label(GPtrArray *labels, const char *label)
{
    for (guint i = 0; i < labels->len; i++)
        if (g_str_equal(labels->pdata[i], label))
            return i;
    g_ptr_array_add(labels, g_strdup(label));
    return labels->len - 1;
}

/* Copies the TARGETS of N pictures, NUMBERS->len each, into INTO, which has N_INTO per picture:
 * target k becomes target NUMBERS[k]. */
static void
copy_targets(const guint8 *targets, guint n, const GArray *numbers, guint8 *into, guint n_into)
{
    for (guint i = 0; i < n; i++)
        for (guint k = 0; k < numbers->len; k++)
            into[(gsize)i * n_into + g_array_index(numbers, guint, k)] =
                targets[(gsize)i * numbers->len + k];
}

/* The index in LABELS of each of ALBUM's labels, which are appended if missing. */
static GArray *
number_labels(const EffNetAlbum *album, GPtrArray *labels)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < album->labels->len; i++) {
        guint number = find_label(labels, g_ptr_array_index(album->labels, i));

        g_array_append_val(numbers, number);
    }
    return numbers;
}

void
effnet_album_add(EffNetAlbum *album, const EffNetAlbum *other)
{
    g_autoptr(GArray) own = number_labels(album, album->labels);
    g_autoptr(GArray) added = number_labels(other, album->labels);
    guint n = album->n + other->n, n_labels = album->labels->len;
    gsize row = (gsize)album->views * album->n_features;
    guint8 *targets = g_new0(guint8, (gsize)n * n_labels);

    copy_targets(album->targets, album->n, own, targets, n_labels);
    copy_targets(other->targets, other->n, added, targets + (gsize)album->n * n_labels, n_labels);
    g_free(album->targets);
    album->targets = targets;
    album->features = g_renew(float, album->features, n *row);
    memcpy(album->features + album->n * row, other->features, other->n * row * sizeof(float));
    album->sources = g_renew(guint, album->sources, n);
    album->names = g_renew(char *, album->names, n);
    for (guint i = 0; i < other->n; i++) {
        album->sources[album->n + i] = album->n + other->sources[i];
        album->names[album->n + i] = g_strdup(other->names[i]);
    }
    album->multi |= other->multi;
    album->n = n;
}

/* What a picture is sorted by. */
typedef struct {
    guint number;
    guint8 digest[32];
    const guint8 *targets;
    guint n_labels;
} Place;

static int
compare_places(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    int order = memcmp(x->digest, y->digest, sizeof x->digest);

    if (order == 0)
        order = memcmp(x->targets, y->targets, x->n_labels);
    return order ? order : x->number < y->number ? -1 : x->number > y->number;
}

static void
digest(const float *features, gsize n, guint8 digest[32])
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize length = 32;

    g_checksum_update(checksum, (const guchar *)features, (gssize)(n * sizeof *features));
    g_checksum_get_digest(checksum, digest, &length);
}

/* Reduces ALBUM to the N pictures of PLACES, in that order. */
static void
arrange(EffNetAlbum *album, const Place *places, guint n)
{
    gsize row = (gsize)album->views * album->n_features, n_labels = album->labels->len;
    float *features = g_new(float, n *row);
    guint8 *targets = g_new(guint8, n * n_labels);
    guint *sources = g_new(guint, n);
    char **names = g_new0(char *, n);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);

    for (guint i = 0; i < n; i++) {
        guint from = places[i].number;
        gpointer source = GUINT_TO_POINTER(album->sources[from] + 1), found;

        found = g_hash_table_lookup(seen, source);
        if (!found)
            g_hash_table_insert(seen, source, found = GUINT_TO_POINTER(i + 1));
        sources[i] = GPOINTER_TO_UINT(found) - 1;
        memcpy(features + i * row, album->features + from * row, row * sizeof *features);
        memcpy(targets + i * n_labels, album->targets + from * n_labels, n_labels);
        names[i] = g_steal_pointer(&album->names[from]);
    }
    for (guint i = 0; i < album->n; i++)
        g_free(album->names[i]);
    g_free(album->features);
    g_free(album->targets);
    g_free(album->sources);
    g_free(album->names);
    album->features = features;
    album->targets = targets;
    album->sources = sources;
    album->names = names;
    album->n = n;
}

guint
effnet_album_sort(EffNetAlbum *album)
{
    g_autofree Place *places = g_new0(Place, album->n);
    gsize row = (gsize)album->views * album->n_features;
    guint n = 0, before = album->n;

    for (guint i = 0; i < album->n; i++) {
        places[i].number = i;
        places[i].n_labels = album->labels->len;
        places[i].targets = album->targets + (gsize)i * album->labels->len;
        digest(album->features + i * row, row, places[i].digest);
    }
    qsort(places, album->n, sizeof *places, compare_places);
    for (guint i = 0; i < album->n; i++)
        if (n == 0 || memcmp(places[n - 1].digest, places[i].digest, sizeof places[i].digest) ||
            memcmp(places[n - 1].targets, places[i].targets, places[i].n_labels))
            places[n++] = places[i];
    arrange(album, places, n);
    return before - n;
}
