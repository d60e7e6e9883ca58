/* SPDX-License-Identifier: Apache-2.0 */
#include "server/registration.h"

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
    static const char *const names[] = {
        [NEXT_WAIT] = "wait",
        [NEXT_SWITCH_ON] = "switch_on",
        [NEXT_DONE] = "done",
        [NEXT_RETRY] = "retry",
        [NEXT_PROVE] = "prove",
        [NEXT_ASK] = "ask",
        [NEXT_WAIT_FOR_OWNER] = "wait_for_owner",
        [NEXT_WAIT_FOR_STAFF] = "wait_for_staff",
        [NEXT_NONE] = "none",
    };

    return (unsigned)action < sizeof names / sizeof *names ? names[action] : "unknown";
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

/* ---- whose device it is ---- */

/* As if nobody had ever heard of the device: it may be switched on at any time. */
void registration_veil(struct registration *registration, const struct registration_request_made *made,
                       long long now)
{
    struct registration_ownership *own = &registration->ownership;
    const long long ends_at = made->requested_at + made->window_ms;
    struct registration veiled = {.state = CLAIM_PUBLISHED,
                                  .accepted_at = made->requested_at,
                                  .expires_at = ends_at,
                                  .ownership = *own};

    if (own->standing == STANDING_WAITING || own->standing == STANDING_LAPSED)
        veiled.ownership.standing = now < ends_at ? STANDING_WAITING : STANDING_LAPSED;
    if (veiled.ownership.standing == STANDING_LAPSED) {
        veiled.state = CLAIM_EXPIRED;
        veiled.ended_at = ends_at;
    }
    if (own->standing == STANDING_WITHDRAWN)
        veiled.state = CLAIM_CANCELLED;
    if (own->challenge.from)
        veiled.ownership.challenge = (struct challenge){.from = own->challenge.until - OWNERSHIP_CHALLENGE_MS,
                                                        .until = own->challenge.until,
                                                        .count = own->challenge.count};
    veiled.ownership.is_veiled = true;
    veiled.ownership.proofs &= ~PROOF(PROOF_FRESH); /* by the device, not by the person */
    memcpy(veiled.token, registration->token, sizeof veiled.token);
    memcpy(veiled.thing_name, registration->thing_name, sizeof veiled.thing_name);
    memcpy(veiled.endpoint, made->endpoint, sizeof veiled.endpoint);
    *registration = veiled;
}

bool registration_is_over(const struct registration *registration)
{
    const struct registration_ownership *own = &registration->ownership;

    return own->is_known && (own->standing == STANDING_FORMER || own->standing == STANDING_REFUSED);
}

static unsigned missing_proofs(const struct registration_ownership *own)
{
    return own->required & ~own->proofs;
}

static bool is_live(const struct registration_ownership *own)
{
    return own->is_known && standing_is_live(own->standing);
}

bool registration_wants_code(const struct registration *registration)
{
    const struct registration_ownership *own = &registration->ownership;

    return is_live(own) && (missing_proofs(own) & PROOF(PROOF_CODE)) != 0;
}

/* Beside the product's own proofs it tells apart people who contest a device: these need it twice. */
bool registration_wants_power_cycle(const struct registration *registration)
{
    const struct registration_ownership *own = &registration->ownership;

    if (!is_live(own))
        return false;
    if (own->proofs & PROOF(PROOF_POWER_CYCLE))
        return own->is_contested && !(own->proofs & PROOF(PROOF_AGAIN));
    return missing_proofs(own) & PROOF(PROOF_POWER_CYCLE) || own->is_contested || own->is_taken ||
           own->standing != STANDING_WAITING;
}

/* Offered to everybody who lacks a proof, whether there is an owner or not. */
bool registration_can_ask(const struct registration *registration)
{
    const struct registration_ownership *own = &registration->ownership;

    return own->is_known && own->standing == STANDING_WAITING &&
           (own->is_taken || own->is_contested ||
            (missing_proofs(own) & (PROOF(PROOF_CODE) | PROOF(PROOF_POWER_CYCLE) | PROOF(PROOF_STAFF))) != 0);
}

/* ---- what is next ---- */

/* Of the device. */
static enum next_action next_of_claim(const struct registration *registration)
{
    if (registration->state == CLAIM_ONBOARDED)
        return NEXT_DONE;
    if (!claim_state_is_open(registration->state))
        return NEXT_RETRY;
    return last_done(registration) == STEP_PUBLISHED ? NEXT_SWITCH_ON : NEXT_WAIT;
}

static enum next_action next_of_waiting(const struct registration *registration)
{
    const struct registration_ownership *own = &registration->ownership;
    enum next_action next = next_of_claim(registration);

    if (missing_proofs(own) & (PROOF(PROOF_CODE) | PROOF(PROOF_POWER_CYCLE)))
        return NEXT_PROVE;
    if (next == NEXT_DONE && missing_proofs(own) & PROOF(PROOF_STAFF))
        return NEXT_WAIT_FOR_STAFF;
    if (next == NEXT_DONE && own->is_taken && !registration->already_online)
        return NEXT_ASK;
    if (next == NEXT_DONE && own->is_contested)
        return registration_wants_power_cycle(registration) ? NEXT_PROVE : NEXT_WAIT_FOR_STAFF;
    return next;
}

enum next_action registration_next_action(const struct registration *registration)
{
    const struct registration_ownership *own = &registration->ownership;

    if (!own->is_known)
        return next_of_claim(registration);
    switch (own->standing) {
    case STANDING_WAITING:
        return next_of_waiting(registration);
    case STANDING_ASKING:
        return NEXT_WAIT_FOR_OWNER;
    case STANDING_DISPUTED:
        return NEXT_WAIT_FOR_STAFF;
    case STANDING_REFUSED:
    case STANDING_FORMER:
        return NEXT_NONE;
    case STANDING_WITHDRAWN:
    case STANDING_LAPSED:
        return NEXT_RETRY;
    case STANDING_OWNER:
    case STANDING_COUNT:
        break;
    }
    return next_of_claim(registration);
}

/* Whoever stopped, or ran out of time, has registered nothing, although the device has arrived. */
static enum registration_result result_once_arrived(const struct registration_ownership *own)
{
    if (!own->is_known || own->standing == STANDING_OWNER)
        return RESULT_REGISTERED;
    if (own->standing == STANDING_WITHDRAWN)
        return RESULT_CANCELLED;
    return own->standing == STANDING_LAPSED ? RESULT_EXPIRED : RESULT_WAITING;
}

enum registration_result registration_result(const struct registration *registration)
{
    if (registration_is_over(registration))
        return RESULT_ENDED;
    switch (registration->state) {
    case CLAIM_ONBOARDED:
        return result_once_arrived(&registration->ownership);
    case CLAIM_EXPIRED:
        return RESULT_EXPIRED;
    case CLAIM_FAILED:
        return RESULT_FAILED;
    case CLAIM_CANCELLED:
        return RESULT_CANCELLED;
    default:
        return RESULT_WAITING;
    }
}

const char *registration_result_name(enum registration_result result)
{
    static const char *const names[] = {"waiting", "registered", "expired", "failed", "cancelled", "ended"};

    return names[result];
}

bool registration_is_settled(const struct registration *registration)
{
    if (registration_is_over(registration))
        return true;
    if (is_live(&registration->ownership) && registration_next_action(registration) != NEXT_DONE)
        return false;
    return !claim_state_is_open(registration->state);
}
