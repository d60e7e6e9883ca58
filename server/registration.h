/* SPDX-License-Identifier: Apache-2.0 */
/* A registration as people and programs see it: who asked (the token), and how the claim for the thing goes
 * on. A plain value: filled by the store, read by pages and API. */
#ifndef SERVER_REGISTRATION_H
#define SERVER_REGISTRATION_H

#include <stdbool.h>

#include "claim/identifier.h"
#include "claim/lifecycle.h"

#define REGISTRATION_TOKEN_LENGTH 32 /* hex digits: 128 random bits, the only key to the status page */
#define REGISTRATION_TOKEN_SIZE (REGISTRATION_TOKEN_LENGTH + 1)
#define REGISTRATION_ENDPOINT_SIZE 33

struct registration {
    char token[REGISTRATION_TOKEN_SIZE];
    char thing_name[IDENTIFIER_SIZE];
    char endpoint[REGISTRATION_ENDPOINT_SIZE]; /* key */
    enum claim_state state;
    /* Wall clock, ms; 0: has not happened. */
    long long accepted_at;    /* on disk */
    long long published_at;   /* first PUBACK of a staging account */
    long long provisioned_at; /* thing created in the OEM account */
    long long connected_at;   /* device connected to the OEM account */
    long long ended_at;       /* onboarded, expired, failed or cancelled */
    long long expires_at;     /* end of the claim window */
    unsigned attempts;        /* acknowledged publishes */
    bool onboarded_before; /* an earlier claim for this thing succeeded: it was reset, or is claimed twice */
};

enum registration_step { STEP_ACCEPTED, STEP_PUBLISHED, STEP_PROVISIONED, STEP_CONNECTED, STEP_COUNT };
enum step_state { STEP_DONE, STEP_ACTIVE, STEP_WAITING, STEP_FAILED };

/* "accepted", ... and "done", "active", "waiting", "failed": the words of the API. */
const char *registration_step_name(enum registration_step step);
const char *step_state_name(enum step_state state);

/* How a step stands, and when it was done (0: not, or only implied by a later one). A device that has
 * connected was provisioned, whether or not the event for it was seen. */
enum step_state registration_step(const struct registration *registration, enum registration_step step,
                                  long long *at);

/* What the person should do, the word of the API's next_action:
 *   wait       the portal is at work, nothing to do yet
 *   switch_on  published, not seen yet: switch the product on, near its network
 *   done       it has arrived
 *   retry      expired, failed or cancelled: start again */
enum next_action { NEXT_WAIT, NEXT_SWITCH_ON, NEXT_DONE, NEXT_RETRY };
enum next_action registration_next_action(const struct registration *registration);
const char *next_action_name(enum next_action action);

/* Nothing will change any more without a new request: pages may stop asking. */
bool registration_is_settled(const struct registration *registration);

#endif
