/* SPDX-License-Identifier: Apache-2.0 */
/* The publishers of one account, over publishers and connections that are made here. */
#include "server/onboarding/publishers.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

struct mqtt {
    bool up;
    unsigned long connects, failures;
    const char *reason;
};

struct publisher {
    struct mqtt mqtt;
    struct publisher_options options;
    enum publisher_answer answer;
    long long wait;
    size_t sent, in_flight;
    bool has_room, paused, is_gone;
};

static struct publisher made[CLAIM_THINGS_MAX];
static size_t made_count;

enum mqtt_error publisher_new(const struct publisher_options *options, struct publisher **out)
{
    if (strcmp(options->claim_thing->connection.key_file, "unreadable") == 0)
        return MQTT_BAD_FILE;
    struct publisher *publisher = &made[made_count++];
    *publisher = (struct publisher){
        .options = *options, .mqtt = {.up = true, .reason = ""}, .has_room = true, .answer = PUBLISHER_SENT};
    *out = publisher;
    return MQTT_OK;
}

void publisher_free(struct publisher *publisher)
{
    if (publisher)
        publisher->is_gone = true;
}

long long publisher_step(struct publisher *publisher, struct publisher_news *news)
{
    news->end_count = 0;
    news->down = news->up = false;
    return publisher->wait;
}

bool publisher_has_room(const struct publisher *publisher)
{
    return publisher->has_room;
}

enum publisher_answer publisher_send(struct publisher *publisher, const struct publication *publication,
                                     const char *address, long long *wait_ms)
{
    (void)publication;
    (void)address;
    if (!publisher->has_room)
        return PUBLISHER_BUSY;
    publisher->sent += publisher->answer == PUBLISHER_SENT;
    if (publisher->answer == PUBLISHER_WAIT)
        *wait_ms = publisher->wait;
    return publisher->answer;
}

void publisher_reconnect(struct publisher *publisher)
{
    (void)publisher;
}

void publisher_pause(struct publisher *publisher)
{
    publisher->paused = true;
}

void publisher_resume(struct publisher *publisher)
{
    publisher->paused = false;
}

size_t publisher_release(struct publisher *publisher, struct publication_end *out)
{
    size_t count = publisher->in_flight;

    for (size_t i = 0; i < count; i++)
        out[i] = (struct publication_end){.outcome = PUBLICATION_RELEASED};
    publisher->in_flight = 0;
    return count;
}

size_t publisher_in_flight(const struct publisher *publisher)
{
    return publisher->in_flight;
}

const struct mqtt *publisher_connection(const struct publisher *publisher)
{
    return &publisher->mqtt;
}

bool mqtt_is_connected(const struct mqtt *mqtt)
{
    return mqtt->up;
}

unsigned long mqtt_connect_count(const struct mqtt *mqtt)
{
    return mqtt->connects;
}

unsigned long mqtt_failure_count(const struct mqtt *mqtt)
{
    return mqtt->failures;
}

void mqtt_reason(const struct mqtt *mqtt, char out[MQTT_REASON_SIZE])
{
    snprintf(out, MQTT_REASON_SIZE, "%s", mqtt->reason);
}

const char *mqtt_error_name(enum mqtt_error error)
{
    return error == MQTT_BAD_FILE ? "bad file" : "another error";
}

static struct staging_account account = {
    .name = "acme",
    .claim_things = {{1, {.key_file = "1"}}, {2, {.key_file = "2"}}, {7, {.key_file = "7"}}},
};

static struct publishers *with(size_t count)
{
    TEXT struct text why = TEXT_EMPTY;

    made_count = 0;
    account.claim_thing_count = count;
    struct publishers *publishers = publishers_new(&account, NULL, NULL, &why);
    assert_non_null(publishers);
    assert_int_equal(made_count, count);
    return publishers;
}

static enum publisher_answer send_one(struct publishers *publishers, long long *wait)
{
    const struct publication publication = {.id = 1, .thing_name = "0123abcd"};

    return publishers_send(publishers, &publication, "oem.example", wait);
}

static void one_that_cannot_be_made_is_named(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    made_count = 0;
    account.claim_thing_count = 2;
    account.claim_things[1].connection.key_file = "unreadable";
    assert_null(publishers_new(&account, NULL, NULL, &why));
    account.claim_things[1].connection.key_file = "2";
    assert_string_equal(text_get(&why), "[staging.acme.2]: bad file");
    assert_true(made[0].is_gone);
    publishers_free(NULL);
}

static void all_begin_paused(void **state)
{
    struct publishers *publishers = with(3);
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        assert_true(made[i].paused);
        assert_ptr_equal(made[i].options.claim_thing, &account.claim_things[i]);
        assert_int_equal(publishers_number(publishers, i), account.claim_things[i].number);
    }
    publishers_resume(publishers);
    publishers_pause(publishers, 1);
    assert_false(made[0].paused || made[2].paused);
    assert_true(made[1].paused);
    publishers_free(publishers);
    assert_true(made[0].is_gone && made[1].is_gone && made[2].is_gone);
}

