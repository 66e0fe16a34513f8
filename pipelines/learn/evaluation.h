/* SPDX-License-Identifier: BSD-2-Clause */
/* Evaluates one model on pictures whose labels are known. */
#ifndef EFFNET_LEARN_EVALUATION_H
#define EFFNET_LEARN_EVALUATION_H

#include <stdio.h>

#include "dataset.h"
#include "gather.h"
#include "judge.h"

typedef struct {
    char *name; /* of the model, and its precision */
    EffNetModel *model;
    const EffNetModelInfo *info;
    const EffNetDataset *dataset; /* borrowed from the caller */
    EffNetGathered *gathered;
    gboolean multi; /* each label is predicted independently */
    float *scores;
    guint8 *targets; /* this and scores: pictures x classes */
    EffNetJudgement *judgement;
    double seconds;
} EffNetEvaluation;

/* Evaluates MODEL, of which it takes a reference, on DATASET, which must outlive the result. NULL
 * with ERROR set on failure. The caller frees the result. */
EffNetEvaluation *effnet_evaluation_new(EffNetModel *model, const EffNetDataset *dataset,
                                        const EffNetGatherOptions *options, GError **error);
void effnet_evaluation_free(EffNetEvaluation *evaluation);

/* Whether the prediction for PICTURE is right. */
gboolean effnet_evaluation_is_right(const EffNetEvaluation *evaluation, guint picture);

/* The wrongly predicted pictures, those of the highest scores first: at most MOST indices (guint).
 * The caller frees the array. */
GArray *effnet_evaluation_find_worst(const EffNetEvaluation *evaluation, guint most);

/* Prints the results for a terminal: with classes and pictures if ALL, otherwise only what models
 * are compared by. */
void effnet_evaluation_print(const EffNetEvaluation *evaluation, gboolean all, FILE *file);

/* Adds the whole results to the JSON array JSON, as an object. */
void effnet_evaluation_add_json(const EffNetEvaluation *evaluation, GString *json);

/* Counts the pictures for which A alone, and B alone, is right; FALSE if the two have not seen the
 * same pictures. */
gboolean effnet_evaluation_compare(const EffNetEvaluation *a, const EffNetEvaluation *b,
                                   guint *only_a, guint *only_b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetEvaluation, effnet_evaluation_free)

#endif
