/* SPDX-License-Identifier: Apache-2.0 */
/* Reports the news of watch(): a moving bar on a terminal, otherwise lines, or JSON lines for programs. */
#ifndef SIDEWALK_COMMAND_WATCH_REPORT_H
#define SIDEWALK_COMMAND_WATCH_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/progress.h"
#include "sidewalk/watch.h"

struct watch_report {
    FILE *out;
    bool json;
    struct progress progress;
    char trouble[160];
    bool in_trouble;
};

void watch_report_begin(struct watch_report *report, FILE *out, bool json);
/* For watch_options.news; context is the report. */
void watch_report_news(void *context, const struct watch_news *news);
/* Erases the bar. */
void watch_report_clear(struct watch_report *report);

#endif
