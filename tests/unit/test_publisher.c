/* SPDX-License-Identifier: Apache-2.0 */
/* The publisher over a connection and a clock that are made here. tests/integration has real brokers. */
#include "claim/publisher.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tests/unit/test.h"

struct mqtt {
    struct mqtt_callbacks callbacks;
    int max_inflight;
    bool up;
    unsigned pauses, excuses;
    unsigned long cookies[PUBLISHER_WINDOW_MAX * 4];
    size_t count;
    char topic[64], payload[64];
};

static struct mqtt connection;
static long long now_ms;
static unsigned woken;
static struct publisher_news news;

long long clock_monotonic_ms(void)
{
    return now_ms;
}

/* For the log. */
void clock_prepare(void)
{
}

long long clock_wall_ms(void)
{
    return now_ms;
}

void clock_rfc3339(long long wall_ms, char out[CLOCK_RFC3339_SIZE])
{
    (void)wall_ms;
    out[0] = '\0';
}

enum mqtt_error mqtt_new(const struct mqtt_options *options, const struct mqtt_callbacks *callbacks,
                         struct mqtt **out)
{
    if (strcmp(options->address, "unreadable") == 0)
        return MQTT_BAD_FILE;
    connection = (struct mqtt){.callbacks = *callbacks, .max_inflight = options->max_inflight};
    *out = &connection;
    return MQTT_OK;
}

void mqtt_free(struct mqtt *mqtt)
{
    (void)mqtt;
}

long long mqtt_tick(struct mqtt *mqtt)
{
    return mqtt->up ? -1 : 250;
}

void mqtt_pause(struct mqtt *mqtt)
{
    mqtt->up = false;
    mqtt->pauses++;
}

void mqtt_excuse_loss(struct mqtt *mqtt)
{
    mqtt->excuses++;
}

void mqtt_resume(struct mqtt *mqtt)
{
    (void)mqtt;
}

bool mqtt_is_connected(const struct mqtt *mqtt)
{
    return mqtt->up;
}

enum mqtt_error mqtt_publish(struct mqtt *mqtt, const char *topic, const void *payload, size_t length,
                             unsigned long cookie)
{
    if (strchr(topic, '#'))
        return MQTT_BAD_TOPIC;
    snprintf(mqtt->topic, sizeof mqtt->topic, "%s", topic);
    snprintf(mqtt->payload, sizeof mqtt->payload, "%.*s", (int)length, (const char *)payload);
    mqtt->cookies[mqtt->count++] = cookie;
    return MQTT_OK;
}

static void wake(void *context)
{
    (void)context;
    woken++;
}

static struct publisher *new_publisher(size_t window)
{
    static struct staging_account account = {.name = "acme", .claim_things = {{1, {.address = "a.example"}}}};
    struct publisher_options options = {
        .account = &account, .claim_thing = &account.claim_things[0], .window = window, .wake = wake};
    struct publisher *publisher;

    now_ms = 1000000;
    woken = 0;
    assert_int_equal(publisher_new(&options, &publisher), MQTT_OK);
    return publisher;
}

static void come_up(struct publisher *publisher)
{
    connection.up = true;
    connection.callbacks.connected(connection.callbacks.context, false);
    publisher_step(publisher, &news);
    assert_true(news.up);
    now_ms += 1000; /* it stands */
}

static void lose(struct publisher *publisher)
{
    connection.up = false;
    connection.callbacks.lost(connection.callbacks.context, "closed");
    publisher_step(publisher, &news);
    assert_true(news.down);
    assert_string_equal(news.reason, "closed");
}

static struct publisher *connected_publisher(size_t window)
{
    struct publisher *publisher = new_publisher(window);

    come_up(publisher);
    return publisher;
}

static enum publisher_answer send_with(struct publisher *publisher, long long id, unsigned refusals)
{
    struct publication publication = {.id = id, .thing_name = "0123abcd", .refusals = refusals};
    long long wait = 0;

