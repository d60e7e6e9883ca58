/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/mqtt_packet.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/test.h"

#define READ(bytes, out) mqtt_packet_read(bytes, sizeof(bytes) - 1, out)

static void invalid(const char *bytes, size_t length)
{
    struct mqtt_packet packet = {.code = 77};

    assert_int_equal(mqtt_packet_read(bytes, length, &packet), MQTT_INVALID);
    assert_int_equal(packet.code, 77);
}
#define INVALID(bytes) invalid(bytes, sizeof(bytes) - 1)

static void what_is_not_from_a_server_is_invalid(void **state)
{
    (void)state;

    INVALID("\x00\x00");                     /* reserved */
    INVALID("\x10\x00");                     /* CONNECT */
    INVALID("\x50\x02\x00\x01");             /* PUBREC: QoS 2 is not used */
    INVALID("\xf0\x00");                     /* reserved */
    INVALID("\x21\x02\x00\x00");             /* flags of CONNACK */
    INVALID("\x20\x02\x02\x00");             /* reserved bits of CONNACK */
    INVALID("\x20\x03\x00\x00\x00");         /* too long */
    INVALID("\x40\x02\x00\x00");             /* PUBACK without an id */
    INVALID("\x90\x02\x00\x01");             /* SUBACK without a return code */
    INVALID("\x90\x04\x00\x01\x00\x00");     /* with two */
    INVALID("\xd0\x01\x00");                 /* PINGRESP with a body */
    INVALID("\x30\x02\x00\x00");             /* PUBLISH without a topic */
    INVALID("\x30\x03\x00\x09t");            /* the topic ends behind the packet */
    INVALID("\x32\x04\x00\x01t\x00");        /* no room for the id */
    INVALID("\x32\x05\x00\x01t\x00\x00");    /* id 0 */
    INVALID("\x34\x05\x00\x01t\x00\x01");    /* QoS 2 */
    INVALID("\x30\xff\xff\xff\xff");         /* a length of five bytes */
    INVALID("\x30\xff\xff\xff\x7f");         /* 256 MB */
    INVALID("HTTP/1.1 400 Bad Request\r\n"); /* "H" is PUBACK with flags */
}

static void a_part_is_incomplete(void **state)
{
    static const char message[] = "\x32\x08\x00\x01t\x01\x02one";
    struct mqtt_packet packet;
    (void)state;

    for (size_t length = 0; length < sizeof message - 1; length++)
        assert_int_equal(mqtt_packet_read(message, length, &packet), MQTT_INCOMPLETE);
    assert_int_equal(mqtt_packet_read(message, sizeof message - 1, &packet), MQTT_READ);
}

static void answers(void **state)
{
    struct mqtt_packet packet;
    (void)state;

    assert_int_equal(READ("\x20\x02\x01\x00", &packet), MQTT_READ);
    assert_int_equal(packet.type, MQTT_CONNACK);
    assert_true(packet.session_present);
    assert_int_equal(READ("\x20\x02\x00\x05", &packet), MQTT_READ);
    assert_int_equal(packet.code, 5);
    assert_false(packet.session_present);
    assert_int_equal(READ("\x90\x03\x01\x02\x80", &packet), MQTT_READ);
    assert_int_equal(packet.type, MQTT_SUBACK);
    assert_int_equal(packet.id, 0x102);
    assert_int_equal(packet.code, 0x80);
    assert_int_equal(READ("\xb0\x02\xff\xff", &packet), MQTT_READ);
    assert_int_equal(packet.id, 0xffff);
    assert_int_equal(READ("\xd0\x00\xd0\x00", &packet), MQTT_READ);
    assert_int_equal(packet.length, 2);
}

static void messages(void **state)
{
    struct mqtt_packet packet;
    (void)state;

    assert_int_equal(READ("\x32\x09\x00\x03t/u\x00\x07hi", &packet), MQTT_READ);
    assert_int_equal(packet.qos, 1);
    assert_int_equal(packet.id, 7);
    assert_memory_equal(packet.topic, "t/u", packet.topic_length);
    assert_int_equal(packet.payload_length, 2);
    assert_memory_equal(packet.payload, "hi", 2);
    assert_int_equal(READ("\x39\x03\x00\x01t", &packet), MQTT_READ); /* DUP, RETAIN, QoS 0, empty */
    assert_int_equal(packet.id, 0);
    assert_int_equal(packet.payload_length, 0);
}

static void the_longest_that_aws_sends(void **state)
{
    OWNED char *bytes = calloc(1, MQTT_PACKET_MAX + 8);
    struct mqtt_packet packet;
    size_t body = 128 * 1024 + 2 + 256 + 2;
    (void)state;

    bytes[0] = 0x32;
    bytes[1] = (char)(body % 128 | 0x80);
    bytes[2] = (char)(body / 128 % 128 | 0x80);
    bytes[3] = (char)(body / 128 / 128);
    bytes[5] = 1;
    bytes[6] = 't';
    bytes[8] = 1;
    assert_int_equal(mqtt_packet_read(bytes, MQTT_PACKET_MAX, &packet), MQTT_READ);
    assert_int_equal(packet.length, body + 4);
}

static void written_as_the_standard_says(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    (void)state;

    mqtt_packet_connect(&out, "me", true, 30);
    mqtt_packet_publish(&out, 0x102, "t/u", "hi");
    mqtt_packet_puback(&out, 3);
    mqtt_packet_subscribe(&out, 4, "a/+");
    mqtt_packet_unsubscribe(&out, 5, "a/+");
    mqtt_packet_pingreq(&out);
    mqtt_packet_disconnect(&out);
    static const char wanted[] = "\x10\x0e\x00\x04MQTT\x04\x00\x00\x1e\x00\x02me"
                                 "\x32\x09\x00\x03t/u\x01\x02hi"
                                 "\x40\x02\x00\x03"
                                 "\x82\x08\x00\x04\x00\x03"
                                 "a/+\x01"
                                 "\xa2\x07\x00\x05\x00\x03"
                                 "a/+"
                                 "\xc0\x00\xe0\x00";
    assert_int_equal(out.length, sizeof wanted - 1);
    assert_memory_equal(out.data, wanted, sizeof wanted - 1);
}

static void a_long_payload_has_a_long_length(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    char payload[201] = {0};
    (void)state;

    memset(payload, 'x', 200);
    mqtt_packet_publish(&out, 1, "t", payload);
    assert_memory_equal(out.data, "\x32\xcd\x01\x00\x01t\x00\x01x", 9);
    assert_int_equal(out.length, 3 + 205);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_from_a_server_is_invalid),
        cmocka_unit_test(a_part_is_incomplete),
        cmocka_unit_test(answers),
        cmocka_unit_test(messages),
        cmocka_unit_test(the_longest_that_aws_sends),
        cmocka_unit_test(written_as_the_standard_says),
        cmocka_unit_test(a_long_payload_has_a_long_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
