/* SPDX-License-Identifier: Apache-2.0 */
/* What a run tells, as lines for people (with a clock at the end where it is a terminal) or as JSON lines for
 * programs. */
#ifndef COMMAND_PROGRESS_H
#define COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "claim/run.h"

struct progress {
    FILE *out;
    bool json;
    bool terminal; /* the clock is drawn over and over in the last line */
    bool wait;
    long long timeout_ms;
    size_t device_count;
    size_t arrived, published; /* devices */
    bool clock_shown;
};

/* A claim_run_options.news; context is the struct progress. */
void progress_news(void *context, const struct claim_news *news);

/* The last line(s): what has become of it all. */
void progress_end(struct progress *progress, const struct claim_run_options *options,
                  enum claim_run_result result, long long elapsed_ms);

/* The name to show for a device: the first one it has. */
const char *progress_device_name(const struct claim_device *device);

#endif
