/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/connections.h"

#include <string.h>

#include "base/memory.h"
#include "server/store/transaction.h"

static enum store_error ignore_missing(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* Columns from `first`: is_connected, happened_at, session, version. */
static struct presence known_presence(const struct row *row, int first)
{
    struct presence known = {
        .kind = row_integer(row, first) ? PRESENCE_CONNECTED : PRESENCE_DISCONNECTED,
        .at_ms = row_integer(row, first + 1),
        .version = row_integer(row, first + 3),
    };

    row_copy(row, first + 2, known.session, sizeof known.session);
    return known;
}

/* An event without a time of its own happened when it came. */
static struct presence presence_of(const struct sighting *sighting)
{
    struct presence presence = sighting->presence;

    if (presence.at_ms <= 0)
        presence.at_ms = sighting->received_at - sighting->delay_ms;
    return presence;
}

/* A later connection is recorded even where the one before has not been seen to end: the end of the one
 * before may still come. */
static bool changes(const struct sighting *sighting, const struct presence *known)
{
    struct presence event = presence_of(sighting);

    return event.kind != PRESENCE_CREATED && presence_is_later(&event, known) &&
           (event.kind != known->kind || strcmp(event.session, known->session) != 0);
}

struct wanted {
    const struct sighting *const *sightings;
    bool *list;
    size_t count;
};

static void wanted_row(void *context, const struct row *row)
{
    struct wanted *wanted = context;
    long long index = row_integer(row, 0);
    struct presence known = known_presence(row, 1);

    if (index < 0 || index >= (long long)wanted->count)
        return;
    const struct sighting *sighting = wanted->sightings[index];
    bool concerns_claim = wanted->list[index] && sighting->presence.kind != PRESENCE_DISCONNECTED;
    wanted->list[index] = concerns_claim || changes(sighting, &known);
}

enum store_error connections_wanted(struct store_tx *tx, const char *endpoint,
                                    const struct sighting *const *list, size_t count, bool *wanted)
{
    OWNED const char **names = memory_new(count, sizeof *names);
    struct wanted rows = {list, wanted, count};

    for (size_t i = 0; i < count; i++)
        names[i] = list[i]->presence.thing_name;
    return ignore_missing(tx_query(tx, SQL_CONNECTIONS_KNOWN,
                                   WITH(sql_texts(names, count), sql_text(endpoint)), wanted_row, &rows));
}

static void found_row(void *context, const struct row *row)
{
    *(struct presence *)context = known_presence(row, 0);
}

enum store_error connections_note(struct store_tx *tx, const char *endpoint, const struct sighting *sighting)
{
    struct presence event = presence_of(sighting), known = {0};

    if (event.kind == PRESENCE_CREATED)
        return STORE_OK;
    enum store_error error = tx_query(
        tx, SQL_CONNECTION_FIND, WITH(sql_text(event.thing_name), sql_text(endpoint)), found_row, &known);
    if (error && error != STORE_NOT_FOUND)
        return error;
    if (!error && !changes(sighting, &known))
        return STORE_OK;
    return tx_run(tx, error ? SQL_CONNECTION_INSERT : SQL_CONNECTION_CHANGE,
                  WITH(sql_text(event.thing_name), sql_text(endpoint),
                       sql_integer(event.kind == PRESENCE_CONNECTED), sql_integer(event.at_ms),
                       sql_text(event.session), sql_integer(event.version),
                       sql_integer(sighting->received_at - sighting->delay_ms)),
                  NULL);
}

enum store_error connections_is_online(struct store_tx *tx, const char *endpoint, const char *thing_name,
                                       long long since, bool *online)
{
    enum store_error error =
        tx_query(tx, SQL_CONNECTION_ONLINE,
                 WITH(sql_text(thing_name), sql_text(endpoint), sql_integer(since)), NULL, NULL);

    *online = error == STORE_OK;
    return ignore_missing(error);
}
