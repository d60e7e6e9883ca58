/* SPDX-License-Identifier: Apache-2.0 */
/* What a check looks at, and what it writes. */
#ifndef SIDEWALK_COMMAND_CHECK_OPTIONS_H
#define SIDEWALK_COMMAND_CHECK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum check_form {
    CHECK_TABLE, /* for people, on standard output */
    CHECK_JSON,  /* one object, on standard output */
    CHECK_SILENT,
};

struct check_options { /* all borrowed */
    const char *list;  /* the CSV, "-": standard input */
    const char *const *logs;
    size_t log_count;
    const char *apid;        /* NULL: the one that most entries have */
    const char *differences; /* file for all findings as CSV; NULL: none */
    const char *corrected;   /* file for the list with what is good in it; NULL: none */
    bool verify_signatures;
    bool all; /* findings in the report, instead of the first ones of each kind */
    enum check_form form;
};

#endif
