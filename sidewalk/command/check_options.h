/* SPDX-License-Identifier: Apache-2.0 */
/* The inputs and outputs of a check. */
#ifndef SIDEWALK_COMMAND_CHECK_OPTIONS_H
#define SIDEWALK_COMMAND_CHECK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "sidewalk/root_keys.h"

enum check_form {
    CHECK_TABLE, /* for people, to standard output */
    CHECK_JSON,  /* one object, to standard output */
    CHECK_SILENT,
};

struct check_options { /* all borrowed */
    const char *list;  /* the CSV; "-": standard input */
    const char *const *logs;
    size_t log_count;
    const char *apid;              /* NULL: the ApId that most entries have */
    const char *differences;       /* CSV file for all findings; NULL: none */
    const char *corrected;         /* file for the corrected list; NULL: none */
    const struct root_keys *roots; /* NULL: the chains' roots are not compared */
    bool allow_test;               /* devices for tests may be imported, too */
    bool verify_signatures;
    bool all; /* report all findings, not only the first ones of each kind */
    enum check_form form;
};

#endif
