/* SPDX-License-Identifier: Apache-2.0 */
/* When somebody may try a code for a device: pauses that grow with the wrong ones. The count belongs to the
 * device, so that guessing from many networks, or in many registrations, is no faster.
 *
 * The numbers: GUESSES_FREE wrong codes cost no pause, for people who mistype. Then the pauses double from
 * GUESSES_PAUSE_MS to GUESSES_PAUSE_MAX_MS. After GUESSES_FORGET_MS without a wrong code the count is 0
 * again. Who guesses as fast as that allows makes fewer than 263,000 guesses a year; a code of 40 bits, the
 * shortest, is found with a probability of less than 2.4 in 10 million a year and device
 * (tests/unit/test_guesses.c counts and simulates it).
 *
 * Somebody who guesses all the time makes the rightful owner wait: at most GUESSES_PAUSE_MAX_MS, two minutes.
 * A longer pause would be a weapon against the owner and is not needed for the bound. During a pause no code
 * is compared, so a right one is no quicker than a wrong one. Whoever is kept from the code for longer than
 * patience lasts has other ways: the product's other proofs, and staff.
 *
 * Pure functions, any thread. Times are milliseconds of one clock. */
#ifndef OWNERSHIP_GUESSES_H
#define OWNERSHIP_GUESSES_H

#include <stdbool.h>

#define GUESSES_FREE 5
#define GUESSES_PAUSE_MS 5000LL
#define GUESSES_PAUSE_MAX_MS 120000LL
#define GUESSES_FORGET_MS 86400000LL

/* Wrong codes for one device. */
struct guesses {
    unsigned count;
    long long last_at; /* when the last one came; not used if count is 0 */
};

/* From when the next code is compared; at most now + GUESSES_PAUSE_MAX_MS, whatever the clock did. Not later
 * than now: it may be tried. */
long long guesses_next_at(struct guesses guesses, long long now);

/* After a wrong code that was compared at now. After a right one the count is 0. */
struct guesses guesses_add_wrong(struct guesses guesses, long long now);

#endif
