/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/owners.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/claims.h"
#include "server/store/owners_claims.h"
#include "server/store/owners_state.h"
#include "server/store/transaction.h"

static void name_row(void *context, const struct row *row)
{
    row_copy(row, 0, context, IDENTIFIER_SIZE);
}

enum store_error owners_thing_of(struct store_tx *tx, const char *token, char out[IDENTIFIER_SIZE])
{
    return tx_query(tx, SQL_OWNERS_THING, WITH(sql_text(token)), name_row, out);
}

/* Who may do it, and what the audit calls them. */
static const char *actor_of(enum ownership_event_kind kind)
{
    switch (kind) {
    case OWNERSHIP_ACCEPT:
    case OWNERSHIP_DENY:
    case OWNERSHIP_OFFER:
    case OWNERSHIP_KEEP:
    case OWNERSHIP_RELEASE:
        return "owner";
    case OWNERSHIP_GRANT:
    case OWNERSHIP_REFUSE:
    case OWNERSHIP_STAFF_RELEASE:
        return "staff";
    case OWNERSHIP_ARRIVED:
    case OWNERSHIP_OFF:
    case OWNERSHIP_ON:
    case OWNERSHIP_TIME:
        return "portal";
    default:
        return "person";
    }
}

static size_t place_by_reference(const struct owners_device *device, const char *reference)
{
    size_t i = 0;

    while (i < device->state.count && (strncmp(device->members[i].token, reference, strlen(reference)) != 0 ||
                                       !standing_is_live(device->state.parties[i].standing)))
        i++;
    return i;
}

/* The party that the event names. False: it is not for this person to do. */
static bool find_party(const struct owners_device *device, const struct owners_act *act, size_t *party)
{
    size_t owner = ownership_owner(&device->state);

    *party = act->token ? owners_place(device, act->token) : owner;
    if (act->kind != OWNERSHIP_ACCEPT && act->kind != OWNERSHIP_DENY)
        return true;
    if (*party == device->state.count || *party != owner)
        return false;
    *party = act->other ? place_by_reference(device, act->other) : device->state.count;
    return true;
}

/* The claim first: see owners.h. */
static enum store_error lock_device(struct store_tx *tx, const struct owners_act *act,
                                    struct owners_device *device)
{
    const struct owners_loading loading = {.token = act->token, .now = act->now, .locks = true};

    if (act->token)
        RETURN_IF(owners_thing_of(tx, act->token, device->thing_name));
    else
        snprintf(device->thing_name, sizeof device->thing_name, "%s", act->thing_name);
    RETURN_IF(owners_lock_claim(tx, device->thing_name));
    return owners_load(tx, &loading, device, 1);
}

static enum store_error apply(struct store_tx *tx, struct owners_device *device, const struct owners_act *act,
                              size_t party, enum ownership_answer *answer)
{
    const struct ownership_event event = {
        .kind = act->kind, .party = party, .now = act->now, .happened_at = act->now, .ends_at = act->ends_at};
    const struct owners_note_by by = {actor_of(act->kind), act->reason, act->now};
    struct ownership_effects effects;

    RETURN_IF(owners_step(tx, device, &event, &by, &effects, answer));
    if (*answer == OWNERSHIP_DONE && act->kind == OWNERSHIP_OFFER)
        snprintf(device->link, sizeof device->link, "%s", act->link);
    RETURN_IF(owners_save(tx, device, 1));
    return owners_redirect(tx, device, &effects, act->now);
}

enum store_error owners_apply(struct store_tx *tx, const struct owners_act *act,
                              enum ownership_answer *answer)
{
    OWNED struct owners_device *device = memory_new(1, sizeof *device);
    struct owners_act done = *act;
    size_t party;

    RETURN_IF(lock_device(tx, act, device));
    bool may = find_party(device, act, &party);
    if (act->other && may && party == device->state.count)
        return STORE_NOT_FOUND;
    if (!may)
        done.kind = OWNERSHIP_TIME;
    RETURN_IF(apply(tx, device, &done, party, answer));
    if (!may)
        *answer = OWNERSHIP_NOT_NOW;
    return STORE_OK;
}

/* ---- hand-over ---- */

static void link_row(void *context, const struct row *row)
{
    struct owners_link *link = context;

    row_copy(row, 0, link->thing_name, sizeof link->thing_name);
    row_copy(row, 1, link->endpoint, sizeof link->endpoint);
    row_copy(row, 2, link->product, sizeof link->product);
    link->until = row_integer(row, 3);
}

enum store_error owners_find_link(struct store_tx *tx, const char *link, long long now,
                                  struct owners_link *out)
{
    struct owners_link found = {0};

    RETURN_IF(tx_query(tx, SQL_DEVICE_BY_LINK, WITH(sql_text(link), sql_integer(now)), link_row, &found));
    *out = found;
    return STORE_OK;
}

enum store_error owners_take(struct store_tx *tx, const char *token, const char *link, long long now,
                             enum ownership_answer *answer)
{
    const struct owners_act act = {.kind = OWNERSHIP_TAKE, .token = token, .now = now};
    OWNED struct owners_device *device = memory_new(1, sizeof *device);

    RETURN_IF(lock_device(tx, &act, device));
    if (!*device->link || strcmp(device->link, link) != 0) {
        *answer = OWNERSHIP_ENDED;
        return owners_save(tx, device, 1);
    }
    return apply(tx, device, &act, owners_place(device, token), answer);
}
