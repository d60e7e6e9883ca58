/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/presence.h"

#include <string.h>

#include "tests/unit/test.h"

#define NAME "0123456789abcdef0123456789abcdef"
#define CONNECTED "$aws/events/presence/connected/" NAME
#define DISCONNECTED "$aws/events/presence/disconnected/" NAME
#define CREATED "$aws/events/thing/" NAME "/created"

static void refuse(const char *topic, const char *payload, size_t length)
{
    struct presence out = {.kind = PRESENCE_CREATED, .thing_name = "untouched", .at_ms = 7};

    if (presence_parse(topic, payload, length, &out))
        fail_msg("accepted %s %s", topic, payload);
    assert_string_equal(out.thing_name, "untouched");
    assert_int_equal(out.at_ms, 7);
}

static void refuses_other_topics(void **state)
{
    static const char *const bad[] = {
        "",
        "$aws/events/presence/connected",
        "$aws/events/presence/connected/",
        "$aws/events/presence/disconnected/",
        "$aws/events/subscriptions/subscribed/" NAME,
        "$aws/events/thing/" NAME "/updated",
        "$aws/events/thing/" NAME "/created/x",
        "$aws/events/thing//created",
        "$aws/events/thing/created",
        "$aws/events/thing/a/" NAME "/created",
        "x" CONNECTED,
        "aws/events/presence/connected/" NAME,
        CONNECTED "/x",
        "$aws/events/presence/connected/1234567",
        "$aws/events/presence/connected/watcher 1",
        "$aws/events/presence/connected/device:0001",
        CONNECTED NAME "0",
        "$aws/events/presence/connected/+",
        "$aws/events/presence/connected/########",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        refuse(bad[i], "{}", 2);
}

static void refuses_bad_payloads(void **state)
{
    static const char *const bad[] = {
        "", "null", "[]", "\"x\"", "{", "{} {}", "{}x", "{\"timestamp\":1", "{\"a\":\"\\u0000\"}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        refuse(CONNECTED, bad[i], strlen(bad[i]));
        refuse(CREATED, bad[i], strlen(bad[i]));
    }
    refuse(CONNECTED, NULL, 0);
    refuse(CONNECTED, "{}\0", 3);
}

static void refuses_contradictions(void **state)
{
    static const char *const connected[] = {
        "{\"clientId\":\"another-device\"}",
        "{\"clientId\":\"0123456789ABCDEF0123456789ABCDEF\"}",
        "{\"clientId\":null}",
        "{\"clientId\":1}",
        "{\"clientId\":\"" NAME "\",\"clientId\":\"another-device\"}",
        "{\"clientId\":\"" NAME "\",\"eventType\":\"disconnected\"}",
        "{\"eventType\":null}",
    };
    static const char *const created[] = {
        "{\"thingName\":\"another-device\"}",
        "{\"thingName\":[\"" NAME "\"]}",
        "{\"thingName\":\"" NAME "\",\"operation\":\"DELETED\"}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(connected); i++)
        refuse(CONNECTED, connected[i], strlen(connected[i]));
    for (size_t i = 0; i < COUNT(created); i++)
        refuse(CREATED, created[i], strlen(created[i]));
}

static struct presence read(const char *topic, const char *payload)
{
    struct presence out;

    if (!presence_parse(topic, payload, strlen(payload), &out))
        fail_msg("refused %s %s", topic, payload);
    assert_string_equal(out.thing_name, NAME);
    return out;
}

static void takes_only_messages_of_the_rules(void **state)
{
    static const char *const garbage[] = {
        "",
        "no JSON",
        "[]",
        "{}",
        "{\"topic\":7}",
        "{\"topic\":\"dt/x\"}",
        "{\"topic\":\"$aws/events/presence/connected/\"}",
        "{\"topic\":\"$aws/events/subscriptions/subscribed/" NAME "\"}",
        "{\"topic\":\"" CONNECTED "\"} x",
    };
    static const char *const others[] = {
        "{\"topic\":\"$aws/events/presence/connected/watcher 1\"}",
        "{\"topic\":\"" CONNECTED "\",\"clientId\":\"another-device\"}",
        "{\"topic\":\"" CREATED "\",\"operation\":\"DELETED\"}",
    };
    static const char good[] =
        "{\"clientId\":\"" NAME "\",\"timestamp\":1573002230757,\"eventType\":\"connected\","
        "\"topic\":\"" CONNECTED "\"}";
    struct presence out = {.kind = PRESENCE_CREATED, .thing_name = "untouched", .at_ms = 7};
    (void)state;

    for (size_t i = 0; i < COUNT(garbage); i++)
        assert_int_equal(presence_parse_note(garbage[i], strlen(garbage[i]), &out), PRESENCE_NOTE_GARBAGE);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(presence_parse_note(others[i], strlen(others[i]), &out), PRESENCE_NOTE_OTHER);
    assert_string_equal(out.thing_name, "untouched");
    assert_int_equal(presence_parse_note(good, strlen(good), &out), PRESENCE_NOTE_THING);
    assert_int_equal(out.kind, PRESENCE_CONNECTED);
    assert_string_equal(out.thing_name, NAME);
    assert_int_equal(out.at_ms, 1573002230757LL);
}

static void reads_what_aws_sends(void **state)
{
    static const char connected[] =
        "{\"clientId\":\"" NAME "\",\"timestamp\":1573002230757,\"eventType\":\"connected\","
        "\"sessionIdentifier\":\"a4666d2a7d844ae4ac5d7b38c9cb7967\",\"principalIdentifier\":"
        "\"12345678901234567890\","
        "\"ipAddress\":\"192.0.2.0\",\"versionNumber\":0}";
    static const char created[] =
        "{\"eventType\":\"THING_EVENT\",\"eventId\":\"f5ae9b94-8b8e-4d8e-8c8f-b3266dd89853\","
        "\"timestamp\":1234567890123,\"operation\":\"CREATED\",\"accountId\":\"123456789012\","
        "\"thingId\":\"b604f69c-aa9a-4d4a-829e-c480e958a0b5\",\"thingName\":\"" NAME "\",\"versionNumber\":1,"
        "\"thingTypeName\":null,\"attributes\":{\"attribute1\":\"value1\"}}";
    (void)state;

    struct presence out = read(CONNECTED, connected);
    assert_int_equal(out.kind, PRESENCE_CONNECTED);
    assert_int_equal(out.at_ms, 1573002230757LL);
    out = read(CREATED, created);
    assert_int_equal(out.kind, PRESENCE_CREATED);
    assert_int_equal(out.at_ms, 1234567890123LL);
}

static void reads_how_a_connection_ended(void **state)
{
    static const char disconnected[] =
        "{\"clientId\":\"" NAME "\",\"timestamp\":1573002340451,\"eventType\":\"disconnected\","
        "\"sessionIdentifier\":\"a4666d2a7d844ae4ac5d7b38c9cb7967\",\"principalIdentifier\":"
        "\"12345678901234567890\",\"clientInitiatedDisconnect\":true,"
        "\"disconnectReason\":\"CLIENT_INITIATED_DISCONNECT\",\"versionNumber\":7}";
    (void)state;

    struct presence out = read(DISCONNECTED, disconnected);
    assert_int_equal(out.kind, PRESENCE_DISCONNECTED);
    assert_int_equal(out.at_ms, 1573002340451LL);
    assert_string_equal(out.session, "a4666d2a7d844ae4ac5d7b38c9cb7967");
    assert_int_equal(out.version, 7);
    refuse(DISCONNECTED, "{\"eventType\":\"connected\"}", 26);
}

static void does_without_a_session_and_a_version(void **state)
{
    static const char *const payloads[] = {
        "{}",
        "{\"sessionIdentifier\":7,\"versionNumber\":\"7\"}",
        "{\"sessionIdentifier\":null,\"versionNumber\":-1}",
        "{\"sessionIdentifier\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefx\"}",
        "{\"versionNumber\":1e300}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(payloads); i++) {
        assert_string_equal(read(CONNECTED, payloads[i]).session, "");
        assert_int_equal(read(CONNECTED, payloads[i]).version, -1);
    }
}

static struct presence event(enum presence_kind kind, long long at_ms, const char *session, long long version)
{
    struct presence out = {.kind = kind, .thing_name = NAME, .at_ms = at_ms, .version = version};

    memcpy(out.session, session, strlen(session) + 1);
    return out;
}

/* Each event is later than those before it, and none of those is later than it. */
static void assert_order(const struct presence *events, size_t count, int line)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (presence_is_later(&events[i], &events[j]) != (i > j))
                fail_msg("line %d: event %zu is%s later than event %zu", line, i, i > j ? " not" : "", j);
}
#define ASSERT_ORDER(...)                                                                                    \
    assert_order((const struct presence[]){__VA_ARGS__}, COUNT(((const struct presence[]){__VA_ARGS__})),    \
                 __LINE__)

static void puts_events_in_their_order(void **state)
{
    (void)state;

    ASSERT_ORDER(event(PRESENCE_CONNECTED, 1000, "a", 1), event(PRESENCE_DISCONNECTED, 2000, "a", 1),
                 event(PRESENCE_CONNECTED, 3000, "b", 2), event(PRESENCE_DISCONNECTED, 4000, "b", 2));
    /* All in the same millisecond. */
    ASSERT_ORDER(event(PRESENCE_CONNECTED, 1000, "a", 1), event(PRESENCE_DISCONNECTED, 1000, "a", 1),
                 event(PRESENCE_CONNECTED, 1000, "b", 2));
    /* A new connection replaces one: its end is stamped after the beginning of the new one. */
    ASSERT_ORDER(event(PRESENCE_CONNECTED, 1000, "a", 1), event(PRESENCE_DISCONNECTED, 2010, "a", 1),
                 event(PRESENCE_CONNECTED, 2000, "b", 2), event(PRESENCE_DISCONNECTED, 9000, "b", 2));
    /* AWS has begun to count anew. */
    ASSERT_ORDER(event(PRESENCE_DISCONNECTED, 1000, "a", 9), event(PRESENCE_CONNECTED, 3601000, "b", 0));
    /* Without versions: answers of the account, and brokers of other makes. */
    ASSERT_ORDER(event(PRESENCE_CONNECTED, 1000, "", -1), event(PRESENCE_DISCONNECTED, 2000, "", -1),
                 event(PRESENCE_CONNECTED, 2000, "", -1), event(PRESENCE_DISCONNECTED, 2001, "", -1));
    /* One connection for days. */
    ASSERT_ORDER(event(PRESENCE_CONNECTED, 1000, "a", 1), event(PRESENCE_DISCONNECTED, 90000000, "a", 1));
    /* Some count nothing: then the timestamp decides. */
    ASSERT_ORDER(event(PRESENCE_CONNECTED, 1000, "a", 0), event(PRESENCE_DISCONNECTED, 2000, "a", 0),
                 event(PRESENCE_CONNECTED, 3000, "b", 0));
}

static void does_without_a_timestamp(void **state)
{
    static const char *const payloads[] = {
        "{}",
        "{\"timestamp\":null}",
        "{\"timestamp\":\"1573002230757\"}",
        "{\"timestamp\":-1}",
        "{\"timestamp\":1e300}",
        "{\"timestamp\":1e400}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(payloads); i++) {
        assert_int_equal(read(CONNECTED, payloads[i]).at_ms, 0);
        assert_int_equal(read(CREATED, payloads[i]).at_ms, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_other_topics),
        cmocka_unit_test(refuses_bad_payloads),
        cmocka_unit_test(refuses_contradictions),
        cmocka_unit_test(takes_only_messages_of_the_rules),
        cmocka_unit_test(reads_what_aws_sends),
        cmocka_unit_test(does_without_a_timestamp),
        cmocka_unit_test(reads_how_a_connection_ended),
        cmocka_unit_test(does_without_a_session_and_a_version),
        cmocka_unit_test(puts_events_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
