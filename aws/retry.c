/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/retry.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/random.h"

#define LOOK_EVERY_MS 100

long long aws_retry_limit_ms(unsigned failed, long long base_ms)
{
    long long limit = base_ms;

    for (unsigned i = 1; i < failed && limit < AWS_RETRY_MOST_MS; i++)
        limit *= 2;
    return limit < AWS_RETRY_MOST_MS ? limit : AWS_RETRY_MOST_MS;
}

long long aws_retry_wait_ms(unsigned failed, long long base_ms, long retry_after_s)
{
    long long wait = random_between(0, aws_retry_limit_ms(failed, base_ms));
    long long asked =
        retry_after_s > AWS_RETRY_AFTER_MOST_MS / 1000 ? AWS_RETRY_AFTER_MOST_MS : retry_after_s * 1000LL;

    return wait > asked ? wait : asked;
}

bool aws_retry_sleep(long long wait_ms, const atomic_int *interrupted)
{
    long long end = clock_monotonic_ms() + wait_ms;

    for (;;) {
        if (interrupted && *interrupted)
            return false;
        long long left = end - clock_monotonic_ms();
        if (left <= 0)
            return true;
        if (left > LOOK_EVERY_MS)
            left = LOOK_EVERY_MS;
        struct timespec part = {left / 1000, left % 1000 * 1000000};
        nanosleep(&part, NULL);
    }
}
