/* SPDX-License-Identifier: BSD-2-Clause */
/* The report about a model that was learned. */
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
    const EffNetJudgement *judgement; /* on held-back pictures; NULL: none could be held back */
    const GArray *duplicates;         /* EffNetDuplicate */
    guint n_groups, n_broken, n_known;
    double seconds;
} EffNetReport;

/* Prints a summary, for a terminal. */
void effnet_report_print(const EffNetReport *report, FILE *file);

/* The whole report as a JSON object; the caller frees it. */
char *effnet_report_to_json(const EffNetReport *report);

/* The labels that PICTURE is said to have, joined by ';', and those that are predicted for it. The
 * caller frees them. */
char *effnet_report_labels(const EffNetReport *report, guint picture);
char *effnet_report_told(const EffNetReport *report, guint picture);

/* The accuracy's 95 % interval, for as many groups, since the pictures of a group are not
 * independent. */
void effnet_report_interval(const EffNetReport *report, double *low, double *high);

/* The wrongly predicted pictures whose own labels have the lowest scores, lowest first: at most
 * MOST indices (guint). The caller frees the array. */
GArray *effnet_report_find_doubtful(const EffNetReport *report, guint most);

/* The pairs of near duplicates with different labels (EffNetDuplicate). The caller frees the
 * array. */
GArray *effnet_report_find_contradictions(const EffNetReport *report);

#endif
