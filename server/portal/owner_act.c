/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/owner_act.h"

#include <string.h>

#include "base/digest.h"
#include "base/random.h"
#include "server/portal/portal.h"
#include "server/store/forgetting.h"
#include "server/store/owners_claims.h"
#include "server/store/owners_state.h"

#define HEX "0123456789abcdef"

bool owner_act_read(struct http_exchange *exchange, struct owner_act *act, enum ownership_event_kind kind)
{
    act->kind = kind;
    act->code_key = portal_of(exchange)->code_key;
    if (kind == OWNERSHIP_OFFER)
        random_hex(act->secret, OWNER_SECRET_LENGTH);
    return by_token_read_limited(exchange, &act->by_token);
}

bool owner_act_take_other(struct owner_act *act, const char *reference)
{
    if (strlen(reference) != REGISTRATION_REFERENCE_LENGTH ||
        strspn(reference, HEX) != REGISTRATION_REFERENCE_LENGTH)
        return false;
    memcpy(act->other, reference, REGISTRATION_REFERENCE_SIZE);
    return true;
}

bool owner_link_digest(const char *secret, size_t length, char out[OWNERS_LINK_SIZE])
{
    if (length != OWNER_SECRET_LENGTH || strspn(secret, HEX) != length)
        return false;
    digest_sha256(secret, length, out);
    return true;
}

void owner_link_address(const char *public_url, const char *secret, struct text *out)
{
    text_printf(out, "%s/hand-over/%s", public_url, secret);
}

/* Acts after which the device may be another's. */
static bool may_end_owner(enum ownership_event_kind kind)
{
    return kind == OWNERSHIP_ACCEPT || kind == OWNERSHIP_RELEASE;
}

/* The wish is kept with the link, too, until somebody takes it. */
static enum store_error keep_wish(struct store_tx *tx, const struct owner_act *act)
{
    if (!may_end_owner(act->kind) && act->kind != OWNERSHIP_OFFER && act->kind != OWNERSHIP_KEEP)
        return STORE_OK;
    return forgetting_want(tx, act->by_token.request.token, act->erase);
}

/* People who wait under the veil (registration_veil()) are all treated as if they had just asked for the
 * device, whatever has become of it. False: their request has ended. */
static enum store_error refresh(struct store_tx *tx, struct owner_act *own, bool *goes_on)
{
    const struct registration *registration = &own->by_token.registration;
    const struct owners_act act = {.kind = OWNERSHIP_REQUEST,
                                   .token = own->by_token.request.token,
                                   .now = own->by_token.request.now,
                                   .ends_at = registration->expires_at};
    enum ownership_answer ignored;

    *goes_on = true;
    if (own->kind != OWNERSHIP_CODE && own->kind != OWNERSHIP_CHALLENGE && own->kind != OWNERSHIP_ASK)
        return STORE_OK;
    RETURN_IF(by_token_show(tx, &own->by_token));
    if (!registration->ownership.is_veiled)
        return STORE_OK;
    *goes_on = standing_is_live(registration->ownership.standing);
    return *goes_on ? owners_apply(tx, &act, &ignored) : STORE_OK;
}

static enum store_error run(struct store_tx *tx, void *arguments)
{
    struct owner_act *own = arguments;
    struct by_token *by_token = &own->by_token;
    const struct registration_request *request = &by_token->request;
    char link[OWNERS_LINK_SIZE] = "";
    struct owners_act act = {.kind = own->kind,
                             .token = request->token,
                             .other = *own->other ? own->other : NULL,
                             .now = request->now,
                             .ends_at = request->now + request->window_ms};

    if (own->kind == OWNERSHIP_OFFER) {
        owner_link_digest(own->secret, OWNER_SECRET_LENGTH, link);
        act.link = link;
    }
    bool goes_on;
    own->answer = OWNERSHIP_NOT_NOW;
    RETURN_IF(refresh(tx, own, &goes_on));
    if (!goes_on)
        return STORE_OK;
    RETURN_IF(owners_apply(tx, &act, &own->answer));
    if (own->answer == OWNERSHIP_DONE)
        RETURN_IF(keep_wish(tx, own));
    RETURN_IF(by_token_show(tx, by_token));
    if (own->answer == OWNERSHIP_DONE && may_end_owner(own->kind) && own->erase) {
        RETURN_IF(forgetting_run(tx, by_token->registration.thing_name, request->now));
        RETURN_IF(by_token_show(tx, by_token));
    }
    return STORE_OK;
}

/* Locks the claim before the device, as owners.h asks. Whoever waits for nothing gives no code. */
static enum store_error run_code(struct store_tx *tx, void *arguments)
{
    struct owner_act *own = arguments;
    const struct registration_request *request = &own->by_token.request;
    const struct registration_ownership *ownership = &own->by_token.registration.ownership;
    char thing_name[IDENTIFIER_SIZE];

    own->answer = OWNERSHIP_NOT_NOW;
    RETURN_IF(by_token_show(tx, &own->by_token));
    if (!ownership->is_known || !standing_is_live(ownership->standing))
        return STORE_OK;
    RETURN_IF(owners_thing_of(tx, request->token, thing_name));
    RETURN_IF(owners_lock_claim(tx, thing_name));
    RETURN_IF(inventory_check_code(tx, own->code_key, thing_name, own->code, own->code_length, request->now,
                                   &own->code_result));
    own->answer = OWNERSHIP_DONE;
    return own->code_result.answer == CODE_RIGHT ? run(tx, own) : STORE_OK;
}

long long owner_act_next_at(const struct owner_act *act)
{
    return act->kind == OWNERSHIP_CODE ? act->code_result.next_at
                                       : act->by_token.registration.ownership.challenge_at;
}

const struct http_task owner_act = {.run = run, .writes = true, .is_paced = true};
const struct http_task owner_act_code = {.run = run_code, .writes = true, .is_paced = true};
