/* SPDX-License-Identifier: Apache-2.0 */
#include "server/registration.h"

#include <stddef.h>
#include <string.h>

void registration_reference(const struct registration *registration, char out[REGISTRATION_REFERENCE_SIZE])
{
    memcpy(out, registration->token, REGISTRATION_REFERENCE_LENGTH);
    out[REGISTRATION_REFERENCE_LENGTH] = '\0';
}

const char *registration_step_name(enum registration_step step)
{
    switch (step) {
    case STEP_ACCEPTED:
        return "accepted";
    case STEP_PUBLISHED:
        return "published";
    case STEP_PROVISIONED:
        return "provisioned";
    case STEP_CONNECTED:
        return "connected";
    case STEP_COUNT:
        break;
    }
    return "unknown";
}

const char *step_state_name(enum step_state state)
{
    switch (state) {
    case STEP_DONE:
        return "done";
    case STEP_ACTIVE:
        return "active";
    case STEP_WAITING:
        return "waiting";
    case STEP_FAILED:
        return "failed";
    }
    return "unknown";
}

const char *next_action_name(enum next_action action)
{
    switch (action) {
    case NEXT_WAIT:
        return "wait";
    case NEXT_SWITCH_ON:
        return "switch_on";
    case NEXT_DONE:
        return "done";
    case NEXT_RETRY:
        return "retry";
    }
    return "unknown";
}

static long long done_at(const struct registration *registration, enum registration_step step)
{
    switch (step) {
    case STEP_ACCEPTED:
        return registration->accepted_at;
    case STEP_PUBLISHED:
        return registration->published_at;
    case STEP_PROVISIONED:
        return registration->provisioned_at;
    case STEP_CONNECTED:
        return registration->connected_at;
    case STEP_COUNT:
        break;
    }
    return 0;
}

/* The last step that is known to be done. Events of the OEM account may be lost or arrive out of order, and
 * who joined a claim knows no time from before, only that it was published. */
static enum registration_step last_done(const struct registration *registration)
{
    if (registration->state == CLAIM_ONBOARDED || registration->connected_at != 0)
        return STEP_CONNECTED;
    if (registration->provisioned_at != 0)
        return STEP_PROVISIONED;
    if (registration->state == CLAIM_PUBLISHED || registration->published_at != 0 ||
        registration->attempts > 0)
        return STEP_PUBLISHED;
    return STEP_ACCEPTED;
}

enum step_state registration_step(const struct registration *registration, enum registration_step step,
                                  long long *at)
{
    const enum registration_step last = last_done(registration);
    const bool done = step <= last;
    if (at != NULL)
        *at = done ? done_at(registration, step) : 0;
    if (done)
        return STEP_DONE;
    if (step > last + 1)
        return STEP_WAITING;
    return claim_state_is_open(registration->state) ? STEP_ACTIVE : STEP_FAILED;
}

enum next_action registration_next_action(const struct registration *registration)
{
    if (registration->state == CLAIM_ONBOARDED)
        return NEXT_DONE;
    if (!claim_state_is_open(registration->state))
        return NEXT_RETRY;
    return last_done(registration) == STEP_PUBLISHED ? NEXT_SWITCH_ON : NEXT_WAIT;
}

bool registration_is_settled(const struct registration *registration)
{
    return !claim_state_is_open(registration->state);
}
