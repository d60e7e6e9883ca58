/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/owners_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/owners_claims.h"
#include "server/store/owners_state.h"
#include "server/store/transaction.h"

static const char portal[] = "portal";

static enum store_error ignore_missing(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* ---- arrivals ---- */

struct arrival_at {
    char endpoint[REGISTRATION_ENDPOINT_SIZE];
    long long at;
};

struct arrivals {
    struct owners_device *devices;
    struct arrival_at *list;
    size_t count;
};

/* Sorted by name, then by time: the last one counts. */
static void arrived_row(void *context, const struct row *row)
{
    struct arrivals *arrivals = context;
    size_t place = arrivals->count;

    if (place && strcmp(arrivals->devices[place - 1].thing_name, row_text(row, 0)) == 0)
        place--;
    else
        arrivals->count++;
    row_copy(row, 0, arrivals->devices[place].thing_name, IDENTIFIER_SIZE);
    row_copy(row, 1, arrivals->list[place].endpoint, sizeof arrivals->list[place].endpoint);
    arrivals->list[place].at = row_integer(row, 2);
}

static enum store_error arrive(struct store_tx *tx, struct owners_device *device,
                               const struct arrival_at *arrival)
{
    const struct ownership_event event = {
        .kind = OWNERSHIP_ARRIVED, .now = arrival->at, .happened_at = arrival->at, .fresh = true};
    const struct owners_note_by by = {.actor = portal, .now = arrival->at};
    struct ownership_effects effects;
    enum ownership_answer ignored;

    snprintf(device->endpoint, sizeof device->endpoint, "%s", arrival->endpoint);
    return owners_step(tx, device, &event, &by, &effects, &ignored);
}

static enum store_error arrive_all(struct store_tx *tx, struct arrivals *arrivals)
{
    struct owners_loading loading = {.locks = true};

    for (size_t i = 0; i < arrivals->count; i++)
        if (!loading.now || arrivals->list[i].at < loading.now)
            loading.now = arrivals->list[i].at;
    RETURN_IF(owners_load(tx, &loading, arrivals->devices, arrivals->count));
    for (size_t i = 0; i < arrivals->count; i++)
        RETURN_IF(arrive(tx, &arrivals->devices[i], &arrivals->list[i]));
    return owners_save(tx, arrivals->devices, arrivals->count);
}

enum store_error owners_arrived(struct store_tx *tx)
{
    size_t count = tx->arrived_count;

    if (count == 0)
        return STORE_OK;
    OWNED struct owners_device *devices = memory_new(count, sizeof *devices);
    OWNED struct arrival_at *list = memory_new(count, sizeof *list);
    struct arrivals arrivals = {devices, list, 0};

    RETURN_IF(ignore_missing(
        tx_query(tx, SQL_OWNERS_ARRIVED, WITH(sql_integers(tx->arrived, count)), arrived_row, &arrivals)));
    return arrivals.count ? arrive_all(tx, &arrivals) : STORE_OK;
}

/* ---- challenges ---- */

static long long happened_at(const struct sighting *sighting)
{
    return sighting->received_at - sighting->delay_ms;
}

struct challenged {
    bool *wanted, *list;
    size_t count;
    char thing_name[IDENTIFIER_SIZE];
};

static void challenged_row(void *context, const struct row *row)
{
    struct challenged *challenged = context;
    long long index = row_integer(row, 0);

    if (index < 0 || index >= (long long)challenged->count)
        return;
    challenged->wanted[index] = challenged->list[index] = true;
    row_copy(row, 1, challenged->thing_name, sizeof challenged->thing_name);
}

static enum store_error find_challenged(struct store_tx *tx, const struct sighting *const *list, size_t count,
                                        struct challenged *out)
{
    OWNED const char **names = memory_new(count, sizeof *names);
    long long since = happened_at(list[0]);

    for (size_t i = 0; i < count; i++) {
        names[i] = list[i]->presence.thing_name;
        since = happened_at(list[i]) < since ? happened_at(list[i]) : since;
        out->list[i] = false;
    }
    return ignore_missing(tx_query(tx, SQL_OWNERS_CHALLENGED,
                                   WITH(sql_texts(names, count), sql_integer(since)), challenged_row, out));
}

enum store_error owners_wanted(struct store_tx *tx, const struct sighting *const *list, size_t count,
                               bool *wanted, bool *challenged)
{
    struct challenged out = {wanted, challenged, count, ""};

    return find_challenged(tx, list, count, &out);
}

enum store_error owners_switched(struct store_tx *tx, const struct sighting *sighting, long long now)
{
    bool wanted = false, challenged = false;
    struct challenged found = {&wanted, &challenged, 1, ""};
    const struct owners_loading loading = {.now = now, .locks = true};
    const struct ownership_event event = {
        .kind = sighting->presence.kind == PRESENCE_CONNECTED ? OWNERSHIP_ON : OWNERSHIP_OFF,
        .now = now,
        .happened_at = happened_at(sighting)};
    const struct owners_note_by by = {.actor = portal, .now = now};
    struct ownership_effects effects;
    enum ownership_answer ignored;

    if (sighting->presence.kind == PRESENCE_CREATED)
        return STORE_OK;
    RETURN_IF(find_challenged(tx, &sighting, 1, &found));
    if (!challenged)
        return STORE_OK;
    OWNED struct owners_device *device = memory_new(1, sizeof *device);
    snprintf(device->thing_name, sizeof device->thing_name, "%s", found.thing_name);
    RETURN_IF(owners_lock_claim(tx, device->thing_name));
    RETURN_IF(owners_load(tx, &loading, device, 1));
    RETURN_IF(owners_step(tx, device, &event, &by, &effects, &ignored));
    RETURN_IF(owners_save(tx, device, 1));
    return owners_redirect(tx, device, &effects, now);
}

/* ---- time ---- */

struct names {
    struct owners_device *devices;
    long long *claims;
    size_t count, claim_count;
};

static void due_row(void *context, const struct row *row)
{
    struct names *names = context;

    row_copy(row, 0, names->devices[names->count++].thing_name, IDENTIFIER_SIZE);
}

static int by_name(const void *left, const void *right)
{
    const struct owners_device *a = left, *b = right;

    return strcmp(a->thing_name, b->thing_name);
}

/* Time alone: what the rules say without any other event. */
static enum store_error pass_time(struct store_tx *tx, struct names *names, long long now)
{
    const struct owners_loading loading = {.now = now, .locks = true};
    const struct ownership_event event = {.kind = OWNERSHIP_TIME, .now = now};
    const struct owners_note_by by = {.actor = portal, .now = now};
    struct ownership_effects effects;
    enum ownership_answer ignored;

    if (names->count == 0)
        return STORE_OK;
    qsort(names->devices, names->count, sizeof *names->devices, by_name);
    RETURN_IF(owners_load(tx, &loading, names->devices, names->count));
    for (size_t i = 0; i < names->count; i++)
        RETURN_IF(owners_step(tx, &names->devices[i], &event, &by, &effects, &ignored));
    return owners_save(tx, names->devices, names->count);
}

enum store_error owners_pass_time(struct store_tx *tx, long long now, size_t limit, size_t *count)
{
    OWNED struct owners_device *devices = memory_new(limit, sizeof *devices);
    struct names names = {.devices = devices};

    RETURN_IF(ignore_missing(tx_query(
        tx, SQL_OWNERS_DUE, WITH(sql_integer(now), sql_integer((long long)limit)), due_row, &names)));
    *count = names.count;
    return pass_time(tx, &names, now);
}

/* Several registrations may share a claim, and several claims a thing. */
static void old_row(void *context, const struct row *row)
{
    struct names *names = context;
    const char *name = row_text(row, 1);

    names->claims[names->claim_count++] = row_integer(row, 0);
    if (!row_integer(row, 2) ||
        (names->count && strcmp(names->devices[names->count - 1].thing_name, name) == 0))
        return;
    row_copy(row, 1, names->devices[names->count++].thing_name, IDENTIFIER_SIZE);
}

enum store_error owners_adopt(struct store_tx *tx, long long now, size_t limit, size_t *count)
{
    OWNED struct owners_device *devices = memory_new(limit, sizeof *devices);
    OWNED long long *claims = memory_new(limit, sizeof *claims);
    struct names names = {.devices = devices, .claims = claims};

    RETURN_IF(
        ignore_missing(tx_query(tx, SQL_OWNERS_OLD, WITH(sql_integer((long long)limit)), old_row, &names)));
    *count = names.claim_count;
    if (names.claim_count == 0)
        return STORE_OK;
    RETURN_IF(tx_run(tx, SQL_OWNERS_ADOPT_CLAIMS, WITH(sql_integers(claims, names.claim_count)), NULL));
    return pass_time(tx, &names, now);
}
