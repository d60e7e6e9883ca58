/* SPDX-License-Identifier: Apache-2.0 */
/* A wall clock without steps: follows another one (the machine's, or a database server's), which may be set
 * by hours while it runs, at no more than 10 % above or below the real speed. So what was to end in 15
 * minutes ends in about 15 minutes. Milliseconds since 1970. Any thread, but only one calls
 * steady_clock_follow(). */
#ifndef BASE_STEADY_CLOCK_H
#define BASE_STEADY_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>

struct steady_clock {
    atomic_llong offset; /* to the monotonic clock */
    long long followed;  /* monotonic ms of the last steady_clock_follow(); 0: never */
};

/* Sets it to the other clock. */
void steady_clock_set(struct steady_clock *clock, long long other_ms, long long monotonic_ms);

/* The other clock shows other_ms now. may_step: nothing is being timed, so it is set at once. Returns how far
 * it was behind the other clock (negative: ahead of it). */
long long steady_clock_follow(struct steady_clock *clock, long long other_ms, long long monotonic_ms,
                              bool may_step);

long long steady_clock_ms(const struct steady_clock *clock, long long monotonic_ms);

#endif
