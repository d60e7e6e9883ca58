/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/registrations.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/transaction.h"

/* One registration of the set. */
struct member {
    const struct registration_request *request;
    long long claim_id; /* 0: none yet */
    bool plain; /* needs only a new claim and a new registration, and shares nothing with others in the set */
    bool listed; /* in the inventory; only read where it is required */
};

/* The member of the set with this thing name or idempotency key. Sorted by text. */
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
    set->names = memory_new(set->count * (CLAIM_STAGING_MAX + 1), sizeof *set->names);
    for (size_t i = 0; i < set->count; i++) {
        const struct registration_request *request = set->members[i].request;
        for (size_t j = 0; j < request->target_count; j++)
            add_name(set, request->targets[j].thing_name, &set->members[i], false);
        if (request->idempotency_key)
            add_name(set, request->idempotency_key, &set->members[i], true);
    }
    qsort(set->names, set->name_count, sizeof *set->names, by_name);
    /* Members that share a name are left to registrations_add(). */
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

/* A row about a name that is known already. What was onboarded may have an owner, or be online: that is left
 * to registrations_add(). */
static void known_row(void *context, const struct row *row)
{
    const char *what = row_text(row, 0), *text = row_text(row, 1);
    struct member *member = find_name(context, text, strcmp(what, "key") == 0);

    if (member &&
        (strcmp(what, "onboarded") != 0 || strcmp(member->request->targets[0].thing_name, text) == 0))
        member->plain = false;
}

static void claim_row(void *context, const struct row *row)
{
    struct member *member = find_name(context, row_text(row, 1), false);

    if (member)
        member->claim_id = row_integer(row, 0);
}

static void listed_row(void *context, const struct row *row)
{
    struct member *member = find_name(context, row_text(row, 0), false);

    if (member)
        member->listed = true;
}

