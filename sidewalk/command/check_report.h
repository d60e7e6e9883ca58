/* SPDX-License-Identifier: Apache-2.0 */
/* What a check has found, as a table for people or as one JSON object for programs. Texts from files are made
 * harmless. One thread. */
#ifndef SIDEWALK_COMMAND_CHECK_REPORT_H
#define SIDEWALK_COMMAND_CHECK_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"
#include "sidewalk/command/check_options.h"
#include "sidewalk/reconciliation.h"

struct check_report {
    const struct check_options *options;
    bool colours;
    struct text lines[FINDING_COUNT]; /* as they are printed in the end; unused with spilled */
    FILE *spilled[FINDING_COUNT];     /* the same, where all are wanted */
    unsigned long long told[FINDING_COUNT];
    unsigned long long corrected; /* rows of the corrected list */
};

void check_report_init(struct check_report *report, const struct check_options *options, bool colours);
void check_report_fini(struct check_report *report);
void check_report_add(struct check_report *report, const struct found *found);
/* All of it, once. */
void check_report_print(struct check_report *report, const struct reconciliation *result, FILE *out);

/* A finding as a row of CSV, and the row with the names of the columns. */
void check_report_csv_header(FILE *out);
void check_report_csv(const struct found *found, FILE *out);

#endif
