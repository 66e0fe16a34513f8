/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of a model that has been learned. */
#ifndef EFFNET_LEARN_REPORT_H
#define EFFNET_LEARN_REPORT_H

#include <stdio.h>

#include "album.h"
#include "duplicates.h"
#include "judge.h"
#include "train.h"

typedef struct {
    const char *output, *base;
    const EffNetAlbum *album;
    const EffNetTrained *trained;
    const EffNetJudgement *judgement; /* of what was held back; NULL: nothing could be */
    const GArray *duplicates;         /* EffNetDuplicate */
    guint n_groups, n_broken, n_known;
    double seconds;
} EffNetReport;

/* In short, for a terminal. */
void effnet_report_print(const EffNetReport *report, FILE *file);

/* All of it, as one JSON object; the caller frees it. */
char *effnet_report_to_json(const EffNetReport *report);

/* The pictures whose own labels have the lowest scores of those that are told otherwise, the worst
 * first: at most MOST numbers. The caller frees it. */
GArray *effnet_report_find_doubtful(const EffNetReport *report, guint most);

/* The pairs of near duplicates that have different labels. The caller frees it. */
GArray *effnet_report_find_contradictions(const EffNetReport *report);

#endif
