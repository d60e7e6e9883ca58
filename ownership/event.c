/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/event.h"

static const char *const effect_names[EFFECT_COUNT] = {
    [EFFECT_GRANTED] = "granted",     [EFFECT_ENDED] = "ended",         [EFFECT_PROVEN] = "proven",
    [EFFECT_CONTESTED] = "contested", [EFFECT_ASKED] = "asked",         [EFFECT_DISPUTED] = "disputed",
    [EFFECT_REFUSED] = "refused",     [EFFECT_WITHDRAWN] = "withdrawn", [EFFECT_LAPSED] = "lapsed",
};

static const char *const event_names[OWNERSHIP_EVENT_COUNT] = {
    [OWNERSHIP_REQUEST] = "request", [OWNERSHIP_WITHDRAW] = "withdraw",
    [OWNERSHIP_CODE] = "code",       [OWNERSHIP_CHALLENGE] = "challenge",
    [OWNERSHIP_ASK] = "ask",         [OWNERSHIP_TAKE] = "take",
    [OWNERSHIP_ACCEPT] = "accept",   [OWNERSHIP_DENY] = "deny",
    [OWNERSHIP_OFFER] = "offer",     [OWNERSHIP_KEEP] = "keep",
    [OWNERSHIP_RELEASE] = "release", [OWNERSHIP_GRANT] = "grant",
    [OWNERSHIP_REFUSE] = "refuse",   [OWNERSHIP_STAFF_RELEASE] = "staff-release",
    [OWNERSHIP_ERASE] = "erase",     [OWNERSHIP_ARRIVED] = "arrived",
    [OWNERSHIP_OFF] = "off",         [OWNERSHIP_ON] = "on",
    [OWNERSHIP_TIME] = "time",
};

const char *effect_name(enum effect_kind kind)
{
    return (unsigned)kind < EFFECT_COUNT ? effect_names[kind] : "unknown";
}

const char *ownership_event_name(enum ownership_event_kind kind)
{
    return (unsigned)kind < OWNERSHIP_EVENT_COUNT ? event_names[kind] : "unknown";
}
