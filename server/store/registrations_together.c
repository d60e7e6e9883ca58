/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/registrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/transaction.h"

/* One registration of the set. */
struct member {
    const struct registration_request *request;
    long long claim_id; /* 0: none yet */
    bool plain;         /* a new claim and a new registration, and nothing that others in the set touch */
    bool onboarded_before;
};

/* Who in the set has a name: a thing name, or an idempotency key. Sorted by name. */
struct name {
    const char *text;
    struct member *member;
    bool is_key;
};

struct set {
    struct member *members;
    size_t count;
    struct name *names;
    size_t name_count;
};

static int by_name(const void *left, const void *right)
{
    const struct name *a = left, *b = right;

    return a->is_key != b->is_key ? a->is_key - b->is_key : strcmp(a->text, b->text);
}

static void add_name(struct set *set, const char *text, struct member *member, bool is_key)
{
    set->names[set->name_count++] = (struct name){text, member, is_key};
}

static void collect_names(struct set *set)
{
    set->names = memory_new(set->count * (STAGING_MAX + 1), sizeof *set->names);
    for (size_t i = 0; i < set->count; i++) {
        const struct registration_request *request = set->members[i].request;
        for (size_t j = 0; j < request->target_count; j++)
            add_name(set, request->targets[j].thing_name, &set->members[i], false);
        if (request->idempotency_key)
            add_name(set, request->idempotency_key, &set->members[i], true);
    }
    qsort(set->names, set->name_count, sizeof *set->names, by_name);
    /* Two that share a name are no business of a set. */
    for (size_t i = 1; i < set->name_count; i++)
        if (by_name(&set->names[i - 1], &set->names[i]) == 0 &&
            set->names[i - 1].member != set->names[i].member)
            set->names[i - 1].member->plain = set->names[i].member->plain = false;
}

static struct member *find_name(const struct set *set, const char *text, bool is_key)
{
    const struct name wanted = {text, NULL, is_key};
    const struct name *found = bsearch(&wanted, set->names, set->name_count, sizeof wanted, by_name);

    return found ? found->member : NULL;
}

static void open_row(void *context, const struct row *row)
{
    struct member *member = find_name(context, row_text(row, 0), false);

    if (member)
        member->plain = false;
}

static void key_row(void *context, const struct row *row)
{
    struct member *member = find_name(context, row_text(row, 0), true);

    if (member)
        member->plain = false;
}

static void onboarded_row(void *context, const struct row *row)
{
    struct member *member = find_name(context, row_text(row, 0), false);

    if (member && strcmp(member->request->targets[0].thing_name, row_text(row, 0)) == 0)
        member->onboarded_before = true;
}

static void claim_row(void *context, const struct row *row)
{
    struct member *member = find_name(context, row_text(row, 1), false);

    if (member)
        member->claim_id = row_integer(row, 0);
}

