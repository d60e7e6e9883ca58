/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/owners_state.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/engine.h"
#include "server/store/transaction.h"

static enum store_error ignore_missing(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* ---- reading ---- */

struct reading {
    const struct owners_loading *loading;
    struct owners_device *devices;
    size_t count;
};

static struct owners_device *device_at(const struct reading *reading, long long index)
{
    return index >= 0 && index < (long long)reading->count ? &reading->devices[index] : NULL;
}

static void device_row(void *context, const struct row *row)
{
    struct owners_device *device = device_at(context, row_integer(row, 0));

    if (!device)
        return;
    device->is_known = true;
    row_copy(row, 1, device->owner, sizeof device->owner);
    device->state.owned_at = row_integer(row, 2);
    device->state.contested = row_integer(row, 3) != 0;
    device->had_no_arrival = !row_integer(row, 4);
    device->state.arrived_at = row_integer(row, device->had_no_arrival ? 8 : 4);
    row_copy(row, 5, device->endpoint, sizeof device->endpoint);
    row_copy(row, 6, device->link, sizeof device->link);
    device->state.hand_over_until = row_integer(row, 7);
    snprintf(device->row.owner, sizeof device->row.owner, "%s", device->owner);
    snprintf(device->row.endpoint, sizeof device->row.endpoint, "%s", device->endpoint);
    snprintf(device->row.link, sizeof device->row.link, "%s", device->link);
}

struct found {
    struct party party;
    struct owners_member member;
};

/* A request that waits for nothing else ends when its claim does. A device that arrives late has still
 * arrived, so this is not written. */
static void end_with_claim(struct found *found, const char *state, long long expires_at, long long now)
{
    struct party *party = &found->party;
    enum claim_state claim = CLAIM_FAILED;

    bool open = claim_state_parse(state, &claim) && claim_state_is_open(claim);
    if (open)
        found->member.claim_ends = expires_at > now ? expires_at : now + 1;
    if (party->standing != STANDING_WAITING)
        return;
    if (open && party->ends_at < found->member.claim_ends)
        party->ends_at = found->member.claim_ends;
    if (party->ends_at)
        return;
    if (claim == CLAIM_ONBOARDED)
        party->ends_at = now + OWNERSHIP_PROVE_MS;
    else
        party->standing = STANDING_LAPSED;
}

static struct found read_party(const struct row *row, long long now)
{
    struct found found = {.party = {.standing = STANDING_WAITING}};
    struct party *party = &found.party;

    row_copy(row, 1, found.member.token, sizeof found.member.token);
    row_copy(row, 2, found.member.endpoint, sizeof found.member.endpoint);
    row_copy(row, 3, found.member.product, sizeof found.member.product);
    bool has_standing = standing_parse(row_text(row, 4), &party->standing); /* NULL: by an older program */
    party->proofs = has_standing ? (unsigned)row_integer(row, 5) : PROOF(PROOF_LABEL);
    found.member.due_at = row_integer(row, 6);
    party->ends_at = party->standing == STANDING_WAITING ? found.member.due_at : 0;
    party->asked_at = row_integer(row, 7);
    party->challenge = (struct challenge){.from = row_integer(row, 8),
                                          .until = row_integer(row, 9),
                                          .off_at = row_integer(row, 10),
                                          .on_at = row_integer(row, 11),
                                          .count = (unsigned)row_integer(row, 12)};
    found.member.accepted_at = row_integer(row, 13);
    bool arrived = strcmp(row_text(row, 15), "onboarded") == 0 && row_integer(row, 18) == 0;
    found.member.arrived_at = arrived ? row_integer(row, 16) : 0;
    if (row_integer(row, 14) && standing_is_live(party->standing))
        party->standing = STANDING_WITHDRAWN;
    end_with_claim(&found, row_text(row, 15), row_integer(row, 17), now);
    return found;
}

/* One that lasts, or that an event may still be reported of. */
static bool has_challenge(const struct party *party, long long now)
{
    return party->challenge.until >= now - OWNERSHIP_CHALLENGE_MS;
}

/* The lower, the more the rules need this party. */
static int rank(const struct owners_loading *loading, const struct party *party,
                const struct owners_member *member)
{
    long long due = ownership_due(party);

    if (party->standing == STANDING_OWNER)
        return 0;
    if ((loading->token && strcmp(member->token, loading->token) == 0) || (due && due <= loading->now))
        return 1;
    if (party->proofs & PROOFS_TELLING)
        return 2;
    return has_challenge(party, loading->now) ? 3 : 4;
}

static size_t least_needed(const struct owners_loading *loading, const struct owners_device *device)
{
    size_t least = 0;

    for (size_t i = 1; i < device->state.count; i++)
        if (rank(loading, &device->state.parties[i], &device->members[i]) >=
            rank(loading, &device->state.parties[least], &device->members[least]))
            least = i;
    return least;
}

static void leave_out(const struct owners_loading *loading, struct owners_device *device,
                      const struct party *party)
{
    device->state.others++;
    device->state.crowded = device->state.crowded || has_challenge(party, loading->now);
}

static void add_party(const struct owners_loading *loading, struct owners_device *device,
                      const struct found *found)
{
    size_t place = device->state.count;

    if (owners_place(device, found->member.token) < place)
        return;
    if (place == OWNERSHIP_PARTIES_MAX) {
        place = least_needed(loading, device);
        if (rank(loading, &found->party, &found->member) >=
            rank(loading, &device->state.parties[place], &device->members[place])) {
            leave_out(loading, device, &found->party);
            return;
        }
        leave_out(loading, device, &device->state.parties[place]);
    } else {
        device->state.count++;
    }
    device->state.parties[place] = found->party;
    device->members[place] = found->member;
}

static void party_row(void *context, const struct row *row)
{
    const struct reading *reading = context;
    struct owners_device *device = device_at(reading, row_integer(row, 0));

    if (!device)
        return;
    struct found found = read_party(row, reading->loading->now);
    if (standing_is_live(found.party.standing) || found.party.standing == STANDING_OWNER ||
        has_challenge(&found.party, reading->loading->now) ||
        (reading->loading->token && strcmp(found.member.token, reading->loading->token) == 0))
        add_party(reading->loading, device, &found);
}

size_t owners_place(const struct owners_device *device, const char *token)
{
    size_t i = 0;

    while (i < device->state.count && strcmp(device->members[i].token, token) != 0)
        i++;
    return i;
}

/* ---- what the rules ask for ---- */

static unsigned required(const struct store_tx *tx, const struct owners_device *device)
{
    const struct owners_rules *rules = tx->database->owners;
    unsigned proofs = PROOF(PROOF_LABEL);

    for (size_t i = 0; i < device->state.count && rules; i++)
        proofs |= rules->required(rules->context, device->members[i].product, device->thing_name);
    return proofs;
}

static enum store_error write_note(struct store_tx *tx, const struct owners_device *device,
                                   const struct ownership_effect *effect, const struct owners_note_by *by)
{
    return tx_run(tx, SQL_OWNERSHIP_EVENT_INSERT,
                  WITH(sql_text(device->thing_name), sql_integer(by->now),
                       sql_text(effect_name(effect->kind)), sql_text(by->actor),
                       sql_text(device->members[effect->party].token),
                       sql_integer(device->state.parties[effect->party].proofs), sql_text(by->reason)),
                  NULL);
}

enum store_error owners_step(struct store_tx *tx, struct owners_device *device,
                             const struct ownership_event *event, const struct owners_note_by *by,
                             struct ownership_effects *effects, enum ownership_answer *answer)
{
    *answer = ownership_apply(&device->state, event, effects);
    for (size_t i = 0; i < effects->count && by; i++)
        RETURN_IF(write_note(tx, device, &effects->list[i], by));
    size_t owner = ownership_owner(&device->state);
    snprintf(device->owner, sizeof device->owner, "%s",
             owner < device->state.count ? device->members[owner].token : "");
    if (!device->state.hand_over_until)
        *device->link = '\0';
    return STORE_OK;
}

/* ---- arrivals that an older program has recorded ---- */

static void swap(struct owners_device *device, size_t a, size_t b)
{
    struct party party = device->state.parties[a], before = device->before.parties[a];
    struct owners_member member = device->members[a];

    device->state.parties[a] = device->state.parties[b];
    device->before.parties[a] = device->before.parties[b];
    device->members[a] = device->members[b];
    device->state.parties[b] = party;
    device->before.parties[b] = before;
    device->members[b] = member;
}

/* Who asked after the arrival had no part in it. */
static enum store_error arrive_then(struct store_tx *tx, struct owners_device *device, long long at,
                                    bool writes)
{
    const struct ownership_event event = {
        .kind = OWNERSHIP_ARRIVED, .now = at, .happened_at = at, .fresh = true};
    const struct owners_note_by by = {.actor = "portal", .now = at};
    struct ownership_effects effects;
    enum ownership_answer ignored;
    size_t all = device->state.count, there = 0;

    for (size_t i = 0; i < all; i++)
        if (device->members[i].accepted_at <= at)
            swap(device, i, there++);
    device->state.count = there;
    enum store_error error = owners_step(tx, device, &event, writes ? &by : NULL, &effects, &ignored);
    device->state.count = all;
    return error;
}

static enum store_error catch_up(struct store_tx *tx, const struct owners_loading *loading,
                                 struct owners_device *device)
{
    long long since = device->had_no_arrival ? 0 : device->state.arrived_at, last = 0;

    for (size_t i = 0; i < device->state.count; i++) {
        long long at = device->members[i].arrived_at;
        if (standing_is_live(device->state.parties[i].standing) && at > last && at < loading->now)
            last = at;
    }
    return last > since ? arrive_then(tx, device, last, loading->locks) : STORE_OK;
}

/* ---- loading ---- */

static enum store_error make_rows(struct store_tx *tx, struct sql_value names)
{
    RETURN_IF(tx_run(tx, SQL_DEVICES_INSERT, WITH(names), NULL));
    enum store_error old = tx_query(tx, SQL_OWNERS_ANY_OLD, WITH_NOTHING, NULL, NULL);
    if (old)
        return ignore_missing(old);
    return tx_run(tx, SQL_OWNERS_ADOPT, WITH(names), NULL);
}

/* By its token: it is not live, or its row is an older program's. */
static enum store_error read_one(struct store_tx *tx, const struct reading *reading, const char *token)
{
    const struct owners_loading loading = {token, reading->loading->now, false};
    struct reading one = {&loading, reading->devices, 1};

    if (owners_place(reading->devices, token) < reading->devices->state.count)
        return STORE_OK;
    return ignore_missing(tx_query(tx, SQL_OWNERS_PARTY, WITH(sql_text(token)), party_row, &one));
}

enum store_error owners_load(struct store_tx *tx, const struct owners_loading *loading,
                             struct owners_device *devices, size_t count)
{
    struct reading reading = {loading, devices, count};
    OWNED const char **names = memory_new(count, sizeof *names);

    for (size_t i = 0; i < count; i++) {
        names[i] = devices[i].thing_name;
        devices[i].had_no_arrival = true;
    }
    struct sql_value list = sql_texts(names, count);
    if (loading->locks)
        RETURN_IF(make_rows(tx, list));
    RETURN_IF(ignore_missing(tx_query(tx, loading->locks ? SQL_DEVICES_LOCK : SQL_DEVICES_FIND,
                                      WITH(list, sql_integer(loading->now)), device_row, &reading)));
    RETURN_IF(ignore_missing(tx_query(tx, SQL_OWNERS_PARTIES,
                                      WITH(list, sql_integer(loading->now - OWNERSHIP_CHALLENGE_MS)),
                                      party_row, &reading)));
    if (loading->token)
        RETURN_IF(read_one(tx, &reading, loading->token));
    for (size_t i = 0; i < count; i++) {
        devices[i].state.required = required(tx, &devices[i]);
        devices[i].before = devices[i].state;
        RETURN_IF(catch_up(tx, loading, &devices[i]));
    }
    return STORE_OK;
}

/* ---- writing ---- */

/* When it changes by itself; 0: never, or with its claim. Where a device has arrived and has no owner, the
 * end of one can make another one the owner, so it is written and comes by itself. */
static long long due_of(const struct owners_device *device, size_t index)
{
    const struct party *party = &device->state.parties[index];
    bool decides = device->state.arrived_at && ownership_owner(&device->state) == device->state.count;
    bool with_claim =
        party->standing == STANDING_WAITING && party->ends_at <= device->members[index].claim_ends;

    return with_claim && !decides ? 0 : ownership_due(party);
}

static bool challenge_changed(const struct challenge *now, const struct challenge *before)
{
    return now->from != before->from || now->until != before->until || now->off_at != before->off_at ||
           now->on_at != before->on_at || now->count != before->count;
}

static bool party_changed(const struct owners_device *device, size_t index)
{
    const struct party *now = &device->state.parties[index], *before = &device->before.parties[index];

    return due_of(device, index) != device->members[index].due_at || now->standing != before->standing ||
           now->proofs != before->proofs || now->ends_at != before->ends_at ||
           now->asked_at != before->asked_at || challenge_changed(&now->challenge, &before->challenge);
}

static enum store_error save_party(struct store_tx *tx, const struct owners_device *device, size_t index)
{
    const struct party *party = &device->state.parties[index];
    const struct owners_member *member = &device->members[index];
    const struct challenge *challenge = &party->challenge;

    return tx_run(tx, SQL_OWNERS_PARTY_CHANGE,
                  WITH(sql_text(member->token), sql_text(standing_name(party->standing)),
                       sql_integer(party->proofs), sql_integer(due_of(device, index)),
                       sql_integer(party->asked_at), sql_integer(challenge->from),
                       sql_integer(challenge->until), sql_integer(challenge->off_at),
                       sql_integer(challenge->on_at), sql_integer(challenge->count)),
                  NULL);
}

static bool device_changed(const struct owners_device *device)
{
    const struct ownership *now = &device->state, *before = &device->before;

    return (device->had_no_arrival && now->arrived_at) || now->owned_at != before->owned_at ||
           now->contested != before->contested || now->arrived_at != before->arrived_at ||
           now->hand_over_until != before->hand_over_until || strcmp(device->owner, device->row.owner) != 0 ||
           strcmp(device->link, device->row.link) != 0 || strcmp(device->endpoint, device->row.endpoint) != 0;
}

static const char *text_or_null(const char *text)
{
    return *text ? text : NULL;
}

static enum store_error save_device(struct store_tx *tx, const struct owners_device *device)
{
    const struct ownership *state = &device->state;

    return tx_run(tx, SQL_DEVICE_CHANGE,
                  WITH(sql_text(device->thing_name), sql_text(text_or_null(device->owner)),
                       sql_integer(state->owned_at), sql_integer(state->contested),
                       sql_integer(state->arrived_at), sql_text(text_or_null(device->endpoint)),
                       sql_text(text_or_null(device->link)), sql_integer(state->hand_over_until)),
                  NULL);
}

enum store_error owners_save(struct store_tx *tx, struct owners_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct owners_device *device = &devices[i];
        for (size_t j = 0; j < device->state.count; j++)
            if (party_changed(device, j))
                RETURN_IF(save_party(tx, device, j));
        if (device_changed(device))
            RETURN_IF(save_device(tx, device));
    }
    return STORE_OK;
}
