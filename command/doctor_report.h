/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor has found, as a table for people or as JSON lines for programs. */
#ifndef COMMAND_DOCTOR_REPORT_H
#define COMMAND_DOCTOR_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "account/doctor.h"
#include "base/text.h"

struct doctor_report {
    FILE *out;
    bool json;
    bool utf8;    /* ticks and crosses, or words of ASCII */
    bool colours; /* escape sequences of a terminal */
    size_t width; /* columns */

    struct text subject; /* whose findings are being told */
    size_t title_width;
};

/* Looks at the locale, the terminal and NO_COLOR. */
void doctor_report_init(struct doctor_report *report, FILE *out, bool json);
void doctor_report_fini(struct doctor_report *report);

/* A doctor_options.tell; context is the struct doctor_report. One finding, at once. */
void doctor_report_tell(void *context, const struct doctor_finding *finding);
/* The last line: how many of each. */
void doctor_report_end(struct doctor_report *report, const struct doctor_totals *totals, bool interrupted);

#endif