static enum store_error ask(struct store_tx *tx, enum statement statement, struct set *set, bool is_key,
                            database_each *each)
{
    OWNED const char **texts = memory_new(set->name_count + 1, sizeof *texts);
    size_t count = 0;

    for (size_t i = 0; i < set->name_count; i++)
        if (set->names[i].is_key == is_key)
            texts[count++] = set->names[i].text;
    if (count == 0)
        return STORE_OK;
    enum store_error error = tx_query(tx, statement, WITH(sql_texts(texts, count)), each, set);
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static enum store_error insert_claims(struct store_tx *tx, struct set *set)
{
    OWNED const char **things = memory_new(set->count, sizeof *things);
    OWNED const char **endpoints = memory_new(set->count, sizeof *endpoints);
    OWNED long long *at = memory_new(set->count, sizeof *at);
    OWNED long long *expires = memory_new(set->count, sizeof *expires);
    OWNED long long *before = memory_new(set->count, sizeof *before);
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++) {
        const struct member *member = &set->members[i];
        if (!member->plain)
            continue;
        things[count] = member->request->targets[0].thing_name;
        endpoints[count] = member->request->endpoint;
        at[count] = member->request->now;
        expires[count] = member->request->now + member->request->window_ms;
        before[count++] = member->onboarded_before;
    }
    if (count == 0)
        return STORE_OK;
    enum store_error error =
        tx_write(tx, SQL_SET_CLAIMS_INSERT,
                 WITH(sql_texts(things, count), sql_texts(endpoints, count), sql_integers(at, count),
                      sql_integers(expires, count), sql_integers(before, count)),
                 claim_row, set);
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static enum store_error insert_deliveries(struct store_tx *tx, const struct set *set)
{
    size_t room = set->count * STAGING_MAX, count = 0;
    OWNED long long *claims = memory_new(room, sizeof *claims);
    OWNED const char **stagings = memory_new(room, sizeof *stagings);
    OWNED const char **things = memory_new(room, sizeof *things);
    OWNED const char **endpoints = memory_new(room, sizeof *endpoints);
    OWNED long long *due = memory_new(room, sizeof *due);

    for (size_t i = 0; i < set->count; i++) {
        const struct registration_request *request = set->members[i].request;
        for (size_t j = 0; j < request->target_count && set->members[i].claim_id; j++, count++) {
            claims[count] = set->members[i].claim_id;
            stagings[count] = request->targets[j].staging;
            things[count] = request->targets[j].thing_name;
            endpoints[count] = request->endpoint;
            due[count] = request->now;
        }
    }
    return tx_run(tx, SQL_SET_DELIVERIES_INSERT,
                  WITH(sql_integers(claims, count), sql_texts(stagings, count), sql_texts(things, count),
                       sql_texts(endpoints, count), sql_integers(due, count)),
                  NULL);
}

static enum store_error insert_registrations(struct store_tx *tx, const struct set *set, size_t *inserted)
{
    enum { TOKEN, NAME, EMAIL, KEY, DIGEST, TEXTS };
    OWNED const char **texts = memory_new(set->count * TEXTS, sizeof *texts);
    OWNED long long *claims = memory_new(set->count, sizeof *claims);
    OWNED long long *at = memory_new(set->count, sizeof *at);
    const char **column[TEXTS];
    size_t count = 0;
    long long changed = 0;

    for (int i = 0; i < TEXTS; i++)
        column[i] = texts + set->count * (size_t)i;
    for (size_t i = 0; i < set->count; i++) {
        const struct registration_request *request = set->members[i].request;
        if (!set->members[i].claim_id)
            continue;
        column[TOKEN][count] = request->token;
        column[NAME][count] = request->contact_name;
        column[EMAIL][count] = request->contact_email;
        column[KEY][count] = request->idempotency_key;
        column[DIGEST][count] = request->request_digest;
        claims[count] = set->members[i].claim_id;
        at[count++] = request->now;
    }
    RETURN_IF(
        tx_run(tx, SQL_SET_REGISTRATIONS_INSERT,
               WITH(sql_texts(column[TOKEN], count), sql_integers(claims, count), sql_integers(at, count),
                    sql_texts(column[NAME], count), sql_texts(column[EMAIL], count),
                    sql_texts(column[KEY], count), sql_texts(column[DIGEST], count)),
               &changed));
    *inserted = count;
    return changed == (long long)count ? STORE_OK : STORE_AGAIN; /* a claim nobody waits for is not to stay */
}

static enum store_error add_plain(struct store_tx *tx, struct set *set, size_t *inserted)
{
    size_t claims = 0;

    *inserted = 0;
    RETURN_IF(ask(tx, SQL_SET_OPEN_THINGS, set, false, open_row));
    RETURN_IF(ask(tx, SQL_SET_KEYS, set, true, key_row));
    RETURN_IF(ask(tx, SQL_SET_ONBOARDED_THINGS, set, false, onboarded_row));
    RETURN_IF(insert_claims(tx, set));
    for (size_t i = 0; i < set->count; i++)
        claims += set->members[i].claim_id != 0;
    if (claims == 0)
        return STORE_OK;
    RETURN_IF(insert_deliveries(tx, set));
    return insert_registrations(tx, set, inserted);
}

static void describe(const struct member *member, struct registration *out)
{
    const struct registration_request *request = member->request;

    *out = (struct registration){
        .state = CLAIM_QUEUED,
        .accepted_at = request->now,
        .expires_at = request->now + request->window_ms,
        .onboarded_before = member->onboarded_before,
    };
    snprintf(out->token, sizeof out->token, "%s", request->token);
    snprintf(out->thing_name, sizeof out->thing_name, "%s", request->targets[0].thing_name);
    snprintf(out->endpoint, sizeof out->endpoint, "%s", request->endpoint);
}

enum store_error registrations_add_together(struct store_tx *tx,
                                            const struct registration_request *const requests[],
                                            struct registration *const outs[], enum store_error results[],
                                            size_t count)
{
    struct set set = {.members = memory_new(count, sizeof *set.members), .count = count};
    size_t inserted = 0;

    for (size_t i = 0; i < count; i++)
        set.members[i] = (struct member){.request = requests[i], .plain = true};
    collect_names(&set);
    enum store_error error = add_plain(tx, &set, &inserted);
    tx->count_changes[CLAIM_QUEUED] += error ? 0 : (long long)inserted;
    for (size_t i = 0; i < count && !error; i++) {
        if (!set.members[i].claim_id)
            continue;
        describe(&set.members[i], outs[i]);
        results[i] = STORE_OK;
    }
    free(set.names);
    free(set.members);
    return error;
}