    return publisher_send(publisher, &publication, "oem.example", &wait);
}

static void send_all(struct publisher *publisher, long long from, long long to)
{
    for (long long id = from; id <= to; id++)
        assert_int_equal(send_with(publisher, id, 0), PUBLISHER_SENT);
}

/* PUBACK for the index-th publish. */
static void acknowledge(size_t index)
{
    connection.callbacks.acknowledged(connection.callbacks.context, connection.cookies[index]);
}

static void an_unreadable_file_leaves_out_untouched(void **state)
{
    struct staging_account account = {.name = "acme", .claim_things = {{1, {.address = "unreadable"}}}};
    struct publisher_options options = {
        .account = &account, .claim_thing = &account.claim_things[0], .window = 1, .wake = wake};
    struct publisher *publisher = NULL;

    (void)state;
    assert_int_equal(publisher_new(&options, &publisher), MQTT_BAD_FILE);
    assert_null(publisher);
    publisher_free(NULL);
}

static void nothing_is_sent_unconnected(void **state)
{
    struct publisher *publisher = new_publisher(2);

    (void)state;
    assert_false(publisher_has_room(publisher));
    assert_int_equal(send_with(publisher, 1, 0), PUBLISHER_BUSY);
    assert_int_equal(publisher_in_flight(publisher), 0);
    assert_int_equal(publisher_step(publisher, &news), 250); /* when the connection is tried */
    publisher_free(publisher);
}

static void a_publish_is_the_endpoint_message(void **state)
{
    struct publisher *publisher = connected_publisher(2);

    (void)state;
    assert_int_equal(connection.max_inflight, 2);
    send_all(publisher, 7, 7);
    assert_string_equal(connection.topic, "0123abcd/expresslink_config");
    assert_string_equal(connection.payload, "{\"Endpoint\":\"oem.example\"}");
    now_ms += 40;
    acknowledge(0);
    now_ms += 5;
    publisher_step(publisher, &news);
    assert_int_equal(news.end_count, 1);
    assert_int_equal(news.ends[0].outcome, PUBLICATION_ACKNOWLEDGED);
    assert_int_equal(news.ends[0].publication.id, 7);
    assert_int_equal(news.ends[0].latency_ms, 40);
    assert_int_equal(publisher_in_flight(publisher), 0);
    publisher_free(publisher);
}

static void a_name_without_topic_is_not_sent(void **state)
{
    struct publisher *publisher = connected_publisher(2);
    struct publication publication = {.id = 1, .thing_name = "a#b"};
    long long wait;

    (void)state;
    assert_int_equal(publisher_send(publisher, &publication, "oem.example", &wait), PUBLISHER_BAD_NAME);
    assert_int_equal(publisher_in_flight(publisher), 0);
    publisher_free(publisher);
}

static void no_more_than_the_window(void **state)
{
    struct publisher *publisher = connected_publisher(3);

    (void)state;
    send_all(publisher, 1, 3);
    assert_false(publisher_has_room(publisher));
    assert_int_equal(send_with(publisher, 4, 0), PUBLISHER_BUSY);
    acknowledge(1);
    publisher_step(publisher, &news);
    assert_int_equal(news.ends[0].publication.id, 2);
    assert_true(publisher_has_room(publisher));
    send_all(publisher, 4, 4);
    publisher_free(publisher);
}

static void the_pace_is_kept(void **state)
{
    struct staging_account account = {
        .name = "acme", .claim_things = {{1, {.address = "a.example"}}}, .rate = 10};
    struct publisher_options options = {
        .account = &account, .claim_thing = &account.claim_things[0], .window = 100, .wake = wake};
    struct publication publication = {.id = 1, .thing_name = "0123abcd"};
    struct publisher *publisher;
    long long wait = 0;

    (void)state;
    assert_int_equal(publisher_new(&options, &publisher), MQTT_OK);
    come_up(publisher);
    assert_int_equal(publisher_send(publisher, &publication, "e", &wait), PUBLISHER_SENT);
    assert_int_equal(publisher_send(publisher, &publication, "e", &wait), PUBLISHER_WAIT);
    assert_in_range(wait, 90, 110);
    now_ms += wait;
    assert_int_equal(publisher_send(publisher, &publication, "e", &wait), PUBLISHER_SENT);
    publisher_free(publisher);
}

