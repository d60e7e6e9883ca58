/* SPDX-License-Identifier: Apache-2.0 */
/* Whose device it is, in the store. The rules alone: test_ownership.c. */
#include "server/store/owners.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/connections.h"
#include "server/store/owners_device.h"
#include "server/store/retention.h"
#include "tests/unit/store_fixture.h"

#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)
#define LINK "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER_LINK "2222222222222222222222222222222222222222222222222222222222222222"

/* ---- the operations as plain calls ---- */

struct call {
    struct owners_act act;
    const char *token, *link, *thing_name;
    long long now;
    enum ownership_answer answer;
    struct holding holding;
    struct owners_record *record;
    struct owners_link found;
    struct sighting sighting;
    bool challenged;
    size_t count;
};

static enum store_error run_apply(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return owners_apply(tx, &call->act, &call->answer);
}

static enum ownership_answer apply(struct owners_act act)
{
    struct call call = {.act = act};

    ASSERT_OK(store_call(fixture.store, run_apply, &call, true));
    return call.answer;
}

static enum ownership_answer act_of(enum ownership_event_kind kind, const char *token, long long now)
{
    return apply((struct owners_act){.kind = kind, .token = token, .now = now});
}

static enum store_error run_holding(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return owners_find(tx, call->token, call->now, &call->holding);
}

static struct holding holding_of(const char *token, long long now)
{
    struct call call = {.token = token, .now = now};

    ASSERT_OK(store_call(fixture.store, run_holding, &call, false));
    return call.holding;
}

static enum store_error run_read(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return owners_read(tx, call->thing_name, call->now, call->record);
}

static struct owners_record *record_of(const char *thing_name, long long now)
{
    static struct owners_record record;
    struct call call = {.thing_name = thing_name, .now = now, .record = &record};

    ASSERT_OK(store_call(fixture.store, run_read, &call, false));
    return &record;
}

static enum store_error run_take(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return owners_take(tx, call->token, call->link, call->now, &call->answer);
}

static enum ownership_answer take_by(const char *token, const char *link, long long now)
{
    struct call call = {.token = token, .link = link, .now = now};

    ASSERT_OK(store_call(fixture.store, run_take, &call, true));
    return call.answer;
}

static enum store_error run_find_link(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return owners_find_link(tx, call->link, call->now, &call->found);
}

static enum store_error find_link(const char *link, long long now, struct owners_link *out)
{
    struct call call = {.link = link, .now = now};
    enum store_error error = store_call(fixture.store, run_find_link, &call, false);

    *out = call.found;
    return error;
}

static enum store_error run_look(struct store_tx *tx, void *argument)
{
    struct call *call = argument;
    const struct sighting *list[] = {&call->sighting};
    bool wanted = false;

    return owners_wanted(tx, list, 1, &wanted, &call->challenged);
}

static enum store_error run_switched(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return owners_switched(tx, &call->sighting, call->now);
}

/* The device was seen. Whether somebody was waiting for it to be switched. */
static bool switched(enum presence_kind kind, const char *thing_name, long long at, long long now)
{
    struct call call = {.now = now,
                        .sighting = {.presence = {.kind = kind}, .received_at = now, .delay_ms = now - at}};

    snprintf(call.sighting.presence.thing_name, sizeof call.sighting.presence.thing_name, "%s", thing_name);
    ASSERT_OK(store_call(fixture.store, run_look, &call, false));
    ASSERT_OK(store_call(fixture.store, run_switched, &call, true));
    return call.challenged;
}

static enum store_error run_pass_time(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return owners_pass_time(tx, call->now, 10, &call->count);
}

static size_t pass_time(long long now)
{
    struct call call = {.now = now};

    ASSERT_OK(store_call(fixture.store, run_pass_time, &call, true));
    return call.count;
}

static enum store_error run_erase(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return registrations_erase(tx, call->token, call->now, &call->count);
}

static void erase(const char *token, long long now)
{
    struct call call = {.token = token, .now = now};

    ASSERT_OK(store_call(fixture.store, run_erase, &call, true));
}

static enum store_error run_note(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return connections_note(tx, "home", &call->sighting);
}

static void is_online(const char *thing_name, long long at)
{
    struct call call = {
        .sighting = {.presence = {.kind = PRESENCE_CONNECTED, .at_ms = at}, .received_at = at}};

    snprintf(call.sighting.presence.thing_name, sizeof call.sighting.presence.thing_name, "%s", thing_name);
    ASSERT_OK(store_call(fixture.store, run_note, &call, true));
}

#define ASSERT_STANDING(token, now, wanted)                                                                  \
    assert_string_equal(standing_name(holding_of(token, now).standing), standing_name(wanted))

static struct registration_request asked(const char *thing_name, const char *endpoint, long long now)
{
    struct registration_request request = request_for(thing_name, endpoint, now);

    added(&request);
    return request;
}

/* One who owns the device since a minute after noon. */
static struct registration_request owner_of(const char *thing_name)
{
    struct registration_request request = asked(thing_name, "home", NOON);

    arrive("home", PRESENCE_CONNECTED, thing_name, NOON + MINUTE, NOON + MINUTE);
    ASSERT_STANDING(request.token, NOON + MINUTE, STANDING_OWNER);
    return request;
}

