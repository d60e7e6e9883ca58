/* SPDX-License-Identifier: Apache-2.0 */
/* How far a long run of labels is, in the last line of a terminal: a bar, how many a second, how long it will
 * take. Nothing where it is no terminal. One thread. */
#ifndef COMMAND_LABEL_PROGRESS_H
#define COMMAND_LABEL_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

struct label_progress {
    FILE *out;
    bool terminal;
    long long started_ms;
    long long shown_ms;           /* when last; 0: nothing is shown */
    unsigned long long bytes_all; /* 0: not known */
};

/* bytes_all: of the list, 0 where that cannot be known. */
void label_progress_begin(struct label_progress *progress, FILE *out, unsigned long long bytes_all);
/* Often: it draws a few times a second. */
void label_progress_show(struct label_progress *progress, unsigned long long labels,
                         unsigned long long bytes);
/* Clears the line, for others to write. */
void label_progress_clear(struct label_progress *progress);
/* Milliseconds since the beginning, at least 1. */
long long label_progress_elapsed_ms(const struct label_progress *progress);

#endif
