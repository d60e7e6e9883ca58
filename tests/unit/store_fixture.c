/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store_fixture.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store_fixture fixture;
const struct owners_rules *fixture_owners;

const struct store_options *fixture_options(const char *url)
{
    static struct store_options options;

    options = (struct store_options){
        .url = url, .writers = 1, .readers = 1, .timeout_ms = 10000, .owners = fixture_owners};
    return &options;
}

void fixture_open(void)
{
    TEXT struct text why = TEXT_EMPTY;
    const struct store_options *options = fixture_options(fixture.url);
    enum store_error error = store_open(options, &fixture.store, &why);

    if (error)
        fail_msg("store_open: %s: %s", store_error_name(error), text_get(&why));
}

void fixture_close(void)
{
    store_close(fixture.store);
    fixture.store = NULL;
}

/* Nothing of the test before is left in the server that tests/with_postgresql has started. */
static bool empty_database(const char *url)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *result = PQexec(
        connection, "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    bool emptied = PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!emptied)
        fprintf(stderr, "%s\n", PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
    return emptied;
}

int fixture_begin(void **state)
{
    const char *postgresql = getenv("EXPRESSLINK_TEST_POSTGRESQL");

    (void)state;
    fixture = (struct store_fixture){.folder = "/tmp/test_store.XXXXXX"};
    if (!mkdtemp(fixture.folder) || (postgresql && !empty_database(postgresql)))
        return -1;
    snprintf(fixture.path, sizeof fixture.path, "%s/portal.db", fixture.folder);
    if (postgresql)
        snprintf(fixture.url, sizeof fixture.url, "%s", postgresql);
    else
        snprintf(fixture.url, sizeof fixture.url, "sqlite:%s", fixture.path);
    fixture_open();
    return 0;
}

int fixture_end(void **state)
{
    static const char *const names[] = {"portal.db", "portal.db-wal", "portal.db-shm", "portal.db-journal",
                                        "portal.db.lock"};
    char path[64];
    (void)state;

    fixture_close();
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", fixture.folder, names[i]);
        unlink(path);
    }
    return rmdir(fixture.folder);
}

void assert_store_error(enum store_error got, enum store_error wanted, const char *what, int line)
{
    if (got != wanted)
        fail_msg("line %d: %s: \"%s\" instead of \"%s\"", line, what, store_error_name(got),
                 store_error_name(wanted));
}

static enum store_error run_counts(struct store_tx *tx, void *argument)
{
    return claim_counts_read(tx, argument);
}

void assert_claim_counts(const long long *wanted, int line)
{
    long long counts[CLAIM_STATE_COUNT];

    ASSERT_OK(store_call(fixture.store, run_counts, counts, false));
    for (int i = 0; i < CLAIM_STATE_COUNT; i++)
        if (counts[i] != wanted[i])
            fail_msg("line %d: %lld claims %s, not %lld", line, counts[i],
                     claim_state_name((enum claim_state)i), wanted[i]);
}

struct registration_request request_for(const char *thing_name, const char *endpoint, long long now)
{
    static unsigned number;
    struct registration_request request = {.endpoint = endpoint, .now = now, .window_ms = WINDOW_MS};

    snprintf(request.token, sizeof request.token, "%032x", ++number);
    request_also_at(&request, "a", thing_name);
    return request;
}

void request_also_at(struct registration_request *request, const char *staging, const char *thing_name)
{
    struct registration_target *target = &request->targets[request->target_count++];

    target->staging = staging;
    snprintf(target->thing_name, sizeof target->thing_name, "%s", thing_name);
}

struct registration_call {
    enum store_error (*add)(struct store_tx *, const struct registration_request *, struct registration *);
    const struct registration_request *request;
    const char *token;
    long long now;
    struct registration *out;
};

static enum store_error run_request(struct store_tx *tx, void *argument)
{
    struct registration_call *call = argument;

    return call->add(tx, call->request, call->out);
}

static enum store_error run_find(struct store_tx *tx, void *argument)
{
    struct registration_call *call = argument;

    return registrations_find(tx, call->token, call->out);
}

static enum store_error run_cancel(struct store_tx *tx, void *argument)
{
    struct registration_call *call = argument;

    return registrations_cancel(tx, call->token, call->now, call->out);
}

enum store_error do_add(const struct registration_request *request, struct registration *out)
{
    struct registration_call call = {.add = registrations_add, .request = request, .out = out};

    return store_call(fixture.store, run_request, &call, true);
}

enum store_error do_retry(const struct registration_request *request, struct registration *out)
{
    struct registration_call call = {.add = registrations_retry, .request = request, .out = out};

    return store_call(fixture.store, run_request, &call, true);
}

enum store_error do_find(const char *token, struct registration *out)
{
    struct registration_call call = {.token = token, .out = out};

    return store_call(fixture.store, run_find, &call, false);
}

enum store_error do_cancel(const char *token, long long now, struct registration *out)
{
    struct registration_call call = {.token = token, .now = now, .out = out};

    return store_call(fixture.store, run_cancel, &call, true);
}

struct registration added(const struct registration_request *request)
{
    struct registration out = {0};

    ASSERT_OK(do_add(request, &out));
    return out;
}

struct registration found(const char *token)
{
    struct registration out = {0};