/* ---- what the products ask for ---- */

static unsigned asked_for;

static unsigned required(void *context, const char *product, const char *thing_name)
{
    (void)context;
    (void)product;
    (void)thing_name;
    return asked_for;
}

/* ---- tests ---- */

static void unknown_tokens_have_no_device(void **state)
{
    struct call call = {
        .token = "0", .now = NOON, .act = {.kind = OWNERSHIP_CODE, .token = "0", .now = NOON}};
    (void)state;

    ASSERT_ERROR(store_call(fixture.store, run_holding, &call, false), STORE_NOT_FOUND);
    ASSERT_ERROR(store_call(fixture.store, run_apply, &call, true), STORE_NOT_FOUND);
}

static void who_waits_alone_owns_the_device_that_arrives(void **state)
{
    struct registration_request request = asked(THING, "home", NOON);
    (void)state;

    struct holding before = holding_of(request.token, NOON);
    assert_string_equal(standing_name(before.standing), "waiting");
    assert_int_equal(before.due_at, NOON + WINDOW_MS);
    assert_int_equal(before.view, VIEW_REQUEST);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + MINUTE, NOON + MINUTE);
    struct holding after = holding_of(request.token, NOON + MINUTE);
    assert_string_equal(standing_name(after.standing), "owner");
    assert_int_equal(after.view, VIEW_OWNER);
    assert_int_equal(after.owned_at, NOON + MINUTE);
    assert_int_equal(after.proofs, PROOF(PROOF_LABEL) | PROOF(PROOF_FRESH));
    assert_string_equal(record_of(THING, NOON + MINUTE)->endpoint, "home");
}

static void a_request_ends_with_its_claim_unless_the_device_comes_late(void **state)
{
    struct registration_request request = asked(THING, "home", NOON);
    (void)state;

    expire(NOON + WINDOW_MS, 10);
    ASSERT_STANDING(request.token, NOON + WINDOW_MS + SECOND, STANDING_LAPSED);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * WINDOW_MS, NOON + 2 * WINDOW_MS);
    ASSERT_STANDING(request.token, NOON + 2 * WINDOW_MS, STANDING_OWNER);
}

static void two_who_wait_contest_it_and_the_code_decides(void **state)
{
    struct registration_request first = asked(THING, "home", NOON),
                                second = asked(THING, "home", NOON + SECOND);
    (void)state;

    arrive("home", PRESENCE_CONNECTED, THING, NOON + MINUTE, NOON + MINUTE);
    ASSERT_STANDING(first.token, NOON + MINUTE, STANDING_WAITING);
    ASSERT_STANDING(second.token, NOON + MINUTE, STANDING_WAITING);
    assert_true(holding_of(second.token, NOON + MINUTE).contested);
    assert_int_equal(act_of(OWNERSHIP_CODE, second.token, NOON + 2 * MINUTE), OWNERSHIP_DONE);
    ASSERT_STANDING(second.token, NOON + 2 * MINUTE, STANDING_OWNER);
    struct holding loser = holding_of(first.token, NOON + 2 * MINUTE);
    assert_string_equal(standing_name(loser.standing), "waiting");
    assert_true(loser.has_owner);
    assert_int_equal(loser.due_at, NOON + MINUTE + OWNERSHIP_PROVE_MS);
}

static void a_proof_takes_the_claim_from_another_endpoint(void **state)
{
    struct registration_request stranger = asked(THING, "abroad", NOON),
                                buyer = asked(THING, "home", NOON + SECOND);
    (void)state;

    take_one("a", NOON + SECOND);
    assert_int_equal(act_of(OWNERSHIP_CODE, buyer.token, NOON + MINUTE), OWNERSHIP_DONE);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 1);
    struct taken taken = take("a", NOON + MINUTE, NOON + 2 * MINUTE, 8);
    assert_int_equal(taken.count, 1);
    assert_string_equal(taken.list[0].endpoint, "home");
    assert_string_equal(taken.list[0].thing_name, THING);
    assert_int_equal(found(buyer.token).expires_at, NOON + MINUTE + WINDOW_MS);
    ASSERT_STATE(found(stranger.token).state, CLAIM_QUEUED); /* both wait for it */
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * MINUTE, NOON + 2 * MINUTE);
    ASSERT_STANDING(buyer.token, NOON + 2 * MINUTE, STANDING_OWNER);
    ASSERT_STANDING(stranger.token, NOON + 2 * MINUTE, STANDING_WAITING);
}

static void a_claim_is_not_redirected_once_the_thing_was_created(void **state)
{
    struct registration_request buyer;
    (void)state;

    asked(THING, "abroad", NOON);
    buyer = asked(THING, "home", NOON + SECOND);
    arrive("abroad", PRESENCE_CREATED, THING, NOON + MINUTE, NOON + MINUTE);
    act_of(OWNERSHIP_CODE, buyer.token, NOON + MINUTE);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
}

