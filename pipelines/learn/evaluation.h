/* SPDX-License-Identifier: BSD-2-Clause */
/* What one model says of pictures of which it is known what they show. */
#ifndef EFFNET_LEARN_EVALUATION_H
#define EFFNET_LEARN_EVALUATION_H

#include <stdio.h>

#include "dataset.h"
#include "gather.h"
#include "judge.h"

typedef struct {
    char *name; /* the model's, and its precision */
    EffNetModel *model;
    const EffNetModelInfo *info;
    const EffNetDataset *dataset; /* the caller's */
    EffNetGathered *gathered;
    gboolean multi; /* each label is told by itself */
    float *scores;
    guint8 *targets; /* both: pictures x classes */
    EffNetJudgement *judgement;
    double seconds;
} EffNetEvaluation;

/* Shows all of DATASET to MODEL, of which it takes a reference. */
EffNetEvaluation *effnet_evaluation_new(EffNetModel *model, const EffNetDataset *dataset,
                                        const EffNetGatherOptions *options, GError **error);
void effnet_evaluation_free(EffNetEvaluation *evaluation);

/* Whether what is told of PICTURE is right. */
gboolean effnet_evaluation_is_right(const EffNetEvaluation *evaluation, guint picture);

/* The pictures that are told wrongly, the surest first: at most MOST numbers. The caller frees it.
 */
GArray *effnet_evaluation_find_worst(const EffNetEvaluation *evaluation, guint most);

/* For a terminal: ALL of it, with classes and pictures, or what models are compared by. And as a
 * JSON object. */
void effnet_evaluation_print(const EffNetEvaluation *evaluation, gboolean all, FILE *file);
void effnet_evaluation_add_json(const EffNetEvaluation *evaluation, GString *json);

/* Of how many pictures one of two, of the same dataset, alone is right; FALSE: they are not of the
 * same pictures. */
gboolean effnet_evaluation_compare(const EffNetEvaluation *a, const EffNetEvaluation *b,
                                   guint *only_a, guint *only_b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetEvaluation, effnet_evaluation_free)

#endif
