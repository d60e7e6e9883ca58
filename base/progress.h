/* SPDX-License-Identifier: Apache-2.0 */
/* Shows how far a long job is. On a terminal: one or more lines at the bottom, drawn over and over, at most
 * five times a second. Elsewhere: nothing, or a line every so often. The usual line is
 *
 *     [#############.................]  42 %  1200 labels  85 a second  0:19 left
 *
 * progress_is_due() is cheap, so a job calls it as often as it likes:
 *
 *     if (progress_is_due(&progress)) {
 *         text_printf(&counts, "%llu labels", labels);
 *         progress_show(&progress, (double)done / (double)all, text_get(&counts));
 *     }
 *
 * Programs that report to other programs (--json) write events of their own and call none of this. Needs no
 * cleaning up. One thread. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

#define PROGRESS_UNKNOWN (-1.0)

struct progress {
    FILE *out; /* borrowed */
    bool terminal;
    int line_every_ms;
    long long started_ms, shown_ms; /* monotonic */
    bool drawn;                     /* there is something to clear, of */
    int line_ends;                  /* so many lines and a last one without an end */
};

/* line_every_ms: how often a line is written if out is not a terminal; 0: never. */
void progress_begin(struct progress *progress, FILE *out, int line_every_ms);
/* Whether it is time to show something. The first time is one interval after the beginning. */
bool progress_is_due(const struct progress *progress);
/* Shows the usual line: a bar, counts, and the time left by part, which is 0 to 1 or PROGRESS_UNKNOWN. */
void progress_show(struct progress *progress, double part, const char *counts);
/* Shows text, due or not: on a terminal instead of what is drawn. Lines are cut at its edge. Elsewhere text
 * is one line. */
void progress_draw(struct progress *progress, const char *text);
/* Removes what is drawn, so that others can write. Call it at the end, too. */
void progress_clear(struct progress *progress);
/* At the end, instead: leaves what is drawn, and others write below it. */
void progress_keep(struct progress *progress);

/* Since the beginning, at least 1. */
long long progress_elapsed_ms(const struct progress *progress);
/* Adds "85 a second": count since the beginning. */
void progress_add_rate(const struct progress *progress, unsigned long long count, struct text *out);

#endif
