/* SPDX-License-Identifier: Apache-2.0 */
/* Learns from the time stamps of an account's events how its clock differs from ours, and so how long an
 * event was kept before it came: an event that came at once is news whatever the two clocks say; one that the
 * account kept for us while we were away is as old as it was kept. Compared with the monotonic clock, so that
 * a step of the wall clock changes nothing. All times in milliseconds. Not thread-safe. */
#ifndef CLAIM_ACCOUNT_CLOCK_H
#define CLAIM_ACCOUNT_CLOCK_H

#include <stdbool.h>

/* All zeros: nothing is known yet. */
struct account_clock {
    bool known;
    long long least[2]; /* the smallest monotonic time minus time stamp: of this period, of the one before */
    long long period_ends;
};

/* An event with this time stamp (the account's wall clock) was received. Returns how long it was kept, 0 or
 * more: its delay beyond the smallest of the last 10 to 20 minutes in which events came. */
long long account_clock_hear(struct account_clock *clock, long long stamp_ms, long long monotonic_ms);

/* Our wall clock minus the account's; false if no event was received yet. Includes the time that a message
 * takes, some tens of milliseconds. */
bool account_clock_skew(const struct account_clock *clock, long long wall_ms, long long monotonic_ms,
                        long long *skew_ms);

#endif
