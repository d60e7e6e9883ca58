/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the doctor's findings as a table for people or as JSON lines for programs. */
#ifndef COMMAND_DOCTOR_REPORT_H
#define COMMAND_DOCTOR_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "account/doctor.h"
#include "base/text.h"

struct doctor_report {
    FILE *out;
    bool json;
    bool utf8;    /* ticks and crosses instead of ASCII words */
    bool colours; /* escape sequences of a terminal */
    size_t width; /* columns */

    struct text subject; /* the subject of the findings printed last */
    size_t title_width;
};

/* Reads the locale, the terminal's properties and NO_COLOR. */
void doctor_report_init(struct doctor_report *report, FILE *out, bool json);
void doctor_report_fini(struct doctor_report *report);

/* For doctor_options.tell; context is the struct doctor_report. Prints one finding at once. */
void doctor_report_tell(void *context, const struct doctor_finding *finding);
/* Prints the last line: the totals. */
void doctor_report_end(struct doctor_report *report, const struct doctor_totals *totals, bool interrupted);

#endif