static void they_take_turns(void **state)
{
    struct publishers *publishers = with(3);
    long long wait = 0;
    (void)state;

    for (size_t i = 0; i < 30; i++)
        assert_int_equal(send_one(publishers, &wait), PUBLISHER_SENT);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(made[i].sent, 10);
    made[1].has_room = false;
    for (size_t i = 0; i < 30; i++)
        assert_int_equal(send_one(publishers, &wait), PUBLISHER_SENT);
    assert_int_equal(made[1].sent, 10);
    assert_int_equal(made[0].sent + made[2].sent, 50);
    publishers_free(publishers);
}

static void the_first_that_may_send_again_ends_the_wait(void **state)
{
    struct publishers *publishers = with(3);
    long long wait = 0;
    (void)state;

    made[0].answer = made[2].answer = PUBLISHER_WAIT;
    made[0].wait = 20;
    made[2].wait = 30;
    made[1].has_room = false;
    assert_int_equal(send_one(publishers, &wait), PUBLISHER_WAIT);
    assert_int_equal(wait, 20);
    assert_true(publishers_have_room(publishers));
    made[0].has_room = made[2].has_room = false;
    assert_false(publishers_have_room(publishers));
    assert_int_equal(send_one(publishers, &wait), PUBLISHER_BUSY);
    publishers_free(publishers);
}

/* It would be so with each of them. */
static void a_bad_name_is_tried_once(void **state)
{
    struct publishers *publishers = with(2);
    long long wait = 0;
    (void)state;

    made[0].answer = PUBLISHER_BAD_NAME;
    assert_int_equal(send_one(publishers, &wait), PUBLISHER_BAD_NAME);
    assert_int_equal(made[1].sent, 0);
    publishers_free(publishers);
}

static void only_what_one_had_in_flight_is_released(void **state)
{
    static struct publisher_news news;
    struct publishers *publishers = with(2);
    (void)state;

    made[0].in_flight = 3;
    made[1].in_flight = 4;
    assert_int_equal(publishers_in_flight(publishers), 7);
    news.down = news.up = true;
    publishers_release(publishers, 1, &news);
    assert_int_equal(news.end_count, 4);
    assert_false(news.down || news.up);
    assert_int_equal(publishers_in_flight(publishers), 3);
    publishers_free(publishers);
}

static void stats_are_sums_with_the_reason_of_one(void **state)
{
    struct publishers *publishers = with(3);
    struct dispatcher_stats stats = {0};
    long long wait;
    (void)state;

    for (size_t i = 0; i < 6; i++)
        assert_int_equal(send_one(publishers, &wait), PUBLISHER_SENT);
    made[0].mqtt = (struct mqtt){true, 1, 2, ""};
    made[1].mqtt = (struct mqtt){false, 10, 20, ""};
    made[2].mqtt = (struct mqtt){false, 100, 200, "not authorised"};
    made[1].in_flight = 4;
    publishers_stats(publishers, &stats);
    assert_true(stats.connected);
    assert_int_equal(publishers_connected(publishers), 1);
    assert_int_equal(stats.connects, 111);
    assert_int_equal(stats.failures, 222);
    assert_int_equal(stats.sent, 6);
    assert_int_equal(stats.in_flight, 4);
    assert_string_equal(stats.reason, "claim-thing 7: not authorised");
    assert_int_equal(stats.claim_thing_count, 3);
    assert_int_equal(stats.claim_things[2].number, 7);
    assert_int_equal(stats.claim_things[2].sent, 2);
    assert_false(stats.claim_things[2].connected);

    made[0].mqtt.up = false;
    stats = (struct dispatcher_stats){0};
    publishers_stats(publishers, &stats);
    assert_false(stats.connected);
    publishers_free(publishers);
}

static void the_reason_of_the_only_one_has_no_number(void **state)
{
    struct publishers *publishers = with(1);
    struct dispatcher_stats stats = {0};
    (void)state;

    made[0].mqtt = (struct mqtt){false, 0, 1, "certificate expired"};
    publishers_stats(publishers, &stats);
    assert_string_equal(stats.reason, "certificate expired");
    publishers_free(publishers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_cannot_be_made_is_named),
        cmocka_unit_test(all_begin_paused),
        cmocka_unit_test(they_take_turns),
        cmocka_unit_test(the_first_that_may_send_again_ends_the_wait),
        cmocka_unit_test(a_bad_name_is_tried_once),
        cmocka_unit_test(only_what_one_had_in_flight_is_released),
        cmocka_unit_test(stats_are_sums_with_the_reason_of_one),
        cmocka_unit_test(the_reason_of_the_only_one_has_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
