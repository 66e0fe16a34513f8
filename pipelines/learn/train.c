/* SPDX-License-Identifier: BSD-2-Clause */
#include "train.h"

#include <math.h>
#include <string.h>

#include "basis.h"
#include "groups.h"
#include "logistic.h"
#include "parallel.h"

#define ROUGH 1e-4 /* tolerance of fits that choose; EXACT: of the final one */
#define EXACT 1e-7

/* From strong to weak; each fit starts from the previous one's layer. */
static const double penalties[] = {1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001};

#define N_PENALTIES   G_N_ELEMENTS(penalties)
#define USUAL_PENALTY 4 /* index of the one to take if there are no folds to choose by */

/* Instead of a fold: none is left out. */
#define NONE G_MAXUINT

typedef double Losses[N_PENALTIES];

typedef struct {
    const EffNetLesson *lesson;
    EffNetBasis *basis; /* NULL: the features are used as they are */
    const double *rows; /* n x views x n_dims, in the basis */
    double *copy;       /* of the features as doubles, if there is no basis */
    guint n_dims;
    EffNetTrained *trained;
    double *balance; /* n_outputs: the class weight of each output in losses */
    guint n_folds;
    guint *folds;
    guint32 *order;  /* n_groups: a share of the pictures is that of the groups of lowest order */
    Losses *inner;   /* [i * n_folds + j]: on fold j, learned without i and j */
    Losses *outer;   /* [i]: on fold i, learned without i */
    guint *choices;  /* n_folds: the index of the penalty chosen by `inner` */
    double *curve;   /* [fold * points + point]: pictures that were right */
    double *curve_n; /* likewise: pictures learned from */
    GMutex lock;
    GError *error; /* the first; protected by LOCK */
} Trainer;

/* The rows that a layer is learned from, relative to their centre. */
typedef struct {
    EffNetLogistic logistic;
    double *features, *weights, *center;
    guint8 *targets;
    double variance;
    double *layer;
    guint n_pictures;
} Set;

