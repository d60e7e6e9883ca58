/* SPDX-License-Identifier: Apache-2.0 */
/* Whose device is it: the rules, as pure functions of what is known about one device, what happens, and when.
 *
 * ownership_apply() changes the state (state.h) and reports the effects; the caller loads the state, applies
 * and stores it, in one transaction that locks the device (server/store/owners.h). No clock, SQL or HTTP
 * here.
 *
 * The rules, which tests/unit/test_ownership_explored.c checks in every state that can be reached:
 *   - There are never two owners, and ownership never moves silently.
 *   - Nobody becomes the owner without every proof that the product requires now, except by the
 *     owner's hand or by staff.
 *   - While the device has an owner, no proof takes it from the owner: the owner or staff decides.
 *     The owner has 14 days, which do not begin again when the owner changes.
 *   - Two who wait for a device without owner contest it: from then on the label is not enough, and
 *     neither is what both have. One of them must show more than the others: the code, or two power
 *     cycles (PROOFS_TELLING); or staff decides. Whoever could own it and asks then, asks staff.
 *   - A power cycle that two are asked for at the same time counts for neither, and what a device
 *     does when it arrives for nobody.
 *   - When the owner gives the device up, what others have shown of it at that time ends
 *     (PROOFS_OF_THE_DAY).
 *   - Whoever has all that is needed becomes the owner after the next event, whatever that is.
 *   - Where nothing but staff's word is missing (PROOF_STAFF), staff decides: STANDING_DISPUTED.
 *   - Former owners, and those who were refused, see nothing of the device.
 *   - Every party that is neither owner nor at its end has something left that it, the owner, staff
 *     or time can do.
 *
 * Times are milliseconds of one clock (store_clock.h). Functions may be called on any thread. */
#ifndef OWNERSHIP_OWNERSHIP_H
#define OWNERSHIP_OWNERSHIP_H

#include <stddef.h>

#include "ownership/event.h"
#include "ownership/state.h"
#include "ownership/view.h"

/* Applies what time has brought, and then one event. *effects is always set. After any other answer than
 * OWNERSHIP_DONE the event has changed nothing, but time may have: store the state in any case. */
enum ownership_answer ownership_apply(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects) __attribute__((warn_unused_result));

/* The index of the owner; ownership->count if there is none. */
size_t ownership_owner(const struct ownership *ownership);

/* When OWNERSHIP_TIME next changes something about this party; 0: never. */
long long ownership_due(const struct party *party);

/* From when the party may begin another challenge. */
long long ownership_challenge_at(const struct party *party);

#endif
