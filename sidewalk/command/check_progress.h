/* SPDX-License-Identifier: Apache-2.0 */
/* How far a check is, in the last line of a terminal: a bar, rows and entries, how long it will take. Nothing
 * where it is no terminal. One thread. */
#ifndef SIDEWALK_COMMAND_CHECK_PROGRESS_H
#define SIDEWALK_COMMAND_CHECK_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "sidewalk/reconciliation.h"

struct check_progress {
    FILE *out;
    bool terminal;
    long long started_ms, shown_ms; /* 0: nothing is shown */
};

void check_progress_begin(struct check_progress *progress, FILE *out);
/* Often: it draws a few times a second. */
void check_progress_show(struct check_progress *progress, const struct reconciliation_progress *now);
void check_progress_clear(struct check_progress *progress);

#endif
