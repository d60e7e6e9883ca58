/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is among the claims of turns.h. For turns.c only. */
#ifndef SERVER_ONBOARDING_TURN_CHOICE_H
#define SERVER_ONBOARDING_TURN_CHOICE_H

#include "server/onboarding/turn_places.h"

/* Of twenty messages one is for those who wait behind the first ones, and two are kept for repeats and last
 * messages. While first messages are too many there are no repeats, but half of the messages are last ones,
 * if there are so many.
 * Takes the claim from where it waits and returns its place; NONE: there is none now. */
uint32_t turn_choose(struct turns *turns, long long now);

#endif
