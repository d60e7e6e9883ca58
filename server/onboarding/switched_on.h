/* SPDX-License-Identifier: Apache-2.0 */
/* How likely it is that a device has been switched on between two times after it was claimed, or after its
 * owner said that it is on. Learned from what was found, beginning with: 85 % are, half of them within 40 s
 * (log-normal, sigma 1.2), others late. What was learned halves in half an hour. Pure; one thread. */
#ifndef SERVER_ONBOARDING_SWITCHED_ON_H
#define SERVER_ONBOARDING_SWITCHED_ON_H

#include <stdbool.h>

#define SWITCHED_ON_BUCKETS 36 /* of ages, each a quarter longer than the one before it: nine hours */

struct switched_on {
    double found[SWITCHED_ON_BUCKETS];       /* devices */
    double seconds[SWITCHED_ON_BUCKETS];     /* for how long devices that were off were looked for */
    double hazards[SWITCHED_ON_BUCKETS + 1]; /* found a second, summed up to the beginning of each bucket */
};

void switched_on_init(struct switched_on *learned);
/* The chance that a device that was off at the first age is on at the second one. */
double switched_on_chance(const struct switched_on *learned, long long from_ms, long long until_ms);
/* A device that was off at the first age was, or was not, found to be on at the second one. */
void switched_on_learn(struct switched_on *learned, long long from_ms, long long until_ms, bool found);
/* Takes in what was learned since the last call, which is so long ago. */
void switched_on_update(struct switched_on *learned, long long elapsed_ms);

#endif
