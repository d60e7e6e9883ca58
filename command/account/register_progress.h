/* SPDX-License-Identifier: Apache-2.0 */
/* How far a batch is: in a terminal a line that is drawn again (bar, devices, rate, time left), elsewhere a
 * line now and then. One thread. */
#ifndef COMMAND_ACCOUNT_REGISTER_PROGRESS_H
#define COMMAND_ACCOUNT_REGISTER_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "account/enrolment/batch.h"

struct register_progress {
    FILE *out;
    bool terminal;
    long long started_ms;
    long long shown_ms; /* when last */
    bool drawn;         /* in a terminal: the line is there */
    const struct enrolment_source *source;
};

/* source is borrowed; its bytes tell how far it is. */
void register_progress_begin(struct register_progress *progress, FILE *out,
                             const struct enrolment_source *source);
/* Often: it writes a few times a second, or every few seconds. */
void register_progress_show(struct register_progress *progress, const struct enrolment_batch_counts *counts);
/* Clears the line, for others to write. */
void register_progress_clear(struct register_progress *progress);
/* Since the beginning, at least 1. */
long long register_progress_elapsed_ms(const struct register_progress *progress);

#endif
