/* SPDX-License-Identifier: Apache-2.0 */
/* A registration as pages and the API show it: its token, the progress of the claim for its thing, and whose
 * device that is, as far as the person may see it. A plain value that the store fills. Pure functions, any
 * thread. */
#ifndef SERVER_REGISTRATION_H
#define SERVER_REGISTRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/identifier.h"
#include "claim/lifecycle.h"
#include "ownership/ownership.h"

#define REGISTRATION_TOKEN_LENGTH 32 /* hex digits: 128 random bits, the only key to the status page */
#define REGISTRATION_TOKEN_SIZE (REGISTRATION_TOKEN_LENGTH + 1)
#define REGISTRATION_ENDPOINT_SIZE 33
#define REGISTRATION_PRODUCT_SIZE 33

/* What people quote to support: the first digits of the token. Support finds the registration by them; the
 * others, 96 random bits, keep the status page private. */
#define REGISTRATION_REFERENCE_LENGTH 8
#define REGISTRATION_REFERENCE_SIZE (REGISTRATION_REFERENCE_LENGTH + 1)

/* A request by another person, as the owner sees it: nothing about the person. */
struct registration_rival {
    char reference[REGISTRATION_REFERENCE_SIZE];
    long long asked_at, answer_by; /* answer_by: 0: staff decides */
    unsigned proofs;
};

/* Whose device it is, as far as this person may see it (ownership/ownership.h). Times are milliseconds, 0:
 * none. */
struct registration_ownership {
    bool is_known;  /* false: nothing is kept about it, only the claim counts */
    bool is_veiled; /* registration_veil() was called */
    enum standing standing;
    unsigned required, proofs;  /* sets of PROOF() */
    bool is_taken;              /* another one owns it, and this person may know */
    bool is_contested;          /* several wait for it, and this person may know */
    struct challenge challenge; /* the power cycle that was asked for */
    long long challenge_at;     /* from when another one can be started */
    long long code_at;          /* until then no code is read, after wrong ones */
    long long answer_by;        /* until when the owner may answer this person's request */
    long long hand_over_until;  /* the owner's link can be used until then */
    long long erased_at;        /* when what the person had told was erased */
    struct registration_rival rivals[OWNERSHIP_PARTIES_MAX]; /* for the owner */
    size_t rival_count;
};

/* Several registrations may share a claim, of people who do not know each other: one that joined an open
 * claim has no time of what happened before, and attempts is at most 1. */
struct registration {
    char token[REGISTRATION_TOKEN_SIZE];
    char thing_name[IDENTIFIER_SIZE];
    char endpoint[REGISTRATION_ENDPOINT_SIZE]; /* key of the endpoint */
    enum claim_state state;
    /* Milliseconds since 1970 by the store's clock; 0: has not happened. */
    long long accepted_at;    /* written to disk */
    long long published_at;   /* first PUBACK from a staging account */
    long long provisioned_at; /* thing created in the OEM account */
    long long connected_at;   /* device connected to the OEM account */
    long long ended_at;       /* onboarded, expired, failed or cancelled */
    long long expires_at;     /* end of the claim window */
    unsigned attempts;        /* acknowledged publishes */
    long long network;        /* from which it was claimed, while the claim is open; 0: not known */
    bool already_online;      /* the claim ended at once: the device was connected to the OEM account */
    bool onboarded_before; /* an earlier claim for this thing succeeded: it was reset, or it is claimed twice
                            */
    struct registration_ownership ownership;
};

/* A person who lacks a proof beyond the label must not learn whether the device exists, has arrived, or
 * belongs to somebody. Afterwards everything but the proofs depends only on the person's own acts and on the
 * time: requested_at: when the person last asked for the device, and for how long such a request waits.
 * endpoint: the one that the person chose. */
struct registration_request_made {
    long long requested_at, window_ms;
    char endpoint[REGISTRATION_ENDPOINT_SIZE];
};
void registration_veil(struct registration *registration, const struct registration_request_made *made,
                       long long now);

/* The registration has ended for good, and shows nothing of the device. */
bool registration_is_over(const struct registration *registration);

/* Which ways to prove more are open to the person now. */
bool registration_wants_code(const struct registration *registration);
bool registration_wants_power_cycle(const struct registration *registration);
bool registration_can_ask(const struct registration *registration);

void registration_reference(const struct registration *registration, char out[REGISTRATION_REFERENCE_SIZE]);

enum registration_step { STEP_ACCEPTED, STEP_PUBLISHED, STEP_PROVISIONED, STEP_CONNECTED, STEP_COUNT };
enum step_state { STEP_DONE, STEP_ACTIVE, STEP_WAITING, STEP_FAILED };

/* The words of the API: "accepted", "published", ... and "done", "active", "waiting", "failed". */
const char *registration_step_name(enum registration_step step);
const char *step_state_name(enum step_state state);

/* The state of a step. *at: when it was done; 0 if it is not done, or if only a later step
 * shows that it is. A device that has connected was provisioned, even if the event for that was not seen. at
 * may be NULL. */
enum step_state registration_step(const struct registration *registration, enum registration_step step,
                                  long long *at);

/* What the person should do next; next_action_name() gives the API's word:
 *   wait            nothing to do: the portal is working
 *   switch_on       published, but the device was not seen yet: switch it on, near its network
 *   done            the device has arrived
 *   retry           expired, failed or cancelled: start again
 *   prove           show that the device is at hand: a code or a power cycle
 *   ask             another one owns it: ask them, or have them hand it over
 *   wait_for_owner  the owner was asked
 *   wait_for_staff  staff decides
 *   none            this registration has ended for good: register again */
enum next_action {
    NEXT_WAIT,
    NEXT_SWITCH_ON,
    NEXT_DONE,
    NEXT_RETRY,
    NEXT_PROVE,
    NEXT_ASK,
    NEXT_WAIT_FOR_OWNER,
    NEXT_WAIT_FOR_STAFF,
    NEXT_NONE
};
enum next_action registration_next_action(const struct registration *registration);
const char *next_action_name(enum next_action action);

/* What came of it, for whoever sent the person here; registration_result_name() gives the word. A device that
 * has arrived is registered once it is this person's, where more is kept than the claim. */
enum registration_result {
    RESULT_WAITING,
    RESULT_REGISTERED,
    RESULT_EXPIRED,
    RESULT_FAILED,
    RESULT_CANCELLED,
    RESULT_ENDED, /* registration_is_over() */
};
enum registration_result registration_result(const struct registration *registration);
const char *registration_result_name(enum registration_result result);

/* True if the state only changes with a new request, so pages can stop polling. */
bool registration_is_settled(const struct registration *registration);

#endif