static void a_puback_twice_or_late_ends_no_other(void **state)
{
    struct publisher *publisher = connected_publisher(1);

    (void)state;
    for (long long id = 1; id <= 3; id++) {
        send_all(publisher, id, id);
        acknowledge((size_t)id - 1);
        acknowledge((size_t)id - 1);
        publisher_step(publisher, &news);
        assert_int_equal(news.end_count, 1);
    }
    for (long long id = 4; id <= 4 + PUBLISHER_WINDOW_MAX; id++) { /* into every place once more */
        send_all(publisher, id, id);
        acknowledge(0);
        publisher_step(publisher, &news);
        assert_int_equal(news.end_count, 0);
        acknowledge(connection.count - 1);
        publisher_step(publisher, &news);
        assert_int_equal(news.end_count, 1);
        assert_int_equal(news.ends[0].publication.id, id);
    }
    publisher_free(publisher);
}

static void a_puback_before_the_loss_counts(void **state)
{
    struct publisher *publisher = connected_publisher(2);

    (void)state;
    send_all(publisher, 1, 2);
    acknowledge(0);
    lose(publisher);
    assert_int_equal(news.end_count, 2);
    assert_int_equal(news.ends[0].outcome, PUBLICATION_ACKNOWLEDGED);
    assert_int_equal(news.ends[0].publication.id, 1);
    assert_int_equal(news.ends[1].outcome, PUBLICATION_REFUSED); /* it was alone then */
    publisher_free(publisher);
}

