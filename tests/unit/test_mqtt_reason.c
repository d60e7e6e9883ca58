/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/mqtt_reason.h"

#include <string.h>

#include "tests/unit/test.h"

static void assert_traced(const char *message, const char *wanted, int line)
{
    char out[MQTT_REASON_SIZE] = "";

    mqtt_reason_trace(message);
    mqtt_reason_take_traced(out);
    _assert_string_equal(out, wanted, __FILE__, line);
}

static void other_lines_of_the_trace_say_nothing(void **state)
{
    (void)state;
    assert_traced("", "", __LINE__);
    assert_traced("19700101 000000.000 (1) rc from X509_check_ip_asc is 1", "", __LINE__);
    assert_traced("SSL alert read:warning:close notify", "", __LINE__);
}

static void a_host_name_and_an_alert_are_kept_until_they_are_taken(void **state)
{
    char out[MQTT_REASON_SIZE] = "";
    (void)state;

    assert_traced("19700101 000000.000 (1) rc from X509_check_ip_asc is 0",
                  "the server's certificate is for another host name", __LINE__);
    assert_traced("x SSL alert read:fatal:unknown CA", "refused: TLS alert: unknown CA", __LINE__);
    mqtt_reason_take_traced(out);
    assert_string_equal(out, "");
}

static void the_first_reason_stays(void **state)
{
    char out[MQTT_REASON_SIZE] = "first";
    (void)state;

    mqtt_reason_trace("SSL alert read:fatal:second");
    mqtt_reason_take_traced(out);
    assert_string_equal(out, "first");
    assert_traced("", "", __LINE__);
}

static void lines_of_openssl_lose_their_end(void **state)
{
    char out[MQTT_REASON_SIZE];
    (void)state;

    mqtt_reason_tls("wrong \n and more", 7, out);
    assert_string_equal(out, "wrong");
    mqtt_reason_tls("\n", 1, out);
    assert_string_equal(out, "");
}

static void joined_reasons_fit(void **state)
{
    char out[MQTT_REASON_SIZE], longest[400];
    (void)state;

    mqtt_reason_join("cannot connect", "", out);
    assert_string_equal(out, "cannot connect");
    mqtt_reason_join("cannot connect", "refused", out);
    assert_string_equal(out, "cannot connect: refused");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    mqtt_reason_join(longest, longest, out);
    assert_int_equal(strlen(out), 252);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_lines_of_the_trace_say_nothing),
        cmocka_unit_test(a_host_name_and_an_alert_are_kept_until_they_are_taken),
        cmocka_unit_test(the_first_reason_stays),
        cmocka_unit_test(lines_of_openssl_lose_their_end),
        cmocka_unit_test(joined_reasons_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