static void the_same_person_goes_on(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON), again, other;
    (void)state;

    first.browser = 7;
    added(&first);
    again = request_for(THING, "home", NOON + MINUTE);
    again.browser = 7;
    assert_string_equal(added(&again).token, first.token);
    other = request_for(OTHER_THING, "home", NOON + MINUTE);
    other.browser = 7;
    assert_string_equal(added(&other).token, other.token);
    ASSERT_COUNTS(2, 0, 0, 0, 0, 0);

    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * MINUTE, NOON + 2 * MINUTE);
    is_online(THING, NOON + 2 * MINUTE);
    again.online_since = NOON;
    again.now = NOON + 3 * MINUTE;
    ASSERT_STATE(added(&again).state, CLAIM_ONBOARDED); /* it is there */
    ASSERT_COUNTS(1, 0, 1, 0, 0, 0);
    again.online_since = again.now = NOON + DAY; /* it is not: it was reset */
    struct registration reset = added(&again);
    assert_string_equal(reset.token, first.token);
    ASSERT_STATE(reset.state, CLAIM_QUEUED);
    ASSERT_STANDING(first.token, NOON + DAY, STANDING_OWNER);
}

static void the_same_person_chooses_another_endpoint(void **state)
{
    struct registration_request first = request_for(THING, "abroad", NOON), again;
    (void)state;

    first.person_id = 7;
    added(&first);
    again = request_for(THING, "home", NOON + MINUTE);
    again.person_id = 7;
    struct registration out = added(&again);
    assert_string_equal(out.token, first.token);
    assert_string_equal(out.endpoint, "home");
    ASSERT_COUNTS(1, 0, 0, 0, 0, 1);
    asked(THING, "abroad", NOON + 2 * MINUTE); /* who shares it keeps it as it is */
    again = request_for(THING, "abroad", NOON + 3 * MINUTE);
    again.person_id = 7;
    added(&again);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 1);
}

static void a_power_cycle_proves_possession(void **state)
{
    const long long asked_at = NOON + 10 * MINUTE;
    struct registration_request first = asked(THING, "home", NOON),
                                second = asked(THING, "home", NOON + SECOND);
    (void)state;

    arrive("home", PRESENCE_CONNECTED, THING, NOON + MINUTE, NOON + MINUTE);
    assert_false(switched(PRESENCE_DISCONNECTED, THING, NOON + 2 * MINUTE, NOON + 2 * MINUTE));
    assert_int_equal(act_of(OWNERSHIP_CHALLENGE, second.token, asked_at), OWNERSHIP_DONE);
    assert_int_equal(act_of(OWNERSHIP_CHALLENGE, second.token, asked_at + SECOND), OWNERSHIP_TOO_SOON);
    assert_int_equal(holding_of(second.token, asked_at).challenge.until, asked_at + OWNERSHIP_CHALLENGE_MS);
    assert_false(switched(PRESENCE_DISCONNECTED, OTHER_THING, asked_at + 5 * SECOND, asked_at + 5 * SECOND));

    assert_true(switched(PRESENCE_DISCONNECTED, THING, asked_at + 10 * SECOND, asked_at + 11 * SECOND));
    fixture_close(); /* the portal is restarted meanwhile */
    fixture_open();
    assert_true(switched(PRESENCE_DISCONNECTED, THING, asked_at + 10 * SECOND, asked_at + 12 * SECOND));
    ASSERT_STANDING(second.token, asked_at + 12 * SECOND, STANDING_WAITING);
    assert_true(switched(PRESENCE_CONNECTED, THING, asked_at + 30 * SECOND, asked_at + 31 * SECOND));
    struct holding once = holding_of(second.token, asked_at + 31 * SECOND);
    assert_true(once.proofs & PROOF(PROOF_POWER_CYCLE));
    assert_string_equal(standing_name(once.standing), "waiting"); /* it is contested: once more */
    switched(PRESENCE_CONNECTED, THING, asked_at + 30 * SECOND, asked_at + 32 * SECOND);
    assert_false(holding_of(second.token, asked_at + 32 * SECOND).proofs & PROOF(PROOF_AGAIN));

    assert_int_equal(act_of(OWNERSHIP_CHALLENGE, second.token, once.challenge_at), OWNERSHIP_DONE);
    const long long then = once.challenge_at;
    switched(PRESENCE_DISCONNECTED, THING, then + 10 * SECOND, then + 11 * SECOND);
    switched(PRESENCE_CONNECTED, THING, then + 30 * SECOND, then + 31 * SECOND);
    ASSERT_STANDING(second.token, then + 31 * SECOND, STANDING_OWNER);
    ASSERT_STANDING(first.token, then + 31 * SECOND, STANDING_WAITING);
}

/* The connection was reported before the end of the one before. */
static void events_out_of_order_prove_it_as_well(void **state)
{
    const long long asked_at = NOON + 10 * MINUTE;
    struct registration_request first, second;
    (void)state;

    asked_for = PROOF(PROOF_LABEL) | PROOF(PROOF_POWER_CYCLE);
    first = asked(THING, "home", NOON);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + MINUTE, NOON + MINUTE);
    ASSERT_STANDING(first.token, NOON + MINUTE, STANDING_WAITING);
    second = asked(OTHER_THING, "home", NOON);
    act_of(OWNERSHIP_CHALLENGE, first.token, asked_at);
    switched(PRESENCE_CONNECTED, THING, asked_at + 30 * SECOND, asked_at + 30 * SECOND);
    ASSERT_STANDING(first.token, asked_at + 30 * SECOND, STANDING_WAITING);
    switched(PRESENCE_DISCONNECTED, THING, asked_at + 10 * SECOND, asked_at + 31 * SECOND);
    ASSERT_STANDING(first.token, asked_at + 31 * SECOND, STANDING_OWNER);
    ASSERT_STANDING(second.token, NOON, STANDING_WAITING);
}

