/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/presence.h"

#include <string.h>

#include "tests/unit/test.h"

#define NAME "0123456789abcdef0123456789abcdef"
#define CONNECTED "$aws/events/presence/connected/" NAME
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
        "$aws/events/presence/disconnected/" NAME,
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
        "{\"topic\":\"$aws/events/presence/disconnected/" NAME "\"}",
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
        cmocka_unit_test(refuses_other_topics),   cmocka_unit_test(refuses_bad_payloads),
        cmocka_unit_test(refuses_contradictions), cmocka_unit_test(takes_only_messages_of_the_rules),
        cmocka_unit_test(reads_what_aws_sends),   cmocka_unit_test(does_without_a_timestamp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
