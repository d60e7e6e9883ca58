/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/outage.h"

#include <stdio.h>
#include <string.h>

bool outage_is_news(struct outage *outage, const char *reason, long long monotonic_ms)
{
    if (outage->is_known && strcmp(outage->reason, reason) == 0 &&
        monotonic_ms - outage->logged_at < OUTAGE_REPEAT_MS)
        return false;
    outage->is_known = true;
    outage->logged_at = monotonic_ms;
    snprintf(outage->reason, sizeof outage->reason, "%s", reason);
    return true;
}

void outage_end(struct outage *outage)
{
    outage->is_known = false;
}