    ASSERT_OK(do_find(token, &out));
    return out;
}

/* All that a call of claims.h takes and gives. */
struct claims_call {
    const char *name; /* staging account or endpoint */
    long long claim_id, now, then;
    bool give_up;
    enum claim_state from, to;
    struct sighting sighting;
    bool wanted;
    size_t limit, count;
    struct taken taken;
    bool answer;
    long long number;
    enum arrival arrival;
    long long created_before;
};

static void run(enum store_error (*job)(struct store_tx *, void *), struct claims_call *call, bool writes)
{
    ASSERT_OK(store_call(fixture.store, job, call, writes));
}

static enum store_error run_take(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;
    struct taken *taken = &call->taken;
    long long ids[8];
    struct delivery found[8];
    size_t count;
    enum store_error error =
        deliveries_take(tx, call->name, call->now, call->then, taken->turns, call->limit, &taken->count);

    for (size_t i = 0; i < taken->count && !error; i++) {
        ids[0] = taken->turns[i].claim_id;
        error = deliveries_look(tx, call->name, ids, 1, found, &count);
        assert_int_equal(count, 1);
        taken->list[i] = found[0];
    }
    return error;
}

struct taken take(const char *staging, long long now, long long again, size_t room)
{
    struct claims_call call = {.name = staging, .now = now, .then = again, .limit = room};

    run(run_take, &call, true);
    return call.taken;
}

long long take_one(const char *staging, long long now)
{
    struct taken taken = take(staging, now, now + 10 * SECOND, 8);

    assert_int_equal(taken.count, 1);
    return taken.list[0].claim_id;
}

static enum store_error run_due(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return deliveries_due(tx, call->name, call->now, &call->answer);
}

bool is_due(const char *staging, long long now)
{
    struct claims_call call = {.name = staging, .now = now};

    run(run_due, &call, false);
    return call.answer;
}

static enum store_error run_acknowledged(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return deliveries_acknowledged(tx, call->name, call->claim_id, call->now, call->then);
}

void acknowledge(const char *staging, long long claim_id, long long now, long long again)
{
    struct claims_call call = {.name = staging, .claim_id = claim_id, .now = now, .then = again};

    run(run_acknowledged, &call, true);
}

static enum store_error run_refused(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return deliveries_refused(tx, call->name, call->claim_id, call->now, call->then, call->give_up);
}

void refuse(const char *staging, long long claim_id, long long now, long long again, bool give_up)
{
    struct claims_call call = {
        .name = staging, .claim_id = claim_id, .now = now, .then = again, .give_up = give_up};

    run(run_refused, &call, true);
}

static enum store_error run_press(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return deliveries_press(tx, call->claim_id, call->now, &call->answer);
}

bool press(long long claim_id, long long now)
{
    struct claims_call call = {.claim_id = claim_id, .now = now};

    run(run_press, &call, true);
    return call.answer;
}

static enum store_error run_end(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return claims_end(tx, call->claim_id, call->from, call->to, call->now);
}

void end_claim(long long claim_id, enum claim_state from, enum claim_state to, long long now)
{
    struct claims_call call = {.claim_id = claim_id, .from = from, .to = to, .now = now};

    run(run_end, &call, true);
}

static enum store_error run_arrived(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return claims_arrived(tx, call->name, &call->sighting, call->now, &call->arrival, &call->number);
}

static enum store_error run_wanted(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;
    const struct sighting *const list[] = {&call->sighting, &call->sighting};
    bool wanted[2] = {false, false};

    enum store_error error = claims_wanted(tx, call->name, list, 2, wanted);
    assert_int_equal(wanted[0], wanted[1]);
    call->wanted = wanted[1];
    return error;
}

long long arrive(const char *endpoint, enum presence_kind kind, const char *thing_name, long long at,
                 long long now)
{
    struct claims_call call = {
        .name = endpoint,
        .now = now,
        .sighting = {.presence = {.kind = kind, .at_ms = at}, .received_at = now, .delay_ms = now - at},
    };

    snprintf(call.sighting.presence.thing_name, sizeof call.sighting.presence.thing_name, "%s", thing_name);
    run(run_wanted, &call, false);
    run(run_arrived, &call, true);
    assert_true(call.arrival == ARRIVAL_NONE || call.wanted);
    return call.arrival == ARRIVAL_NONE ? 0 : call.number;
}

static enum store_error run_settle(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return claims_settle(tx, call->created_before, call->now, 10, &call->count);
}

size_t settle(long long created_before, long long now)
{
    struct claims_call call = {.created_before = created_before, .now = now};

    run(run_settle, &call, true);
    return call.count;
}

static enum store_error run_expire(struct store_tx *tx, void *argument)
{
    struct claims_call *call = argument;

    return claims_expire(tx, call->now, call->limit, &call->count);
}

size_t expire(long long now, size_t limit)
{
    struct claims_call call = {.now = now, .limit = limit};

    run(run_expire, &call, true);
    return call.count;
}

static enum store_error run_oldest_open(struct store_tx *tx, void *argument)
{
    return claims_oldest_open(tx, &((struct claims_call *)argument)->number);
}

long long oldest_open(void)
{
    struct claims_call call = {0};

    run(run_oldest_open, &call, false);
    return call.number;
}
