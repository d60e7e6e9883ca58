/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a run's news as lines for people (with a clock on the last line of a terminal) or as JSON lines for
 * programs. */
#ifndef COMMAND_CLAIM_REPORT_H
#define COMMAND_CLAIM_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/progress.h"
#include "claim/run.h"

struct claim_report {
    FILE *out;
    bool json;
    bool wait;
    long long timeout_ms;
    size_t device_count;
    size_t arrived, published, already_online; /* numbers of devices */
    bool is_explained;                         /* the portal said why it refuses one */
    struct progress clock;                     /* the time shown while it waits */
};

/* For claim_run_options.news; context is the struct claim_report. */
void claim_report_news(void *context, const struct claim_news *news);

/* Prints the last lines: the result. */
void claim_report_end(struct claim_report *report, const struct claim_run_options *options,
                      enum claim_run_result result, long long elapsed_ms);

/* Returns the name to show for a device: its first one. */
const char *claim_report_device_name(const struct claim_device *device);

#endif