/* The staging account has another form of the identifier. */
static void a_power_cycle_is_found_in_every_form_of_the_identifier(void **state)
{
    const long long asked_at = NOON + 10 * MINUTE;
    struct registration_request request = request_for(THING, "home", NOON);
    (void)state;

    asked_for = PROOF(PROOF_LABEL) | PROOF(PROOF_POWER_CYCLE);
    request_also_at(&request, "b", "0123-4567");
    added(&request);
    arrive("home", PRESENCE_CONNECTED, "0123-4567", NOON + MINUTE, NOON + MINUTE);
    act_of(OWNERSHIP_CHALLENGE, request.token, asked_at);
    assert_true(switched(PRESENCE_DISCONNECTED, "0123-4567", asked_at + SECOND, asked_at + SECOND));
    assert_true(switched(PRESENCE_CONNECTED, "0123-4567", asked_at + 9 * SECOND, asked_at + 9 * SECOND));
    ASSERT_STANDING(request.token, asked_at + 9 * SECOND, STANDING_OWNER);
}

static void who_comes_after_the_owner_asks(void **state)
{
    struct registration_request owner = owner_of(THING), other = asked(THING, "home", NOON + DAY);
    struct owners_act deny = {.kind = OWNERSHIP_DENY, .token = owner.token, .now = NOON + DAY};
    char reference[REGISTRATION_REFERENCE_SIZE];
    (void)state;

    ASSERT_STANDING(other.token, NOON + DAY, STANDING_WAITING);
    assert_true(holding_of(other.token, NOON + DAY).has_owner);
    assert_int_equal(holding_of(owner.token, NOON + DAY).request_count, 0);
    assert_int_equal(act_of(OWNERSHIP_ASK, other.token, NOON + DAY), OWNERSHIP_DONE);
    struct holding page = holding_of(owner.token, NOON + DAY);
    assert_int_equal(page.request_count, 1);
    memcpy(reference, page.requests[0].reference, sizeof reference);
    assert_int_equal(strlen(reference), REGISTRATION_REFERENCE_LENGTH);
    assert_int_equal(page.requests[0].due_at, NOON + DAY + OWNERSHIP_ANSWER_MS);

    deny.other = "00000000";
    struct call nobody = {.act = deny};
    nobody.act.other = "ffffffff";
    ASSERT_ERROR(store_call(fixture.store, run_apply, &nobody, true), STORE_NOT_FOUND);
    deny.other = reference;
    deny.token = other.token; /* not the owner */
    assert_int_equal(apply(deny), OWNERSHIP_NOT_NOW);
    ASSERT_STANDING(other.token, NOON + DAY, STANDING_ASKING);
    deny.token = owner.token;
    deny.kind = OWNERSHIP_ACCEPT;
    assert_int_equal(apply(deny), OWNERSHIP_DONE);
    ASSERT_STANDING(other.token, NOON + DAY, STANDING_OWNER);
    assert_int_equal(holding_of(owner.token, NOON + DAY).view, VIEW_NOTHING);
}

static void silence_becomes_a_dispute_that_staff_decides(void **state)
{
    struct registration_request owner = owner_of(THING), other = asked(THING, "home", NOON + DAY);
    const long long end = NOON + DAY + OWNERSHIP_ANSWER_MS;
    (void)state;

    act_of(OWNERSHIP_ASK, other.token, NOON + DAY);
    assert_int_equal(pass_time(end - 1), 0);
    assert_int_equal(pass_time(end), 1);
    assert_int_equal(pass_time(end), 0);
    ASSERT_STANDING(other.token, end, STANDING_DISPUTED);
    assert_int_equal(
        apply((struct owners_act){
            .kind = OWNERSHIP_GRANT, .token = other.token, .reason = "shown the receipt", .now = end + DAY}),
        OWNERSHIP_DONE);
    ASSERT_STANDING(other.token, end + DAY, STANDING_OWNER);
    ASSERT_STANDING(owner.token, end + DAY, STANDING_FORMER);
    struct owners_record *record = record_of(THING, end + DAY);
    assert_string_equal(record->owner, other.token);
    assert_string_equal(record->notes[0].kind, "granted");
    assert_string_equal(record->notes[0].actor, "staff");
    assert_string_equal(record->notes[0].reason, "shown the receipt");
    assert_string_equal(record->notes[0].token, other.token);
    assert_int_equal(
        apply((struct owners_act){
            .kind = OWNERSHIP_STAFF_RELEASE, .thing_name = THING, .reason = "r", .now = end + DAY}),
        OWNERSHIP_DONE);
    assert_string_equal(record_of(THING, end + DAY)->owner, "");
}

