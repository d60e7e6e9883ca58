/* SPDX-License-Identifier: Apache-2.0 */
/* How likely it is that a person has switched the device on by some time after registering it. A model, not a
 * measurement: half of the devices are on when they are registered, the others are switched on within minutes
 * (median 40 s), some much later, some never. Pure, any thread. */
#ifndef SERVER_ONBOARDING_SWITCHED_ON_H
#define SERVER_ONBOARDING_SWITCHED_ON_H

/* after_ms: since it was registered. 0 to 1, never decreasing, and always below 1. */
double switched_on_chance(long long after_ms);

#endif