/* Those that the inventory does not let be claimed are left to registrations_add(). */
static enum store_error read_listed(struct store_tx *tx, struct set *set, const char *const *things,
                                    size_t count)
{
    bool required = false;

    for (size_t i = 0; i < set->count; i++)
        required = required || set->members[i].request->unlisted != UNLISTED_CLAIMED;
    if (!required)
        return STORE_OK;
    enum store_error error = tx_query(tx, SQL_SET_LISTED, WITH(sql_texts(things, count)), listed_row, set);
    for (size_t i = 0; i < set->count; i++)
        if (!set->members[i].listed && set->members[i].request->unlisted != UNLISTED_CLAIMED)
            set->members[i].plain = false;
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static enum store_error read_known(struct store_tx *tx, struct set *set)
{
    OWNED const char **things = memory_new(set->name_count, sizeof *things);
    OWNED const char **keys = memory_new(set->name_count, sizeof *keys);
    OWNED const char **asked = memory_new(set->count, sizeof *asked);
    size_t thing_count = 0, key_count = 0, asked_count = 0;

    for (size_t i = 0; i < set->name_count; i++) {
        if (set->names[i].is_key)
            keys[key_count++] = set->names[i].text;
        else
            things[thing_count++] = set->names[i].text;
    }
    for (size_t i = 0; i < set->count; i++)
        if (set->members[i].request->browser || set->members[i].request->person_id)
            asked[asked_count++] = set->members[i].request->targets[0].thing_name;
    enum store_error error = tx_query(
        tx, SQL_SET_KNOWN,
        WITH(sql_texts(things, thing_count), sql_texts(keys, key_count), sql_texts(asked, asked_count)),
        known_row, set);
    if (error && error != STORE_NOT_FOUND)
        return error;
    return read_listed(tx, set, things, thing_count);
}

static enum store_error insert_claims(struct store_tx *tx, struct set *set)
{
    OWNED const char **things = memory_new(set->count, sizeof *things);
    OWNED const char **endpoints = memory_new(set->count, sizeof *endpoints);
    OWNED long long *at = memory_new(set->count, sizeof *at);
    OWNED long long *expires = memory_new(set->count, sizeof *expires);
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++) {
        const struct member *member = &set->members[i];
        if (!member->plain)
            continue;
        things[count] = member->request->targets[0].thing_name;
        endpoints[count] = member->request->endpoint;
        at[count] = member->request->now;
        expires[count++] = member->request->now + member->request->window_ms;
    }
    if (count == 0)
        return STORE_OK;
    enum store_error error = tx_write(tx, SQL_SET_CLAIMS_INSERT,
                                      WITH(sql_texts(things, count), sql_texts(endpoints, count),
                                           sql_integers(at, count), sql_integers(expires, count)),
                                      claim_row, set);
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

#define TEXTS 8
#define NUMBERS 4

/* The rows of one table, column by column. */
struct columns {
    const char **texts[TEXTS];
    long long *numbers[NUMBERS];
    size_t count;
};

static void columns_init(struct columns *columns, size_t room)
{
    *columns = (struct columns){.count = 0};
    for (size_t i = 0; i < TEXTS; i++)
        columns->texts[i] = memory_new(room, sizeof **columns->texts);
    for (size_t i = 0; i < NUMBERS; i++)
        columns->numbers[i] = memory_new(room, sizeof **columns->numbers);
}

static void columns_fini(struct columns *columns)
{
    for (size_t i = 0; i < TEXTS; i++)
        free(columns->texts[i]);
    for (size_t i = 0; i < NUMBERS; i++)
        free(columns->numbers[i]);
}

#define COLUMNS __attribute__((cleanup(columns_fini)))

static void add_deliveries(struct columns *rows, const struct member *member)
{
    const struct registration_request *request = member->request;

    for (size_t i = 0; i < request->target_count; i++, rows->count++) {
        rows->numbers[0][rows->count] = member->claim_id;
        rows->texts[0][rows->count] = request->targets[i].staging;
        rows->texts[1][rows->count] = request->targets[i].thing_name;
        rows->texts[2][rows->count] = request->endpoint;
        rows->numbers[1][rows->count] = request->now;
        rows->numbers[2][rows->count] = request->network;
    }
}

static void add_registration(struct columns *rows, const struct member *member)
{
    const struct registration_request *request = member->request;

    rows->texts[0][rows->count] = request->token;
    rows->numbers[0][rows->count] = member->claim_id;
    rows->numbers[1][rows->count] = request->now;
    rows->texts[1][rows->count] = request->contact_name;
    rows->texts[2][rows->count] = request->contact_email;
    rows->texts[3][rows->count] = request->idempotency_key;
    rows->texts[4][rows->count] = request->request_digest;
    rows->texts[5][rows->count] = request->targets[0].thing_name;
    rows->texts[6][rows->count] = request->endpoint;
    rows->texts[7][rows->count] = request->product;
    rows->numbers[2][rows->count] = request->browser;
    rows->numbers[3][rows->count++] = request->person_id;
}

static struct sql_value text_column(const struct columns *rows, size_t column)
{
    return sql_texts(rows->texts[column], rows->count);
}

static struct sql_value number_column(const struct columns *rows, size_t column)
{
    return sql_integers(rows->numbers[column], rows->count);
}

static enum store_error insert_registrations(struct store_tx *tx, const struct set *set, size_t *inserted)
{
    COLUMNS struct columns sent, asked;
    long long changed = 0;

    columns_init(&sent, set->count * CLAIM_STAGING_MAX);
    columns_init(&asked, set->count);
    for (size_t i = 0; i < set->count; i++) {
        if (!set->members[i].claim_id)
            continue;
        add_deliveries(&sent, &set->members[i]);
        add_registration(&asked, &set->members[i]);
    }
    *inserted = asked.count;
    if (asked.count == 0)
        return STORE_OK;
    RETURN_IF(tx_run(tx, SQL_SET_REGISTRATIONS_INSERT,
                     WITH(number_column(&sent, 0), text_column(&sent, 0), text_column(&sent, 1),
                          text_column(&sent, 2), number_column(&sent, 1), text_column(&asked, 0),
                          number_column(&asked, 0), number_column(&asked, 1), text_column(&asked, 1),
                          text_column(&asked, 2), text_column(&asked, 3), text_column(&asked, 4),
                          number_column(&sent, 2), text_column(&asked, 5), text_column(&asked, 6),
                          text_column(&asked, 7), number_column(&asked, 2), number_column(&asked, 3)),
                     &changed));
    return changed == (long long)asked.count
               ? STORE_OK
               : STORE_AGAIN; /* a claim must not be left without its registration */
}

static enum store_error write_details(struct store_tx *tx, const struct set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->members[i].claim_id)
            RETURN_IF(details_write(tx, set->members[i].request->token, &set->members[i].request->details));
    return STORE_OK;
}

static enum store_error add_plain(struct store_tx *tx, struct set *set, size_t *inserted)
{
    RETURN_IF(read_known(tx, set));
    RETURN_IF(insert_claims(tx, set));
    RETURN_IF(insert_registrations(tx, set, inserted));
    return write_details(tx, set);
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
        registration_describe_new(requests[i], false, outs[i]);
        results[i] = STORE_OK;
    }
    free(set.names);
    free(set.members);
    return error;
}
