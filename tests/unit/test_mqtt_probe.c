/* SPDX-License-Identifier: Apache-2.0 */
/* MQTT by a server that means no good: what it says is made here, and so is the time. tests/integration has
 * real servers. */
#include "account/probe/mqtt.h"

#include <stdatomic.h>
#include <string.h>

#include "account/probe/tls.h"
#include "base/clock.h"
#include "base/name_lookup.h"
#include "base/tcp.h"
#include "tests/unit/test.h"

#define TIMEOUT_MS 1000
#define READS_MAX 5000 /* each takes a millisecond: more is to wait for longer than is allowed */

static long long now_ms;
static const char *answer; /* comes once; then comes what does not end */
static size_t answer_length;
static const char *endless;
static size_t endless_length;
static unsigned reads;

long long clock_monotonic_ms(void)
{
    return now_ms;
}

enum name_result name_lookup(const char *host, int port, int timeout_ms, const atomic_int *interrupted,
                             struct name_addresses *out, struct text *why)
{
    (void)host, (void)port, (void)timeout_ms, (void)interrupted, (void)why;
    out->count = 1;
    return NAME_FOUND;
}

int tcp_probe(const struct name_addresses *addresses, int timeout_ms, const atomic_int *interrupted,
              struct tcp_probe *out)
{
    (void)addresses, (void)timeout_ms, (void)interrupted;
    out->count = 1;
    return 1;
}

struct tls_probe *tls_probe_open(int descriptor, const struct tls_options *options, struct tls_seen *seen)
{
    static char connection;

    (void)descriptor, (void)options;
    *seen = (struct tls_seen){.ca_file_usable = true, .name_fits = true};
    return (struct tls_probe *)&connection;
}

void tls_probe_close(struct tls_probe *probe)
{
    (void)probe;
}

void tls_seen_fini(struct tls_seen *seen)
{
    (void)seen;
}

enum tls_result tls_probe_write(struct tls_probe *probe, const void *bytes, size_t length, int timeout_ms)
{
    (void)probe, (void)bytes, (void)length, (void)timeout_ms;
    return TLS_FINE;
}

enum tls_result tls_probe_read(struct tls_probe *probe, void *out, size_t room, size_t *length,
                               int timeout_ms)
{
    const char *says = answer ? answer : endless;

    (void)probe, (void)timeout_ms;
    assert_true(++reads < READS_MAX);
    now_ms++;
    if (!says)
        return TLS_CLOSED;
    *length = answer ? answer_length : endless_length;
    assert_true(*length <= room);
    memcpy(out, says, *length);
    answer = NULL;
    return TLS_FINE;
}

static void server_says(const char *first, size_t length, const char *then, size_t then_length)
{
    answer = first;
    answer_length = length;
    endless = then;
    endless_length = then_length;
    reads = 0;
}

static enum mqtt_probe_result connect_to(struct mqtt_probe **out, int *code)
{
    static const struct account_connection connection = {.address = "a.example",
                                                         .port = 8883,
                                                         .ca_file = "",
                                                         .cert_file = "",
                                                         .key_file = "",
                                                         .client_id = "x"};
    const struct mqtt_probe_options options = {.connection = &connection, .timeout_ms = TIMEOUT_MS};

    return mqtt_probe_open(&options, out, code);
}

#define CONNACK "\x20\x02\x00\x00"
#define MESSAGE "\x30\x04\x00\x01tx"

static void messages_without_end_keep_nobody(void **state)
{
    struct mqtt_probe *probe;
    int code;

    (void)state;
    server_says(CONNACK, 4, MESSAGE, 6);
    assert_int_equal(connect_to(&probe, &code), MQTT_PROBE_DONE);
    reads = 0;
    assert_int_equal(mqtt_probe_subscribe(probe, "#"), MQTT_PROBE_SILENT);
    reads = 0;
    assert_int_equal(mqtt_probe_publish(probe, "t", "{}"), MQTT_PROBE_SILENT);
    reads = 0;
    assert_int_equal(mqtt_probe_stay(probe, 500), MQTT_PROBE_DONE);
    assert_in_range(reads, 400, 510);
    mqtt_probe_close(probe);
}

static void a_packet_without_end_keeps_nobody(void **state)
{
    struct mqtt_probe *probe;
    int code;

    (void)state;
    server_says("\x30\xd0\xf7\x07", 4, "xxxxxxxx", 8); /* a message of 127 KiB, eight bytes a millisecond */
    assert_int_equal(connect_to(&probe, &code), MQTT_PROBE_SILENT);
    assert_null(probe);
}

static void what_is_no_mqtt_is_strange(void **state)
{
    static const struct {
        const char *says;
        size_t length;
    } rows[] = {
        {"HTTP/1.1 400 Bad Request\r\n\r\n", 28},
        {"\x20\x03\x00\x00\x00", 5},     /* a CONNACK is two bytes */
        {"\x20\xff\xff\xff\x7f", 5},     /* not 256 MiB */
        {"\x20\xff\xff\xff\xff\x01", 6}, /* a length has four bytes at most */
        {"\x30\x04\x00\x01tx", 6},       /* nothing comes before CONNACK */
    };
    struct mqtt_probe *probe;
    int code;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        server_says(rows[i].says, rows[i].length, rows[i].says, rows[i].length);
        assert_int_equal(connect_to(&probe, &code), MQTT_PROBE_STRANGE);
        assert_null(probe);
    }
}

static void a_refusal_has_its_code(void **state)
{
    struct mqtt_probe *probe;
    int code;

    (void)state;
    server_says("\x20\x02\x00\x05", 4, NULL, 0);
    assert_int_equal(connect_to(&probe, &code), MQTT_PROBE_REFUSED);
    assert_int_equal(code, 5);
    server_says("", 0, NULL, 0);
    answer = NULL;
    assert_int_equal(connect_to(&probe, &code), MQTT_PROBE_DROPPED);
    assert_int_equal(code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_without_end_keep_nobody),
        cmocka_unit_test(a_packet_without_end_keeps_nobody),
        cmocka_unit_test(what_is_no_mqtt_is_strange),
        cmocka_unit_test(a_refusal_has_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
