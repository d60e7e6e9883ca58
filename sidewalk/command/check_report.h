/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the result of a check as a table for people or as one JSON object for programs. Strings from files
 * are made safe for terminals. One thread. */
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
    struct text lines[FINDING_COUNT]; /* the text to print at the end; unused if spilled is used */
    FILE *spilled[FINDING_COUNT];     /* the same in temporary files, for --all */
    unsigned long long told[FINDING_COUNT];
    unsigned long long corrected; /* rows in the corrected list */
};

void check_report_init(struct check_report *report, const struct check_options *options, bool colours);
void check_report_fini(struct check_report *report);
void check_report_add(struct check_report *report, const struct found *found);
/* Prints the whole report. Call once. */
void check_report_print(struct check_report *report, const struct reconciliation *result, FILE *out);

/* Print the CSV row with the column names, and one finding as a CSV row. */
void check_report_csv_header(FILE *out);
void check_report_csv(const struct found *found, FILE *out);

#endif