static void several_are_not_blamed_but_sent_singly(void **state)
{
    struct publisher *publisher = connected_publisher(10);

    (void)state;
    send_all(publisher, 1, 3);
    lose(publisher);
    assert_int_equal(news.end_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(news.ends[i].outcome, PUBLICATION_RELEASED);
    come_up(publisher);
    for (size_t i = 3; i < 6; i++) {
        assert_true(publisher_has_room(publisher));
        send_all(publisher, 1, 1);
        assert_false(publisher_has_room(publisher));
        acknowledge(i);
        publisher_step(publisher, &news);
    }
    send_all(publisher, 4, 13); /* the whole window again */
    publisher_free(publisher);
}

static void the_third_loss_gives_it_up(void **state)
{
    struct publisher *publisher = connected_publisher(10);

    (void)state;
    for (unsigned i = 0; i < PUBLISHER_REFUSALS_MAX; i++) {
        assert_int_equal(send_with(publisher, 1, i), PUBLISHER_SENT);
        lose(publisher);
        assert_int_equal(news.end_count, 1);
        assert_int_equal(news.ends[0].outcome,
                         i + 1 < PUBLISHER_REFUSALS_MAX ? PUBLICATION_REFUSED : PUBLICATION_GIVEN_UP);
        assert_int_equal(connection.excuses, i + 1);
        come_up(publisher);
    }
    publisher_free(publisher);
}

static void a_loss_with_nothing_in_flight_blames_no_one(void **state)
{
    struct publisher *publisher = connected_publisher(10);

    (void)state;
    lose(publisher);
    assert_int_equal(news.end_count, 0);
    come_up(publisher);
    send_all(publisher, 1, 10);
    publisher_free(publisher);
}

/* 50 ms after each CONNACK; nothing is to blame for it. */
static void an_account_that_drops_everybody_blames_no_one(void **state)
{
    struct publisher *publisher = connected_publisher(10);

    (void)state;
    lose(publisher);
    for (int i = 0; i < 10; i++) {
        connection.up = true;
        connection.callbacks.connected(connection.callbacks.context, false);
        assert_int_equal(publisher_step(publisher, &news), 1000);
        now_ms += 50;
        assert_int_equal(publisher_step(publisher, &news), 950);
        assert_int_equal(send_with(publisher, 1, 0), PUBLISHER_BUSY);
        lose(publisher);
        assert_int_equal(news.end_count, 0);
    }
    assert_int_equal(connection.excuses, 0);
    come_up(publisher);
    send_all(publisher, 1, 10);
    publisher_free(publisher);
}

static void a_loss_long_after_the_publish_blames_no_one(void **state)
{
    struct publisher *publisher = connected_publisher(10);

    (void)state;
    send_all(publisher, 1, 1);
    now_ms += 2001;
    lose(publisher);
    assert_int_equal(news.ends[0].outcome, PUBLICATION_RELEASED);
    publisher_free(publisher);
}

static void silence_reconnects_and_blames_no_one(void **state)
{
    struct publisher *publisher = connected_publisher(10);

    (void)state;
    send_all(publisher, 1, 1);
    now_ms += 20000;
    publisher_step(publisher, &news);
    assert_int_equal(news.end_count, 0);
    now_ms += 1;
    assert_int_equal(publisher_step(publisher, &news), 0);
    assert_true(news.down);
    assert_int_equal(connection.pauses, 1);
    assert_int_equal(news.end_count, 1);
    assert_int_equal(news.ends[0].outcome, PUBLICATION_RELEASED);
    acknowledge(0); /* too late */
    publisher_step(publisher, &news);
    assert_int_equal(news.end_count, 0);
    publisher_free(publisher);
}

static void pubacks_wake_together(void **state)
{
    struct publisher *publisher = connected_publisher(100);

    (void)state;
    send_all(publisher, 1, 60);
    unsigned before = woken;
    for (size_t i = 0; i < 24; i++)
        acknowledge(i);
    assert_int_equal(woken, before);
    acknowledge(24);
    assert_int_equal(woken, before + 1);
    publisher_step(publisher, &news);
    assert_int_equal(news.end_count, 25);
    for (size_t i = 25; i < 49; i++)
        acknowledge(i);
    publisher_step(publisher, &news);
    for (size_t i = 49; i < 60; i++)
        acknowledge(i);
    assert_int_equal(woken, before + 2); /* none is left to wait for */
    publisher_free(publisher);
}

static void a_release_returns_all(void **state)
{
    struct publisher *publisher = connected_publisher(5);
    struct publication_end ends[PUBLISHER_WINDOW_MAX];

    (void)state;
    send_all(publisher, 1, 5);
    assert_int_equal(publisher_release(publisher, ends), 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(ends[i].outcome, PUBLICATION_RELEASED);
    assert_int_equal(publisher_in_flight(publisher), 0);
    assert_int_equal(publisher_release(publisher, ends), 0);
    publisher_free(publisher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unreadable_file_leaves_out_untouched),
        cmocka_unit_test(nothing_is_sent_unconnected),
        cmocka_unit_test(a_publish_is_the_endpoint_message),
        cmocka_unit_test(a_name_without_topic_is_not_sent),
        cmocka_unit_test(no_more_than_the_window),
        cmocka_unit_test(the_pace_is_kept),
        cmocka_unit_test(a_puback_twice_or_late_ends_no_other),
        cmocka_unit_test(a_puback_before_the_loss_counts),
        cmocka_unit_test(several_are_not_blamed_but_sent_singly),
        cmocka_unit_test(the_third_loss_gives_it_up),
        cmocka_unit_test(a_loss_with_nothing_in_flight_blames_no_one),
        cmocka_unit_test(an_account_that_drops_everybody_blames_no_one),
        cmocka_unit_test(a_loss_long_after_the_publish_blames_no_one),
        cmocka_unit_test(silence_reconnects_and_blames_no_one),
        cmocka_unit_test(pubacks_wake_together),
        cmocka_unit_test(a_release_returns_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
