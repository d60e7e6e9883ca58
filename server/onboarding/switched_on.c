/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/switched_on.h"

#include <math.h>
#include <stdbool.h>

#define MEDIAN_S 40.0
#define SIGMA 1.2
#define SHARE 0.85
#define LATE_SHARE 0.1 /* spread over the time after that, so that no message is without value */
#define LATE_S 900.0

double switched_on_chance(long long after_ms)
{
    double seconds = (double)after_ms / 1000;

    if (seconds <= 0)
        return 0;
    double soon = 0.5 * erfc(-log(seconds / MEDIAN_S) / (SIGMA * sqrt(2)));
    return SHARE * soon + LATE_SHARE * (1 - exp(-seconds / LATE_S));
}
