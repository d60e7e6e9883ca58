/* SPDX-License-Identifier: Apache-2.0 */
/* What a run tells, as lines for people (with a clock at the end where it is a terminal) or as JSON lines for
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
    size_t arrived, published; /* devices */
    struct progress clock;     /* the time, while it waits */
};

/* A claim_run_options.news; context is the struct claim_report. */
void claim_report_news(void *context, const struct claim_news *news);

/* The last line(s): what has become of it all. */
void claim_report_end(struct claim_report *report, const struct claim_run_options *options,
                      enum claim_run_result result, long long elapsed_ms);

/* The name to show for a device: the first one it has. */
const char *claim_report_device_name(const struct claim_device *device);

#endif
