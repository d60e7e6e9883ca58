/* SPDX-License-Identifier: Apache-2.0 */
/* What private pages and staff see of a device. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/owners.h"
#include "server/store/owners_state.h"
#include "server/store/transaction.h"

/* As it is now: time may have passed since the store was written. */
static enum store_error read_device(struct store_tx *tx, const char *token, long long now,
                                    struct owners_device *device)
{
    const struct owners_loading loading = {.token = token, .now = now};
    const struct ownership_event time = {.kind = OWNERSHIP_TIME, .now = now};
    struct ownership_effects effects;
    enum ownership_answer ignored;

    RETURN_IF(owners_load(tx, &loading, device, 1));
    RETURN_IF(owners_step(tx, device, &time, NULL, &effects, &ignored));
    if (ownership_owner(&device->state) != ownership_owner(&device->before))
        device->state = device->before; /* who owns it changes when it is written, and not before */
    return STORE_OK;
}

/* ---- for the person ---- */

static void add_requests(const struct owners_device *device, struct holding *out)
{
    for (size_t i = 0; i < device->state.count; i++) {
        const struct party *party = &device->state.parties[i];
        if (party->standing != STANDING_ASKING && party->standing != STANDING_DISPUTED)
            continue;
        struct holding_request *request = &out->requests[out->request_count++];
        *request = (struct holding_request){.standing = party->standing,
                                            .proofs = party->proofs,
                                            .asked_at = party->asked_at,
                                            .due_at = ownership_due(party)};
        snprintf(request->reference, sizeof request->reference, "%.*s", REGISTRATION_REFERENCE_LENGTH,
                 device->members[i].token);
    }
}

static void describe(const struct owners_device *device, size_t place, long long now, struct holding *out)
{
    const struct ownership *state = &device->state;
    const struct party *party = &state->parties[place];

    out->view = ownership_view(state, place);
    out->standing = ownership_shown(state, place, now);
    out->may_tell = ownership_may_tell(state, place);
    out->has_owner = out->may_tell && ownership_owner(state) < state->count;
    out->contested = out->may_tell && state->contested;
    out->arrived_at = out->may_tell ? state->arrived_at : 0;
    out->proofs = party->proofs;
    out->required = state->required;
    out->asked_at = party->asked_at;
    out->due_at =
        out->standing == STANDING_ASKING ? party->asked_at + OWNERSHIP_ANSWER_MS : ownership_due(party);
    out->challenge = party->challenge;
    out->challenge_at = ownership_challenge_at(party);
    if (out->view != VIEW_OWNER)
        return;
    out->owned_at = state->owned_at;
    out->hand_over_until = state->hand_over_until;
    add_requests(device, out);
}

enum store_error owners_find(struct store_tx *tx, const char *token, long long now, struct holding *out)
{
    OWNED struct owners_device *device = memory_new(1, sizeof *device);
    struct holding found = {0};

    RETURN_IF(owners_thing_of(tx, token, device->thing_name));
    RETURN_IF(read_device(tx, token, now, device));
    size_t place = owners_place(device, token);
    if (place == device->state.count) /* more than there is room for, or erased since it was found */
        return STORE_NOT_FOUND;
    memcpy(found.thing_name, device->thing_name, sizeof found.thing_name);
    memcpy(found.product, device->members[place].product, sizeof found.product);
    describe(device, place, now, &found);
    *out = found;
    return STORE_OK;
}

/* ---- for staff ---- */

static void note_row(void *context, const struct row *row)
{
    struct owners_record *record = context;
    struct owners_note *note = &record->notes[record->note_count++];

    note->at = row_integer(row, 0);
    row_copy(row, 1, note->kind, sizeof note->kind);
    row_copy(row, 2, note->actor, sizeof note->actor);
    row_copy(row, 3, note->token, sizeof note->token);
    note->proofs = (unsigned)row_integer(row, 4);
    row_copy(row, 5, note->reason, sizeof note->reason);
}

static void copy_device(const struct owners_device *device, struct owners_record *out)
{
    const struct ownership *state = &device->state;

    memcpy(out->thing_name, device->thing_name, sizeof out->thing_name);
    memcpy(out->endpoint, device->endpoint, sizeof out->endpoint);
    memcpy(out->owner, device->owner, sizeof out->owner);
    out->required = state->required;
    out->contested = state->contested;
    out->owned_at = state->owned_at;
    out->arrived_at = state->arrived_at;
    out->hand_over_until = state->hand_over_until;
    out->party_count = state->count;
    out->others = state->others;
    for (size_t i = 0; i < state->count; i++) {
        struct owners_party *party = &out->parties[i];
        memcpy(party->token, device->members[i].token, sizeof party->token);
        memcpy(party->endpoint, device->members[i].endpoint, sizeof party->endpoint);
        memcpy(party->product, device->members[i].product, sizeof party->product);
        party->party = state->parties[i];
        party->accepted_at = device->members[i].accepted_at;
    }
}

enum store_error owners_read(struct store_tx *tx, const char *thing_name, long long now,
                             struct owners_record *out)
{
    OWNED struct owners_device *device = memory_new(1, sizeof *device);

    memset(out, 0, sizeof *out);
    snprintf(device->thing_name, sizeof device->thing_name, "%s", thing_name);
    RETURN_IF(read_device(tx, NULL, now, device));
    copy_device(device, out);
    enum store_error error = tx_query(
        tx, SQL_OWNERSHIP_EVENTS, WITH(sql_text(thing_name), sql_integer(OWNERS_NOTES_MAX)), note_row, out);
    if (error && error != STORE_NOT_FOUND)
        return error;
    return device->is_known || out->party_count || out->note_count ? STORE_OK : STORE_NOT_FOUND;
}

static void listed_row(void *context, const struct row *row)
{
    struct owners_disputes *disputes = context;
    size_t place = disputes->count++;

    row_copy(row, 0, disputes->list[place].thing_name, sizeof disputes->list[place].thing_name);
    row_copy(row, 1, disputes->list[place].token, sizeof disputes->list[place].token);
    disputes->list[place].asked_at = row_integer(row, 2);
}

enum store_error owners_disputes(struct store_tx *tx, struct owners_disputes *out)
{
    out->count = 0;
    enum store_error error =
        tx_query(tx, SQL_DISPUTES_LIST, WITH(sql_integer(OWNERS_LISTED_MAX)), listed_row, out);
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* ---- for the metrics ---- */

static void disputes_row(void *context, const struct row *row)
{
    struct owners_counts *counts = context;

    counts->disputes = row_integer(row, 0);
    counts->oldest_dispute = row_integer(row, 1);
}

enum store_error owners_count(struct store_tx *tx, struct owners_counts *out)
{
    return tx_query(tx, SQL_DISPUTES, WITH_NOTHING, disputes_row, out);
}
