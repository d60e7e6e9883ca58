/* SPDX-License-Identifier: Apache-2.0 */
/* Both engines must give the same answers: jobs run singly on SQLite, and on PostgreSQL together as they
 * come. Run by tests/with_postgresql. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/store/inventory.h"
#include "tests/unit/store_fixture.h"

#define SEQUENCES FEWER(400)
#define STEPS 10
#define SEED 20240229u
#define SET_MAX 50
#define TAKE_ROOM 8 /* more than a sequence has things */

static struct store *postgresql, *sqlite;
static char sqlite_folder[] = "/dev/shm/test_store.XXXXXX"; /* no disk is waited for */

/* ---- both at once ---- */

static int begin(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    static char url[80];
    static struct store_options options;

    memcpy(strrchr(sqlite_folder, '.'), ".XXXXXX", sizeof ".XXXXXX");
    if (!getenv("EXPRESSLINK_TEST_POSTGRESQL") || fixture_begin(state) != 0 || !mkdtemp(sqlite_folder))
        return -1;
    postgresql = fixture.store;
    snprintf(url, sizeof url, "sqlite:%s/portal.db", sqlite_folder);
    options = (struct store_options){.url = url, .writers = 1, .readers = 1, .timeout_ms = 10000};
    return store_open(&options, &sqlite, &why) == STORE_OK ? 0 : -1;
}