static void a_link_hands_the_device_over_once(void **state)
{
    struct registration_request owner = owner_of(THING), next = asked(THING, "home", NOON + DAY);
    struct registration_request late = asked(THING, "home", NOON + DAY),
                                wrong = asked(OTHER_THING, "home", NOON);
    struct owners_link link;
    (void)state;

    ASSERT_ERROR(find_link(LINK, NOON + DAY, &link), STORE_NOT_FOUND);
    struct owners_act offer = {
        .kind = OWNERSHIP_OFFER, .token = owner.token, .link = LINK, .now = NOON + DAY};
    assert_int_equal(apply(offer), OWNERSHIP_DONE);
    ASSERT_OK(find_link(LINK, NOON + DAY, &link));
    assert_string_equal(link.thing_name, THING);
    assert_string_equal(link.endpoint, "home");
    assert_int_equal(holding_of(owner.token, NOON + DAY).hand_over_until,
                     NOON + DAY + OWNERSHIP_HAND_OVER_MS);

    assert_int_equal(take_by(next.token, OTHER_LINK, NOON + DAY), OWNERSHIP_ENDED);
    assert_int_equal(take_by(wrong.token, LINK, NOON + DAY), OWNERSHIP_ENDED);
    ASSERT_STANDING(owner.token, NOON + DAY, STANDING_OWNER);
    assert_int_equal(take_by(next.token, LINK, NOON + DAY), OWNERSHIP_DONE);
    assert_int_equal(take_by(late.token, LINK, NOON + DAY), OWNERSHIP_ENDED);
    ASSERT_STANDING(next.token, NOON + DAY, STANDING_OWNER);
    ASSERT_STANDING(owner.token, NOON + DAY, STANDING_FORMER);
    ASSERT_ERROR(find_link(LINK, NOON + DAY, &link), STORE_NOT_FOUND);
}

static void a_link_ends_with_time_and_release(void **state)
{
    struct registration_request owner = owner_of(THING), next = asked(THING, "home", NOON + DAY);
    struct owners_act offer = {
        .kind = OWNERSHIP_OFFER, .token = owner.token, .link = LINK, .now = NOON + DAY};
    struct owners_link link;
    (void)state;

    apply(offer);
    ASSERT_ERROR(find_link(LINK, NOON + DAY + OWNERSHIP_HAND_OVER_MS, &link), STORE_NOT_FOUND);
    offer.link = OTHER_LINK; /* the one before ends */
    apply(offer);
    assert_int_equal(take_by(next.token, LINK, NOON + DAY), OWNERSHIP_ENDED);
    assert_int_equal(act_of(OWNERSHIP_RELEASE, owner.token, NOON + DAY), OWNERSHIP_DONE);
    assert_int_equal(take_by(next.token, OTHER_LINK, NOON + DAY), OWNERSHIP_ENDED);
    struct registration_request free_now = asked(THING, "home", NOON + DAY + SECOND);
    (void)free_now;
    ASSERT_STANDING(owner.token, NOON + DAY, STANDING_FORMER);
}

static void a_released_device_belongs_to_who_asks_next(void **state)
{
    struct registration_request owner = owner_of(THING), next;
    (void)state;

    act_of(OWNERSHIP_RELEASE, owner.token, NOON + DAY);
    next = asked(THING, "home", NOON + 2 * DAY);
    ASSERT_STANDING(next.token, NOON + 2 * DAY, STANDING_OWNER);
}

static void erasing_the_owner_leaves_a_device_without_one(void **state)
{
    struct registration_request owner = owner_of(THING);
    (void)state;

    erase(owner.token, NOON + DAY);
    struct owners_record *record = record_of(THING, NOON + DAY);
    assert_string_equal(record->owner, "");
    assert_int_equal(record->party_count, 0);
    assert_true(record->note_count > 0);
    for (size_t i = 0; i < record->note_count; i++)
        assert_string_equal(record->notes[i].token, "");
    assert_string_equal(record->notes[0].kind, "ended");
}

static void erasing_one_of_two_during_an_open_claim(void **state)
{
    struct registration_request first = asked(THING, "home", NOON),
                                second = asked(THING, "home", NOON + SECOND);
    (void)state;

    erase(first.token, NOON + MINUTE);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * MINUTE, NOON + 2 * MINUTE);
    ASSERT_STANDING(second.token, NOON + 2 * MINUTE, STANDING_OWNER);
}

static void proofs_count_as_the_product_asks_for_them_now(void **state)
{
    struct registration_request request;
    (void)state;

    request = asked(THING, "home", NOON);
    asked_for = PROOF(PROOF_LABEL) | PROOF(PROOF_CODE); /* changed while the claim is open */
    arrive("home", PRESENCE_CONNECTED, THING, NOON + MINUTE, NOON + MINUTE);
    ASSERT_STANDING(request.token, NOON + MINUTE, STANDING_WAITING);
    assert_false(holding_of(request.token, NOON + MINUTE).may_tell);
    act_of(OWNERSHIP_CODE, request.token, NOON + 2 * MINUTE);
    ASSERT_STANDING(request.token, NOON + 2 * MINUTE, STANDING_OWNER);
}

static void the_missing_proof_has_a_week(void **state)
{
    struct registration_request request;
    const long long end = NOON + MINUTE + OWNERSHIP_PROVE_MS;
    (void)state;

    asked_for = PROOF(PROOF_LABEL) | PROOF(PROOF_CODE);
    request = asked(THING, "home", NOON);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + MINUTE, NOON + MINUTE);
    assert_int_equal(pass_time(end - 1), 0);
    ASSERT_STANDING(request.token, end - 1, STANDING_WAITING);
    assert_int_equal(pass_time(end), 1);
    ASSERT_STANDING(request.token, end, STANDING_LAPSED);
    assert_int_equal(act_of(OWNERSHIP_CODE, request.token, end), OWNERSHIP_NOT_NOW);
}

