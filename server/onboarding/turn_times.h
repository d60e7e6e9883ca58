/* SPDX-License-Identifier: Apache-2.0 */
/* What time brings to the claims of turns.h: they rest until they may be repeated, grow old, and come near to
 * the end of their window. For turns.c only. */
#ifndef SERVER_ONBOARDING_TURN_TIMES_H
#define SERVER_ONBOARDING_TURN_TIMES_H

#include "server/onboarding/turn_places.h"

/* Notices that the clock was set back: everything is as long ago as it was. Call before anything that sets or
 * compares times. */
void turn_look_at_clock(struct turns *turns, long long now);
/* Moves the claims whose time has come. Looks at the clock, too. */
void turn_let_time_pass(struct turns *turns, long long now);
/* From now on the claim's age is looked at: in turns->young or turns->ends. */
void turn_note_age(struct heap *ages, const struct entry *entry, uint32_t place);

#endif
