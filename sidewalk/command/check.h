/* SPDX-License-Identifier: Apache-2.0 */
/* The check as `check` and `start` make it: reads, reports, writes files. Blocks; one thread. */
#ifndef SIDEWALK_COMMAND_CHECK_H
#define SIDEWALK_COMMAND_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "sidewalk/command/command.h"
#include "sidewalk/reconciliation.h"

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

/* COMMAND_DONE: an import may start. COMMAND_FAILED: it may not. out is filled after both. Otherwise it has
 * told why on standard error, and neither of the files has been touched. Progress is shown on standard error
 * where that is a terminal. Stops at interrupt_received. */
enum command_status check_run(const struct check_options *options, struct reconciliation *out)
    __attribute__((warn_unused_result));

#endif