static void withdrawn_requests_stand_in_nobodys_way(void **state)
{
    struct registration_request first = asked(THING, "home", NOON),
                                second = asked(THING, "home", NOON + SECOND);
    struct registration out;
    (void)state;

    ASSERT_OK(do_cancel(first.token, NOON + MINUTE, &out));
    ASSERT_STANDING(first.token, NOON + MINUTE, STANDING_WITHDRAWN);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * MINUTE, NOON + 2 * MINUTE);
    ASSERT_STANDING(second.token, NOON + 2 * MINUTE, STANDING_OWNER);
    ASSERT_STANDING(first.token, NOON + 2 * MINUTE, STANDING_WITHDRAWN);
}

/* More than the rules look at: nobody slips through. */
static void a_crowd_contests_it(void **state)
{
    struct registration_request list[OWNERSHIP_PARTIES_MAX + 5];
    (void)state;

    for (size_t i = 0; i < COUNT(list); i++)
        list[i] = asked(THING, "home", NOON + (long long)i);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + MINUTE, NOON + MINUTE);
    for (size_t i = 0; i < COUNT(list); i++)
        ASSERT_STANDING(list[i].token, NOON + MINUTE, STANDING_WAITING);
    assert_int_equal(record_of(THING, NOON + MINUTE)->others, 5);
    act_of(OWNERSHIP_CODE, list[COUNT(list) - 1].token, NOON + MINUTE);
    ASSERT_STANDING(list[COUNT(list) - 1].token, NOON + MINUTE, STANDING_OWNER);
}

/* More than are read of one device. */
#define MANY 260

static void many_ask(long long now)
{
    for (long long i = 0; i < MANY; i++) {
        struct registration_request one = asked(THING, "home", now + i);
        act_of(OWNERSHIP_ASK, one.token, now + i);
    }
}

static void no_crowd_hides_the_owner(void **state)
{
    struct registration_request owner, thief;
    (void)state;

    asked_for = PROOF(PROOF_LABEL) | PROOF(PROOF_CODE);
    many_ask(NOON);
    owner = asked(THING, "home", NOON + MINUTE);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * MINUTE, NOON + 2 * MINUTE);
    act_of(OWNERSHIP_CODE, owner.token, NOON + 3 * MINUTE);
    many_ask(NOON + 4 * MINUTE);
    thief = asked(THING, "home", NOON + 5 * MINUTE);
    act_of(OWNERSHIP_CODE, thief.token, NOON + 6 * MINUTE);
    ASSERT_STANDING(thief.token, NOON + 6 * MINUTE, STANDING_WAITING);
    ASSERT_STANDING(owner.token, NOON + 6 * MINUTE, STANDING_OWNER);
    assert_string_equal(record_of(THING, NOON + 6 * MINUTE)->owner, owner.token);
}

static void no_crowd_hides_a_challenge(void **state)
{
    struct registration_request buyer, thief;
    const long long at = NOON + 10 * MINUTE;
    (void)state;

    asked_for = PROOF(PROOF_LABEL) | PROOF(PROOF_POWER_CYCLE);
    many_ask(NOON);
    buyer = asked(THING, "home", NOON + MINUTE);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * MINUTE, NOON + 2 * MINUTE);
    many_ask(NOON + 4 * MINUTE);
    thief = asked(THING, "home", NOON + 5 * MINUTE);
    act_of(OWNERSHIP_CHALLENGE, buyer.token, at);
    act_of(OWNERSHIP_CHALLENGE, thief.token, at);
    switched(PRESENCE_DISCONNECTED, THING, at + 10 * SECOND, at + 10 * SECOND);
    switched(PRESENCE_CONNECTED, THING, at + 20 * SECOND, at + 20 * SECOND);
    assert_false(holding_of(thief.token, at + MINUTE).proofs & PROOF(PROOF_POWER_CYCLE));
}

static void a_crowd_gets_its_answer(void **state)
{
    const long long end = NOON + 15 * DAY;
    size_t steps = 0;
    (void)state;

    owner_of(THING);
    many_ask(NOON + 2 * MINUTE);
    many_ask(NOON + 3 * MINUTE);
    while (pass_time(end) && steps < 2 * MANY)
        steps++;
    assert_in_range(steps, 1, 2 * MANY - 1);
}

static enum store_error run_retention(struct store_tx *tx, void *argument)
{
    return retention_run(tx, argument);
}