static int end(void **state)
{
    char path[80];

    store_close(sqlite);
    snprintf(path, sizeof path, "%s/portal.db", sqlite_folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/portal.db.lock", sqlite_folder);
    unlink(path);
    rmdir(sqlite_folder);
    fixture.store = postgresql;
    return fixture_end(state);
}

static enum store_error read_counts(struct store_tx *tx, void *argument)
{
    return claim_counts_read(tx, argument);
}

static const char *where(void);

static void assert_same_counts(void)
{
    long long here[CLAIM_STATE_COUNT], there[CLAIM_STATE_COUNT];

    ASSERT_OK(store_call(sqlite, read_counts, here, false));
    ASSERT_OK(store_call(postgresql, read_counts, there, false));
    for (int i = 0; i < CLAIM_STATE_COUNT; i++)
        if (here[i] != there[i])
            fail_msg("%s: %lld claims %s in SQLite, %lld in PostgreSQL", where(), here[i],
                     claim_state_name((enum claim_state)i), there[i]);
}

static void assert_same_number(const char *what, long long here, long long there)
{
    if (here != there)
        fail_msg("%s: %s is %lld with SQLite, %lld with PostgreSQL", where(), what, here, there);
}

static void assert_same_text(const char *what, const char *here, const char *there)
{
    if (strcmp(here, there) != 0)
        fail_msg("%s: %s is \"%s\" with SQLite, \"%s\" with PostgreSQL", where(), what, here, there);
}

static void assert_same(enum store_error here, const struct registration *a, enum store_error there,
                        const struct registration *b)
{
    assert_same_text("the answer", store_error_name(here), store_error_name(there));
    if (here)
        return;
    assert_same_text("token", a->token, b->token);
    assert_same_text("thing_name", a->thing_name, b->thing_name);
    assert_same_text("endpoint", a->endpoint, b->endpoint);
    assert_same_text("state", claim_state_name(a->state), claim_state_name(b->state));
    assert_same_number("accepted_at", a->accepted_at, b->accepted_at);
    assert_same_number("published_at", a->published_at, b->published_at);
    assert_same_number("provisioned_at", a->provisioned_at, b->provisioned_at);
    assert_same_number("connected_at", a->connected_at, b->connected_at);
    assert_same_number("ended_at", a->ended_at, b->ended_at);
    assert_same_number("expires_at", a->expires_at, b->expires_at);
    assert_same_number("attempts", a->attempts, b->attempts);
    assert_same_number("onboarded_before", a->onboarded_before, b->onboarded_before);
}

/* ---- registrations that wait together ---- */

struct adding {
    struct store_job job;
    struct registration_request request;
    struct registration out;
    enum store_error result;
    sem_t *ended;
};

static enum store_error add_one(struct store_tx *tx, void *argument)
{
    struct adding *adding = argument;

    return registrations_add(tx, &adding->request, &adding->out);
}

static enum store_error add_many(struct store_tx *tx, void *const arguments[], enum store_error results[],
                                 size_t count)
{
    const struct registration_request *requests[SET_MAX];
    struct registration *outs[SET_MAX];

    for (size_t i = 0; i < count; i++) {
        struct adding *adding = arguments[i];
        requests[i] = &adding->request;
        outs[i] = &adding->out;
    }
    return registrations_add_together(tx, requests, outs, results, count);
}

static void add_done(void *argument, enum store_error result)
{
    struct adding *adding = argument;

    adding->result = result;
    sem_post(adding->ended);
}

struct holding {
    sem_t started, gate;
};

/* Once it is open it stays open. */
static enum store_error hold(struct store_tx *tx, void *argument)
{
    struct holding *holding = argument;

    (void)tx;
    sem_post(&holding->started);
    while (sem_wait(&holding->gate) != 0)
        continue;
    sem_post(&holding->gate);
    return STORE_OK;
}

static void hold_done(void *argument, enum store_error result)
{
    (void)argument;
    (void)result;
}

/* They come while the writer is busy, and so share its next transaction. */
static void add_at_once(struct adding *list, size_t count)
{
    struct holding holding;
    struct store_job first = {.run = hold, .done = hold_done, .argument = &holding, .writes = true};
    sem_t ended;

    sem_init(&holding.started, 0, 0);
    sem_init(&holding.gate, 0, 0);
    sem_init(&ended, 0, 0);
    ASSERT_OK(store_submit(postgresql, &first));
    while (sem_wait(&holding.started) != 0)
        continue;
    for (size_t i = 0; i < count; i++) {
        list[i].ended = &ended;
        list[i].job = (struct store_job){.run = add_one,
                                         .kind = "addition",
                                         .run_together = add_many,
                                         .done = add_done,
                                         .argument = &list[i],
                                         .writes = true};
        ASSERT_OK(store_submit(postgresql, &list[i].job));
    }
    sem_post(&holding.gate);
    for (size_t i = 0; i < count; i++)
        while (sem_wait(&ended) != 0)
            continue;
    sem_destroy(&ended);
    sem_destroy(&holding.gate);
    sem_destroy(&holding.started);
}

static void assert_set_is_as_singly(struct adding *list, size_t count)
{
    add_at_once(list, count);
    fixture.store = sqlite;
    for (size_t i = 0; i < count; i++) {
        struct registration out = {0};
        enum store_error error = do_add(&list[i].request, &out);
        assert_same(error, &out, list[i].result, &list[i].out);
    }
    assert_same_counts();
}

/* ---- one set with everything in it ---- */

static const char *step_text = "one set";

static const char *where(void)
{
    return step_text;
}

static void add_both(const struct registration_request *request)
{
    struct store *const stores[] = {sqlite, postgresql};

    for (size_t i = 0; i < COUNT(stores); i++) {
        fixture.store = stores[i];
        added(request);
    }
}

static enum store_error list_one(struct store_tx *tx, void *argument)
{
    const struct inventory_row row = {.thing_name = "listed-by-form"};
    struct inventory_put put = {.rows = &row, .count = 1, .now = NOON};
    enum inventory_outcome outcome;

    (void)argument;
    return inventory_put(tx, &put, &outcome);
}

static void prepare_both(void)
{
    ASSERT_OK(store_call(sqlite, list_one, NULL, true));
    ASSERT_OK(store_call(postgresql, list_one, NULL, true));
    struct registration_request known = request_for("known-key", "home", NOON);
    struct registration_request open = request_for("open", "home", NOON);
    struct registration_request over = request_for("over", "home", NOON - 2 * WINDOW_MS);
    struct registration_request form = request_for("form", "home", NOON);

    known.idempotency_key = "known";
    known.request_digest = "digest";
    request_also_at(&form, "b", "FORM");
    add_both(&known);
    add_both(&open);
    add_both(&over);
    add_both(&form);
}

static void with_key(struct registration_request *request, const char *key, const char *digest)
{
    request->idempotency_key = key;
    request->request_digest = digest;
}

/* Thirteen kinds, then plain ones. */
static struct registration_request of_kind(size_t number)
{
    char name[32];
    struct registration_request request;

    snprintf(name, sizeof name, "plain-%zu", number);
    switch (number % 16) {
    case 0: /* the same thing more than once in the set */
        return request_for("twice", "home", NOON);
    case 1:
        request = request_for("known-key", "home", NOON);
        with_key(&request, "known", "digest");
        return request;
    case 2:
        request = request_for(name, "home", NOON);
        with_key(&request, "known", "another digest");
        return request;
    case 3:
        return request_for("open", "abroad", NOON);
    case 4:
        return request_for("open", "home", NOON);
    case 5:
        return request_for("over", "abroad", NOON);
    case 6: /* two stagings' forms share a name, in the store and in the set */
        request = request_for("FORM", "home", NOON);
        request_also_at(&request, "b", "other-form");
        return request;
    case 7:
        request = request_for(name, "home", NOON);
        request_also_at(&request, "b", "other-form");
        return request;
    case 8: /* a key twice in the set */
        request = request_for(name, "home", NOON);
        with_key(&request, "fresh", "digest");
        return request;
    case 9:
        request = request_for(name, "home", NOON);
        request_also_at(&request, "b", name);
        request.contact_name = "{\"a\\\", NULL}";
        request.contact_email = "NULL";
        return request;
    case 10: /* not in the inventory */
        request = request_for(name, "home", NOON);
        request.unlisted = UNLISTED_REFUSED;
        return request;
    case 11:
        request = request_for(name, "home", NOON);
        request.unlisted = UNLISTED_PRETENDED;
        return request;
    case 12: /* in the inventory, by another form's name */
        request = request_for(name, "home", NOON);
        request_also_at(&request, "b", number < 16 ? "listed-by-form" : name);
        request.unlisted = UNLISTED_REFUSED;
        return request;
    default:
        return request_for(name, "home", NOON);
    }
}

static void a_set_gets_the_answers_that_it_would_get_singly(void **state)
{
    static struct adding list[SET_MAX];
    (void)state;

    prepare_both();
    for (size_t i = 0; i < SET_MAX; i++)
        list[i].request = of_kind(i);
    assert_set_is_as_singly(list, SET_MAX);
}

/* ---- random sequences ---- */

static uint32_t dice = SEED;

static unsigned roll(unsigned sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    return dice % sides;
}

static struct sequence {
    unsigned number;
    long long now;
    char tokens[64][REGISTRATION_TOKEN_SIZE];
    size_t token_count;
    char keys[STEPS * 8][24];
    size_t key_count;
} sequence;

static const char *random_endpoint(void)
{
    return roll(4) ? "home" : "abroad";
}

static void random_name(char out[IDENTIFIER_SIZE])
{
    snprintf(out, IDENTIFIER_SIZE, "s%u-%c", sequence.number, "abcd"[roll(4)]);
}

static struct registration_request random_request(void)
{
    static const char *const contacts[] = {NULL, "Ann", "{\"\\,}", "NULL", ""};
    char name[IDENTIFIER_SIZE];

    random_name(name);
    struct registration_request request = request_for(name, random_endpoint(), sequence.now);
    if (roll(3) == 0) {
        random_name(name);
        request_also_at(&request, "b", name);
    }
    request.contact_name = contacts[roll(COUNT(contacts))];
    request.contact_email = contacts[roll(COUNT(contacts))];
    if (roll(3) == 0) {
        char *key = sequence.keys[sequence.key_count++ % COUNT(sequence.keys)];
        snprintf(key, sizeof *sequence.keys, "s%u-k%u", sequence.number, roll(3));
        with_key(&request, key, roll(3) ? "one" : "two");
    }
    return request;
}

static const char *random_token(void)
{
    return sequence.token_count ? sequence.tokens[roll((unsigned)sequence.token_count)] : "nobody's";
}

static void remember(const struct registration_request *request)
{
    if (sequence.token_count < COUNT(sequence.tokens))
        memcpy(sequence.tokens[sequence.token_count++], request->token, REGISTRATION_TOKEN_SIZE);
}

static void some_at_once(void)
{
    static struct adding list[8];
    size_t count = 1 + roll(COUNT(list));

    for (size_t i = 0; i < count; i++) {
        list[i] = (struct adding){.request = random_request()};
        remember(&list[i].request);
    }
    assert_set_is_as_singly(list, count);
}

static void find_all(void)
{
    for (size_t i = 0; i < sequence.token_count; i++) {
        struct registration here = {0}, there = {0};
        fixture.store = sqlite;
        enum store_error one = do_find(sequence.tokens[i], &here);
        fixture.store = postgresql;
        enum store_error other = do_find(sequence.tokens[i], &there);
        assert_same(one, &here, other, &there);
    }
}

static void cancel_one(void)
{
    const char *token = random_token();
    struct registration here = {0}, there = {0};

    fixture.store = sqlite;
    enum store_error one = do_cancel(token, sequence.now, &here);
    fixture.store = postgresql;
    assert_same(one, &here, do_cancel(token, sequence.now, &there), &there);
}

static void retry_one(void)
{
    struct registration_request request = random_request();
    struct registration here = {0}, there = {0};

    snprintf(request.token, sizeof request.token, "%s", random_token());
    fixture.store = sqlite;
    enum store_error one = do_retry(&request, &here);
    fixture.store = postgresql;
    assert_same(one, &here, do_retry(&request, &there), &there);
}

struct erasing {
    const char *token;
    size_t count;
};

static enum store_error run_erase(struct store_tx *tx, void *argument)
{
    struct erasing *erasing = argument;

    return registrations_erase(tx, erasing->token, sequence.now, &erasing->count);
}

static void erase_one(void)
{
    struct erasing here = {.token = random_token()}, there = here;

    assert_same_text("the answer", store_error_name(store_call(sqlite, run_erase, &here, true)),
                     store_error_name(store_call(postgresql, run_erase, &there, true)));
    assert_same_number("erased", (long long)here.count, (long long)there.count);
}

static void arrive_one(void)
{
    char name[IDENTIFIER_SIZE];
    enum presence_kind kind = roll(2) ? PRESENCE_CONNECTED : PRESENCE_CREATED;
    const char *endpoint = random_endpoint();

    random_name(name);
    fixture.store = sqlite;
    bool here = arrive(endpoint, kind, name, sequence.now, sequence.now) != 0;
    fixture.store = postgresql;
    assert_same_number("arrived", here, arrive(endpoint, kind, name, sequence.now, sequence.now) != 0);
}

static void expire_all(void)
{
    fixture.store = sqlite;
    size_t here = expire(sequence.now, 500);
    fixture.store = postgresql;
    assert_same_number("expired", (long long)here, (long long)expire(sequence.now, 500));
}

static void settle_all(void)
{
    fixture.store = sqlite;
    size_t here = settle(sequence.now - SECOND, sequence.now);
    fixture.store = postgresql;
    assert_same_number("settled", (long long)here, (long long)settle(sequence.now - SECOND, sequence.now));
}

static int by_thing(const void *left, const void *right)
{
    return strcmp(((const struct delivery *)left)->thing_name, ((const struct delivery *)right)->thing_name);
}

static void publish_one_way(const char *staging, const struct delivery *delivery, unsigned way)
{
    if (way == 0)
        press(delivery->claim_id, sequence.now);
    else if (way == 1)
        refuse(staging, delivery->claim_id, sequence.now, sequence.now + SECOND, delivery->refusals > 0);
    else
        acknowledge(staging, delivery->claim_id, sequence.now, sequence.now + SECOND);
}

/* As a lane does it. */
static void publish(void)
{
    const char *staging = roll(2) ? "a" : "b";
    unsigned way = roll(5);

    fixture.store = sqlite;
    struct taken here = take(staging, sequence.now, sequence.now + SECOND, TAKE_ROOM);
    fixture.store = postgresql;
    struct taken there = take(staging, sequence.now, sequence.now + SECOND, TAKE_ROOM);
    assert_same_number("taken", (long long)here.count, (long long)there.count);
    qsort(here.list, here.count, sizeof *here.list, by_thing);
    qsort(there.list, there.count, sizeof *there.list, by_thing);
    for (size_t i = 0; i < here.count; i++) {
        assert_same_text("thing", here.list[i].thing_name, there.list[i].thing_name);
        assert_same_text("endpoint", here.list[i].endpoint, there.list[i].endpoint);
        assert_same_number("attempts", here.list[i].attempts, there.list[i].attempts);
        assert_same_number("refusals", here.list[i].refusals, there.list[i].refusals);
        fixture.store = sqlite;
        publish_one_way(staging, &here.list[i], way);
        fixture.store = postgresql;
        publish_one_way(staging, &there.list[i], way);
    }
}

/* Nothing of this sequence is open, so that no other one meets it. */
static void finish(void)
{
    sequence.now += 2 * WINDOW_MS;
    expire_all();
    sequence.now += 2 * SECOND;
    settle_all();
    find_all();
    assert_same_counts();
}

static const struct {
    const char *name;
    void (*run)(void);
} steps[] = {
    {"at once", some_at_once}, {"at once", some_at_once}, {"at once", some_at_once}, {"cancel", cancel_one},
    {"retry", retry_one},      {"erase", erase_one},      {"arrive", arrive_one},    {"arrive", arrive_one},
    {"expire", expire_all},    {"settle", settle_all},    {"publish", publish},
};

static void random_sequences_give_the_same_answers(void **state)
{
    static char text[80];
    long long now = NOON;
    (void)state;

    step_text = text;
    for (unsigned number = 0; number < SEQUENCES; number++) {
        sequence = (struct sequence){.number = number, .now = now};
        for (unsigned i = 0; i < STEPS; i++) {
            unsigned step = i ? roll(COUNT(steps)) : 0;
            snprintf(text, sizeof text, "sequence %u, step %u, %s", number, i, steps[step].name);
            sequence.now += roll(6) ? roll(3) * SECOND : WINDOW_MS;
            steps[step].run();
            assert_same_counts();
        }
        snprintf(text, sizeof text, "end of sequence %u", number);
        finish();
        now = sequence.now;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_set_gets_the_answers_that_it_would_get_singly),
        TEST(random_sequences_give_the_same_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
