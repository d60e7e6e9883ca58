/* SPDX-License-Identifier: Apache-2.0 */
/* What a party may see of the device and of the others. Pure functions, any thread. */
#ifndef OWNERSHIP_VIEW_H
#define OWNERSHIP_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "ownership/standing.h"
#include "ownership/state.h"

enum ownership_view {
    VIEW_NOTHING, /* only that its request has ended */
    VIEW_REQUEST, /* the progress of its own request */
    VIEW_OWNER,   /* everything: state of the device, requests by others */
};
enum ownership_view ownership_view(const struct ownership *ownership, size_t party);

/* Whether the party may be told that the device has an owner, or is contested: with the product's proofs
 * alone. */
bool ownership_may_tell(const struct ownership *ownership, size_t party);

/* The standing to show to the party. Without proof, a denial is not told apart from an owner who is silent,
 * nor from a device that has no owner. */
enum standing ownership_shown(const struct ownership *ownership, size_t party, long long now);

#endif