/* The claim of the one before, who switched it on, is the only one that has deliveries. */
static void a_device_that_was_handed_over_is_kept(void **state)
{
    const struct retention retention = {.ended_claims = DAY};
    const long long later = NOON + 30 * DAY;
    struct retention_step step = {.retention = &retention, .now = later, .limit = 10};
    struct registration_request before = owner_of(THING), owner;
    (void)state;

    is_online(THING, NOON + MINUTE);
    owner = request_for(THING, "home", NOON + 2 * MINUTE);
    owner.online_since = NOON;
    ASSERT_STATE(added(&owner).state, CLAIM_ONBOARDED);
    apply((struct owners_act){
        .kind = OWNERSHIP_OFFER, .token = before.token, .link = LINK, .now = NOON + 3 * MINUTE});
    assert_int_equal(take_by(owner.token, LINK, NOON + 3 * MINUTE), OWNERSHIP_DONE);
    ASSERT_OK(store_call(fixture.store, run_retention, &step, true));
    assert_int_equal(step.claims, 1);
    assert_string_equal(record_of(THING, later)->owner, owner.token);
    assert_int_equal(record_of(THING, later)->arrived_at, NOON + MINUTE);
    assert_in_range(record_of(THING, later)->note_count, 1, OWNERS_NOTES_MAX);
    act_of(OWNERSHIP_RELEASE, owner.token, later);
    step.now = later + 2 * DAY;
    ASSERT_OK(store_call(fixture.store, run_retention, &step, true));
    static struct owners_record record;
    struct call call = {.thing_name = THING, .now = later, .record = &record};
    ASSERT_ERROR(store_call(fixture.store, run_read, &call, false), STORE_NOT_FOUND);
}

static void an_owners_registration_is_kept(void **state)
{
    const struct retention retention = {.ended_claims = DAY};
    struct retention_step step = {.retention = &retention, .now = NOON + 30 * DAY, .limit = 10};
    struct registration_request owner = owner_of(THING), lapsed = asked(OTHER_THING, "home", NOON);
    struct call call = {.token = lapsed.token, .now = NOON};
    (void)state;

    expire(NOON + WINDOW_MS, 10);
    ASSERT_OK(store_call(fixture.store, run_retention, &step, true));
    assert_int_equal(step.claims, 1);
    ASSERT_STANDING(owner.token, NOON + 30 * DAY, STANDING_OWNER);
    ASSERT_ERROR(store_call(fixture.store, run_holding, &call, false), STORE_NOT_FOUND);
    act_of(OWNERSHIP_RELEASE, owner.token, NOON + 30 * DAY);
    OWNED struct owners_record *record = memory_new(1, sizeof *record);
    struct call read = {.thing_name = THING, .now = NOON + 30 * DAY, .record = record};
    ASSERT_OK(store_call(fixture.store, run_read, &read, false));
    assert_true(record->note_count > 0 && record->arrived_at);
    step.now += DAY;
    ASSERT_OK(store_call(fixture.store, run_retention, &step, true));
    assert_int_equal(step.claims, 1);
    /* and with its last claim what was kept about the device */
    ASSERT_ERROR(store_call(fixture.store, run_read, &read, false), STORE_NOT_FOUND);
    assert_int_equal(record->note_count + (record->arrived_at != 0), 0);
}

/* ---- races: each person has a portal, where the database can have several ---- */

#define PORTALS 3

struct racer {
    struct store *store;
    pthread_t thread;
    pthread_barrier_t *start;
    const struct registration_request *request; /* registers, or */
    const char *token;                          /* gives the code, or */
    const char *arrives;                        /* the device comes */
    long long now;
    enum store_error error;
};

static enum store_error run_racer(struct store_tx *tx, void *argument)
{
    struct racer *racer = argument;
    const struct owners_act act = {.kind = OWNERSHIP_CODE, .token = racer->token, .now = racer->now};
    struct sighting sighting = {.presence = {.kind = PRESENCE_CONNECTED}, .received_at = racer->now};
    struct registration out;
    enum ownership_answer answer;
    enum arrival arrival;
    long long claim_id;

    if (racer->request)
        return registrations_add(tx, racer->request, &out);
    if (racer->token)
        return owners_apply(tx, &act, &answer);
    snprintf(sighting.presence.thing_name, sizeof sighting.presence.thing_name, "%s", racer->arrives);
    return claims_arrived(tx, "home", &sighting, racer->now, &arrival, &claim_id);
}

static void *race(void *argument)
{
    struct racer *racer = argument;

    pthread_barrier_wait(racer->start);
    racer->error = store_call(racer->store, run_racer, racer, true);
    return NULL;
}

static void race_all(struct racer *racers, struct store *const stores[])
{
    pthread_barrier_t start;

    pthread_barrier_init(&start, NULL, PORTALS);
    for (size_t i = 0; i < PORTALS; i++) {
        racers[i].store = stores[i];
        racers[i].start = &start;
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < PORTALS; i++)
        pthread_join(racers[i].thread, NULL);
    for (size_t i = 0; i < PORTALS; i++)
        ASSERT_OK(racers[i].error);
    pthread_barrier_destroy(&start);
}

static void open_portals(struct store *stores[PORTALS])
{
    const bool shared = strncmp(fixture.url, "postgresql", 10) == 0;
    TEXT struct text why = TEXT_EMPTY;

    for (size_t i = 0; i < PORTALS; i++)
        stores[i] = fixture.store;
    for (size_t i = 1; i < PORTALS && shared; i++)
        ASSERT_OK(store_open(fixture_options(fixture.url), &stores[i], &why));
}

static void close_portals(struct store *stores[PORTALS])
{
    for (size_t i = 1; i < PORTALS; i++)
        if (stores[i] != fixture.store)
            store_close(stores[i]);
}