static void
set_clear(Set *set)
{
    g_free(set->features);
    g_free(set->weights);
    g_free(set->center);
    g_free(set->targets);
    g_free(set->layer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Set, set_clear)

static void
fail(Trainer *t, GError *error)
{
    g_mutex_lock(&t->lock);
    if (t->error)
        g_error_free(error);
    else
        t->error = error;
    g_mutex_unlock(&t->lock);
}

/* Whether PICTURE is learned from: it is in neither of the folds WITHOUT and NOR, and its group is
 * in the SHARE of groups that come first. */
static gboolean
is_in(const Trainer *t, guint picture, guint without, guint nor, double share)
{
    guint fold = t->folds ? t->folds[picture] : NONE - 1;
    guint32 order = t->order[t->lesson->groups[picture]];

    return fold != without && fold != nor && order / 4294967296.0 < share;
}

static void
copy_rows(const Trainer *t, guint picture, Set *set, gsize row)
{
    const EffNetLesson *l = t->lesson;
    gsize n = (gsize)l->views * t->n_dims;

    memcpy(set->features + row * t->n_dims, t->rows + picture * n, n * sizeof(double));
    for (guint v = 0; v < l->views; v++)
        memcpy(set->targets + (row + v) * l->n_outputs, l->targets + (gsize)picture * l->n_outputs,
               l->n_outputs);
}

static void
center(Set *set, gsize n, guint n_dims)
{
    double squares = 0;

    for (gsize i = 0; i < n; i++)
        for (guint k = 0; k < n_dims; k++)
            set->center[k] += set->features[i * n_dims + k] / n;
    for (gsize i = 0; i < n; i++)
        for (guint k = 0; k < n_dims; k++) {
            double *value = &set->features[i * n_dims + k];

            *value -= set->center[k];
            squares += *value * *value;
        }
    set->variance = squares > 0 ? squares / n : 1;
}

/* Weighs the targets so that all classes count alike, and with sigmoids both answers of each; 1 on
 * average. */
static void
weigh(Set *set, const EffNetLesson *l, gsize n)
{
    guint classes = 0;

    for (guint k = 0; k < l->n_outputs; k++) {
        gsize there = 0;

        for (gsize i = 0; i < n; i++)
            there += set->targets[i * l->n_outputs + k];
        classes += there > 0;
        for (gsize i = 0; i < n; i++) {
            gsize alike = set->targets[i * l->n_outputs + k] ? there : n - there;

            set->weights[i * l->n_outputs + k] = alike ? (double)n / alike : 0;
        }
    }
    for (gsize i = 0; i < n * l->n_outputs; i++)
        set->weights[i] /= l->sigmoid ? 2 : classes;
}

static void
set_init(Set *set, const Trainer *t, guint without, guint nor, double share)
{
    const EffNetLesson *l = t->lesson;
    gsize row = 0, n;

    *set = (Set){0};
    for (guint i = 0; i < l->n; i++)
        set->n_pictures += is_in(t, i, without, nor, share);
    n = (gsize)set->n_pictures * l->views;
    set->features = g_new(double, n * t->n_dims);
    set->targets = g_new(guint8, n * l->n_outputs);
    set->weights = g_new(double, n * l->n_outputs);
    set->center = g_new0(double, t->n_dims);
    set->layer = g_new0(double, (gsize)l->n_outputs *(t->n_dims + 1));
    for (guint i = 0; i < l->n; i++)
        if (is_in(t, i, without, nor, share)) {
            copy_rows(t, i, set, row);
            row += l->views;
        }
    center(set, n, t->n_dims);
    weigh(set, l, n);
    set->logistic = (EffNetLogistic){
        .n = (guint)n,
        .n_features = t->n_dims,
        .n_outputs = l->n_outputs,
        .features = set->features,
        .targets = set->targets,
        .weights = set->weights,
        .sigmoid = l->sigmoid,
    };
}

/* Fits SET's layer. PENALTY is for scaled features, those of SET are not. */
static gboolean
fit(Trainer *t, Set *set, double penalty, double tolerance)
{
    GError *error = NULL;

    if (effnet_logistic_fit(&set->logistic, penalty * set->variance, tolerance, set->layer, &error))
        return TRUE;
    fail(t, error);
    return FALSE;
}

/* The scores of FOLD's pictures, by their first views: *N rows, whose pictures are stored in
 * PICTURES. The caller frees them. */
static double *
score_fold(const Trainer *t, const Set *set, guint fold, guint *pictures, guint *n)
{
    const EffNetLesson *l = t->lesson;
    g_autofree double *features = NULL;
    double *scores;

    *n = 0;
    for (guint i = 0; i < l->n; i++)
        if (t->folds[i] == fold)
            pictures[(*n)++] = i;
    features = g_new(double, (gsize)*n * t->n_dims);
    scores = g_new(double, (gsize)*n * l->n_outputs);
    for (guint i = 0; i < *n; i++) {
        const double *row = t->rows + (gsize)pictures[i] * l->views * t->n_dims;

        for (guint k = 0; k < t->n_dims; k++)
            features[(gsize)i * t->n_dims + k] = row[k] - set->center[k];
    }
    effnet_logistic_score(set->layer, t->n_dims, l->n_outputs, l->sigmoid, features, *n, scores);
    return scores;
}

static double
loss_of(const Trainer *t, guint picture, const double *scores)
{
    const EffNetLesson *l = t->lesson;
    const guint8 *targets = l->targets + (gsize)picture * l->n_outputs;
    double loss = 0;

    for (guint k = 0; k < l->n_outputs; k++)
        if (targets[k])
            loss -= t->balance[k] * log(MAX(scores[k], 1e-12));
        else if (l->sigmoid)
            loss -= log(MAX(1 - scores[k], 1e-12));
    return loss;
}

static gboolean
is_right(const EffNetLesson *l, guint picture, const double *scores)
{
    const guint8 *targets = l->targets + (gsize)picture * l->n_outputs;
    guint first = 0;

    for (guint k = 0; k < l->n_outputs; k++) {
        if (l->sigmoid && (scores[k] >= 0.5) != targets[k])
            return FALSE;
        if (scores[k] > scores[first])
            first = k;
    }
    return l->sigmoid || targets[first];
}

static double
loss_of_fold(const Trainer *t, const Set *set, guint fold)
{
    g_autofree guint *pictures = g_new(guint, t->lesson->n);
    guint n;
    g_autofree double *scores = score_fold(t, set, fold, pictures, &n);
    double loss = 0;

    for (guint i = 0; i < n; i++)
        loss += loss_of(t, pictures[i], scores + (gsize)i * t->lesson->n_outputs);
    return loss;
}

/* Task INDEX is a pair of folds: learns without both, with each penalty, and measures the loss on
 * either. */
static gboolean
try_pair(gpointer data, guint index, guint thread)
{
    Trainer *t = data;
    g_auto(Set) set = {0};
    guint i = 0, j;

    for (j = index; j >= t->n_folds - 1 - i; i++)
        j -= t->n_folds - 1 - i;
    j += i + 1;
    set_init(&set, t, i, j, 1);
    for (guint p = 0; p < N_PENALTIES; p++) {
        if (!fit(t, &set, penalties[p], ROUGH))
            return FALSE;
        t->inner[i * t->n_folds + j][p] = loss_of_fold(t, &set, j);
        t->inner[j * t->n_folds + i][p] = loss_of_fold(t, &set, i);
    }
    return TRUE;
}

static guint
find_least(const double *losses)
{
    guint least = 0;

    for (guint p = 1; p < N_PENALTIES; p++)
        if (losses[p] < losses[least])
            least = p;
    return least;
}

static void
keep_scores(Trainer *t, const Set *set, guint fold)
{
    g_autofree guint *pictures = g_new(guint, t->lesson->n);
    guint n, n_outputs = t->lesson->n_outputs;
    g_autofree double *scores = score_fold(t, set, fold, pictures, &n);

    for (guint i = 0; i < n; i++)
        for (guint k = 0; k < n_outputs; k++)
            t->trained->scores[(gsize)pictures[i] * n_outputs + k] =
                (float)scores[(gsize)i * n_outputs + k];
}

/* Learns without FOLD, with each penalty, and measures the loss on it, for the choice of the final
 * layer's penalty; with the penalty that the other folds chose, it keeps the scores of FOLD's
 * pictures. */
static gboolean
try_fold(gpointer data, guint fold, guint thread)
{
    Trainer *t = data;
    g_auto(Set) set = {0};

    set_init(&set, t, fold, NONE, 1);
    for (guint p = 0; p < N_PENALTIES; p++) {
        if (!fit(t, &set, t->lesson->penalty > 0 ? t->lesson->penalty : penalties[p], ROUGH))
            return FALSE;
        if (p == t->choices[fold])
            keep_scores(t, &set, fold);
        t->outer[fold][p] = loss_of_fold(t, &set, fold);
    }
    return TRUE;
}

/* Computes one point of the learning curve, for one fold. */
static gboolean
try_share(gpointer data, guint index, guint thread)
{
    Trainer *t = data;
    guint fold = index / EFFNET_TRAIN_CURVE, point = index % EFFNET_TRAIN_CURVE, n;
    g_autofree guint *pictures = g_new(guint, t->lesson->n);
    g_autofree double *scores = NULL;
    g_auto(Set) set = {0};

    set_init(&set, t, fold, NONE, (point + 1.0) / EFFNET_TRAIN_CURVE);
    t->curve_n[index] = set.n_pictures;
    if (set.n_pictures == 0)
        return TRUE;
    if (!fit(t, &set, t->lesson->penalty > 0 ? t->lesson->penalty : penalties[t->choices[fold]],
             ROUGH))
        return FALSE;
    scores = score_fold(t, &set, fold, pictures, &n);
    for (guint i = 0; i < n; i++)
        t->curve[index] +=
            is_right(t->lesson, pictures[i], scores + (gsize)i * t->lesson->n_outputs);
    return TRUE;
}

static void
choose(Trainer *t)
{
    for (guint i = 0; i < t->n_folds; i++) {
        Losses sum = {0};

        for (guint j = 0; j < t->n_folds; j++)
            for (guint p = 0; p < N_PENALTIES; p++)
                sum[p] += t->inner[i * t->n_folds + j][p];
        t->choices[i] = t->lesson->penalty > 0 ? 0 : find_least(sum);
    }
}

static void
add_curve(Trainer *t)
{
    for (guint point = 0; point < EFFNET_TRAIN_CURVE; point++) {
        double n = 0;

        for (guint fold = 0; fold < t->n_folds; fold++) {
            n += t->curve_n[fold * EFFNET_TRAIN_CURVE + point] / t->n_folds;
            t->trained->curve_right[point] +=
                t->curve[fold * EFFNET_TRAIN_CURVE + point] / t->lesson->n;
        }
        t->trained->curve_n[point] = (guint)lrint(n);
    }
}

/* Fills in the scores and the curve; returns the penalty for the layer of all pictures. */
static double
cross_validate(Trainer *t)
{
    const EffNetLesson *l = t->lesson;
    guint n = t->n_folds;
    Losses sum = {0};

    if (l->penalty == 0)
        effnet_parallel_run(n * (n - 1) / 2, l->threads, try_pair, t);
    if (!t->error) {
        choose(t);
        effnet_parallel_run(n, l->threads, try_fold, t);
    }
    if (!t->error)
        effnet_parallel_run(n * EFFNET_TRAIN_CURVE, l->threads, try_share, t);
    add_curve(t);
    for (guint i = 0; i < n; i++)
        for (guint p = 0; p < N_PENALTIES; p++)
            sum[p] += t->outer[i][p];
    return penalties[find_least(sum)];
}

/* Makes folds of groups, each with its share of every class; of a picture's labels, the rarest one
 * counts. */
static void
make_folds(Trainer *t)
{
    const EffNetLesson *l = t->lesson;
    g_autofree guint *there = g_new0(guint, l->n_outputs + 1);
    g_autofree guint *strata = g_new(guint, l->n);

    for (gsize i = 0; i < (gsize)l->n * l->n_outputs; i++)
        there[i % l->n_outputs] += l->targets[i];
    there[l->n_outputs] = G_MAXUINT;
    for (guint i = 0; i < l->n; i++) {
        strata[i] = l->n_outputs;
        for (guint k = 0; k < l->n_outputs; k++)
            if (l->targets[(gsize)i * l->n_outputs + k] && there[k] < there[strata[i]])
                strata[i] = k;
    }
    t->folds = effnet_folds_new(l->n, l->groups, l->n_groups, strata, l->n_outputs + 1, t->n_folds);
}

/* The number of folds: at most as many as any class has groups, but at least three, so that leaving
 * out two leaves something to learn from. 0 if a class has a single group. */
static guint
count_folds(const EffNetLesson *l)
{
    guint least = EFFNET_TRAIN_FOLDS;

    for (guint k = 0; k < l->n_outputs; k++) {
        g_autofree guint8 *seen = g_new0(guint8, l->n_groups);
        guint n = 0;

        for (guint i = 0; i < l->n; i++)
            if (l->targets[(gsize)i * l->n_outputs + k] && !seen[l->groups[i]]) {
                seen[l->groups[i]] = 1;
                n++;
            }
        least = MIN(least, n);
    }
    return least < 2 ? 0 : MAX(least, 3);
}

static void
turn(Trainer *t)
{
    const EffNetLesson *l = t->lesson;
    guint n = l->n * l->views;

    if (n < l->n_features) {
        t->basis = effnet_basis_new(l->features, n, l->n_features);
        t->rows = effnet_basis_get_rows(t->basis);
        t->n_dims = effnet_basis_get_n(t->basis);
        return;
    }
    t->n_dims = l->n_features;
    t->rows = t->copy = g_new(double, (gsize)n * t->n_dims);
    for (gsize i = 0; i < (gsize)n * t->n_dims; i++)
        t->copy[i] = l->features[i];
}

static void
trainer_init(Trainer *t, const EffNetLesson *l)
{
    guint n = t->n_folds = count_folds(l);

    t->trained = g_new0(EffNetTrained, 1);
    t->balance = g_new0(double, l->n_outputs);
    t->order = g_new(guint32, l->n_groups);
    t->inner = g_new0(Losses, n * n);
    t->outer = g_new0(Losses, n);
    t->choices = g_new0(guint, n);
    t->curve = g_new0(double, n *EFFNET_TRAIN_CURVE);
    t->curve_n = g_new0(double, n *EFFNET_TRAIN_CURVE);
    g_mutex_init(&t->lock);
    turn(t);
    for (gsize i = 0; i < (gsize)l->n * l->n_outputs; i++)
        t->balance[i % l->n_outputs] += l->targets[i];
    for (guint k = 0; k < l->n_outputs; k++)
        t->balance[k] = l->n / MAX(t->balance[k], 1) / l->n_outputs;
    for (guint g = 0; g < l->n_groups; g++)
        t->order[g] = g * 2654435769u; /* multiples of the golden ratio spread evenly */
    if (n == 0)
        return;
    make_folds(t);
    t->trained->scores = g_new0(float, (gsize)l->n * l->n_outputs);
    t->trained->n_folds = n;
}

static void
trainer_clear(Trainer *t)
{
    g_clear_pointer(&t->trained, effnet_trained_free);
    g_clear_pointer(&t->basis, effnet_basis_free);
    g_free(t->copy);
    g_free(t->balance);
    g_free(t->order);
    g_free(t->inner);
    g_free(t->outer);
    g_free(t->choices);
    g_free(t->curve);
    g_free(t->curve_n);
    g_mutex_clear(&t->lock);
    g_clear_error(&t->error);
}

/* Stores row K of SET's layer, converted back to features that are neither centred nor in the
 * basis. */
static void
keep_row(const Trainer *t, const Set *set, guint k)
{
    const EffNetLesson *l = t->lesson;
    const double *row = set->layer + (gsize)k * (t->n_dims + 1);
    g_autofree double *expanded = g_new(double, l->n_features);
    double bias = row[t->n_dims];

    for (guint i = 0; i < t->n_dims; i++)
        bias -= row[i] * set->center[i];
    if (t->basis)
        effnet_basis_expand(t->basis, row, expanded);
    else
        memcpy(expanded, row, l->n_features * sizeof *row);
    for (guint i = 0; i < l->n_features; i++)
        t->trained->weights[(gsize)k * l->n_features + i] = (float)expanded[i];
    t->trained->bias[k] = (float)bias;
}

static gboolean
train_all(Trainer *t, double penalty)
{
    const EffNetLesson *l = t->lesson;
    EffNetTrained *trained = t->trained;
    g_auto(Set) set = {0};

    set_init(&set, t, NONE, NONE, 1);
    if (!fit(t, &set, penalty, EXACT))
        return FALSE;
    trained->strength = 1 / (penalty * set.variance * set.logistic.n);
    trained->weights = g_new(float, (gsize)l->n_outputs * l->n_features);
    trained->bias = g_new(float, l->n_outputs);
    for (guint k = 0; k < l->n_outputs; k++)
        keep_row(t, &set, k);
    return TRUE;
}

EffNetTrained *
effnet_train(const EffNetLesson *lesson, GError **error)
{
    Trainer t = {.lesson = lesson};
    EffNetTrained *trained = NULL;
    double penalty;

    trainer_init(&t, lesson);
    penalty = t.n_folds ? cross_validate(&t) : penalties[USUAL_PENALTY];
    if (lesson->penalty > 0)
        penalty = lesson->penalty;
    if (!t.error && train_all(&t, penalty)) {
        t.trained->folds = t.folds;
        trained = g_steal_pointer(&t.trained);
    } else {
        g_free(t.folds);
        g_propagate_error(error, g_steal_pointer(&t.error));
    }
    trainer_clear(&t);
    return trained;
}

void
effnet_trained_free(EffNetTrained *trained)
{
    g_free(trained->weights);
    g_free(trained->bias);
    g_free(trained->folds);
    g_free(trained->scores);
    g_free(trained);
}