static size_t owners_of(const char *thing_name, long long now)
{
    const struct owners_record *record = record_of(thing_name, now);
    size_t owners = 0;

    for (size_t i = 0; i < record->party_count; i++)
        owners += record->parties[i].party.standing == STANDING_OWNER;
    assert_int_equal(owners, *record->owner != '\0');
    return owners;
}

/* The one before has released it. The first of the three owns it; the label is enough. */
static void three_ask_at_once_for_a_device_that_is_there(void **state)
{
    struct store *stores[PORTALS];
    char thing_name[IDENTIFIER_SIZE];
    (void)state;

    open_portals(stores);
    for (unsigned i = 0; i < FEWER(200); i++) {
        struct registration_request requests[PORTALS];
        struct racer racers[PORTALS] = {0};
        snprintf(thing_name, sizeof thing_name, "%032x", i);
        struct registration_request before = owner_of(thing_name);
        act_of(OWNERSHIP_RELEASE, before.token, NOON + DAY);
        is_online(thing_name, NOON + DAY);
        for (size_t j = 0; j < PORTALS; j++) {
            requests[j] = request_for(thing_name, "home", NOON + 2 * DAY);
            requests[j].online_since = i % 2 ? NOON : 0; /* there is a claim that they share, or none */
            racers[j].request = &requests[j];
        }
        race_all(racers, stores);
        assert_int_equal(owners_of(thing_name, NOON + 2 * DAY), 1);
    }
    close_portals(stores);
}

/* One has the code. Whatever comes first, that one owns it in the end. */
static void two_race_while_the_device_arrives(void **state)
{
    struct store *stores[PORTALS];
    char thing_name[IDENTIFIER_SIZE];
    (void)state;

    open_portals(stores);
    for (unsigned i = 0; i < FEWER(200); i++) {
        struct racer racers[PORTALS] = {0};
        snprintf(thing_name, sizeof thing_name, "%032x", i);
        struct registration_request buyer = asked(thing_name, "home", NOON);
        struct registration_request stranger =
            request_for(thing_name, i % 2 ? "home" : "abroad", NOON + SECOND);
        for (size_t j = 0; j < PORTALS; j++)
            racers[j].now = NOON + MINUTE;
        racers[i % PORTALS].token = buyer.token;
        racers[(i + 1) % PORTALS].request = &stranger;
        racers[(i + 2) % PORTALS].arrives = thing_name;
        race_all(racers, stores);
        assert_int_equal(owners_of(thing_name, NOON + MINUTE), 1);
        ASSERT_STANDING(buyer.token, NOON + MINUTE, STANDING_OWNER);
    }
    close_portals(stores);
}

static int begin(void **state)
{
    asked_for = PROOF(PROOF_LABEL);
    return fixture_begin(state);
}

#define OWNERS_TEST(function) cmocka_unit_test_setup_teardown(function, begin, fixture_end)

int main(void)
{
    static const struct owners_rules rules = {.required = required};
    const struct CMUnitTest tests[] = {
        OWNERS_TEST(unknown_tokens_have_no_device),
        OWNERS_TEST(who_waits_alone_owns_the_device_that_arrives),
        OWNERS_TEST(a_request_ends_with_its_claim_unless_the_device_comes_late),
        OWNERS_TEST(two_who_wait_contest_it_and_the_code_decides),
        OWNERS_TEST(a_proof_takes_the_claim_from_another_endpoint),
        OWNERS_TEST(a_claim_is_not_redirected_once_the_thing_was_created),
        OWNERS_TEST(the_same_person_goes_on),
        OWNERS_TEST(the_same_person_chooses_another_endpoint),
        OWNERS_TEST(a_power_cycle_proves_possession),
        OWNERS_TEST(events_out_of_order_prove_it_as_well),
        OWNERS_TEST(a_power_cycle_is_found_in_every_form_of_the_identifier),
        OWNERS_TEST(who_comes_after_the_owner_asks),
        OWNERS_TEST(silence_becomes_a_dispute_that_staff_decides),
        OWNERS_TEST(a_link_hands_the_device_over_once),
        OWNERS_TEST(a_link_ends_with_time_and_release),
        OWNERS_TEST(a_released_device_belongs_to_who_asks_next),
        OWNERS_TEST(erasing_the_owner_leaves_a_device_without_one),
        OWNERS_TEST(erasing_one_of_two_during_an_open_claim),
        OWNERS_TEST(proofs_count_as_the_product_asks_for_them_now),
        OWNERS_TEST(the_missing_proof_has_a_week),
        OWNERS_TEST(withdrawn_requests_stand_in_nobodys_way),
        OWNERS_TEST(a_crowd_contests_it),
        OWNERS_TEST(no_crowd_hides_the_owner),
        OWNERS_TEST(no_crowd_hides_a_challenge),
        OWNERS_TEST(a_crowd_gets_its_answer),
        OWNERS_TEST(an_owners_registration_is_kept),
        OWNERS_TEST(a_device_that_was_handed_over_is_kept),
        OWNERS_TEST(three_ask_at_once_for_a_device_that_is_there),
        OWNERS_TEST(two_race_while_the_device_arrives),
    };

    fixture_owners = &rules;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
