/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "tests/unit/test.h"

/* Any file that can be read does for a certificate here. */
#define STAGING                                                                                              \
    "[staging.acme]\naddress = acme.example.com\nca_file = /etc/passwd\ncert_file = /etc/passwd\n"           \
    "key_file = /etc/passwd\nclient_id = claim-thing\n"
#define ENDPOINT "[endpoint.eu]\naddress = eu.example.com\n"
#define OBSERVER                                                                                             \
    "ca_file = /etc/passwd\ncert_file = /etc/passwd\nkey_file = /etc/passwd\nclient_id = observer\n"

static char path[] = "/tmp/test_settings.XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static struct config *load(const char *text)
{
    assert_int_equal(file_replace(path, text, strlen(text), 0600), 0);
    struct config *config = config_new(&claim_config_table, 1, "PORTAL", true);
    if (!config_load(config, path, NULL))
        fail_msg("%s", config_error(config, 0));
    return config;
}

/* error follows "<path>:<line>: ", or "<path>: " where line is 0. */
static void expect_error(const char *text, unsigned line, const char *error)
{
    struct config *config = load(text);
    struct claim_settings settings = {.window_ms = -7};
    char wanted[512];

    assert_false(claim_settings_load(config, &settings));
    assert_int_equal(settings.window_ms, -7);
    assert_null(settings.staging);
    if (line > 0)
        snprintf(wanted, sizeof wanted, "%s:%u: %s", path, line, error);
    else
        snprintf(wanted, sizeof wanted, "%s: %s", path, error);
    assert_int_equal(config_error_count(config), 1);
    assert_string_equal(config_error(config, 0), wanted);
    config_free(config);
}

static void needs_both_ends(void **state)
{
    (void)state;

    expect_error(ENDPOINT, 0, "there is no staging account: a section [staging.NAME] is needed");
    expect_error(STAGING, 0, "there is no endpoint: a section [endpoint.KEY] is needed");
}

static void refuses_bad_accounts(void **state)
{
    (void)state;

    expect_error(
        ENDPOINT STAGING "identifier_form = [a-f\n", 9,
        "[staging.acme] identifier_form: \"[a-f\" is neither hex, hex:N (8 to 64), uuid nor a regular "
        "expression that letters of identifier_case = lower can meet");
    expect_error(
        ENDPOINT STAGING "identifier_form = SN[0-9]{8}\n", 9,
        "[staging.acme] identifier_form: \"SN[0-9]{8}\" is neither hex, hex:N (8 to 64), uuid nor a regular "
        "expression that letters of identifier_case = lower can meet");
    expect_error(ENDPOINT STAGING "identifier_form = (7TMhVEoYTS55fBxLjsEKi6mkt75ahC1MbCcRxb\n",
                 9, /* a key, made up */
                 "[staging.acme] identifier_form: 39 characters (not shown, they may be a key) is neither "
                 "hex, hex:N (8 to "
                 "64), uuid nor a regular expression that letters of identifier_case = lower can meet");
    expect_error(STAGING "[endpoint.eu]\naddress = https://eu.example.com\n", 8,
                 "[endpoint.eu] address: is no host name or IPv4 address");
    expect_error(STAGING ENDPOINT "[staging.b]\naddress = b.example.com\nca_file = /etc/passwd\n"
                                  "cert_file = /etc/passwd\nkey_file = /etc/passwd\nclient_id = $b\n",
                 14, "[staging.b] client_id: must not begin with $");
}

static void refuses_addresses_of_others(void **state)
{
    (void)state;

    expect_error(
        STAGING "[endpoint.eu]\naddress = ACME.example.com\n", 8,
        "[endpoint.eu] address: is the address of [staging.acme], where the modules are already; give "
        "that of your own account: aws iot describe-endpoint --endpoint-type iot:Data-ATS");
    expect_error(
        ENDPOINT "[staging.acme]\naddress = x-ats.iot.eu-west-1.amazonaws.com\nport = 443\n"
                 "ca_file = /etc/passwd\ncert_file = /etc/passwd\nkey_file = /etc/passwd\n"
                 "client_id = claim-thing\n[endpoint.us]\n"
                 "address = x-ats.iot.eu-west-1.amazonaws.com\n[claim]\ndefault_endpoint = us\n",
        11,
        "[endpoint.us] address: is the address of [staging.acme], where the modules are already; give "
        "that of your own account: aws iot describe-endpoint --endpoint-type iot:Data-ATS");
    expect_error(
        STAGING "[endpoint.eu]\naddress = data.iot.us-east-1.amazonaws.com\n", 8,
        "[endpoint.eu] address: is a region's name, not an account's own endpoint: aws iot describe-endpoint "
        "--endpoint-type iot:Data-ATS prints that one, <id>-ats.iot.<region>.amazonaws.com");
}

static void refuses_half_an_observer(void **state)
{
    (void)state;

    expect_error(STAGING ENDPOINT "ca_file = /etc/passwd\ncert_file = /etc/passwd\nclient_id = x\n", 0,
                 "[endpoint.eu] key_file: must be given with cert_file");
    expect_error(STAGING ENDPOINT "ca_file = /etc/passwd\nkey_file = /etc/passwd\nclient_id = x\n", 0,
                 "[endpoint.eu] cert_file: must be given with key_file");
    expect_error(STAGING ENDPOINT "key_file = /etc/passwd\ncert_file = /etc/passwd\nclient_id = x\n", 0,
                 "[endpoint.eu] ca_file: must be given with cert_file");
    expect_error(STAGING ENDPOINT "key_file = /etc/passwd\ncert_file = /etc/passwd\nca_file = /etc/passwd\n",
                 0, "[endpoint.eu] client_id: must be given with cert_file");
}

static void refuses_events_without_a_queue(void **state)
{
    (void)state;

    expect_error(STAGING ENDPOINT "events = sqs\n", 0,
                 "[endpoint.eu] queue_url: must be given with events = sqs");
    expect_error(STAGING ENDPOINT "events = sqs\nqueue_url = expresslink-events\n", 10,
                 "[endpoint.eu] queue_url: is no URL, such as "
                 "https://sqs.eu-west-1.amazonaws.com/123456789012/expresslink-events");
}

static void refuses_equal_client_ids(void **state)
{
    (void)state;

    expect_error(
        STAGING ENDPOINT OBSERVER "[endpoint.us]\naddress = EU.example.com\n" OBSERVER
                                  "[claim]\ndefault_endpoint = eu\n",
        18,
        "[endpoint.us] client_id: is that of [endpoint.eu] at the same address: each would drop the other's "
        "connection");
    expect_error(
        STAGING "[endpoint.eu]\naddress = acme.example.com\nca_file = /etc/passwd\ncert_file = /etc/passwd\n"
                "key_file = /etc/passwd\nclient_id = claim-thing\n",
        12,
        "[endpoint.eu] client_id: is that of [staging.acme] at the same address: each would drop the other's "
        "connection");
}

#define FURTHER(number, client_id)                                                                           \
    "[staging.acme." number "]\ncert_file = /etc/passwd\nkey_file = /etc/group\nclient_id = " client_id "\n"

static void refuses_bad_further_claim_things(void **state)
{
    (void)state;

    expect_error(STAGING ENDPOINT FURTHER("2", "claim-thing"), 12,
                 "[staging.acme.2] client_id: is that of [staging.acme] at the same address: each would drop "
                 "the other's connection");
    expect_error(
        STAGING ENDPOINT FURTHER("3", "b") FURTHER("2", "b"), 12,
        "[staging.acme.3] client_id: is that of [staging.acme.2] at the same address: each would drop "
        "the other's connection");
    expect_error(STAGING ENDPOINT FURTHER("2", "$b"), 12,
                 "[staging.acme.2] client_id: must not begin with $");
    expect_error(STAGING ENDPOINT FURTHER("1", "b"), 0,
                 "[staging.acme.1]: the number must be from 2 to 16; the first claim-thing is that of "
                 "[staging.acme]");
    expect_error(STAGING ENDPOINT FURTHER("17", "b"), 0,
                 "[staging.acme.17]: the number must be from 2 to 16; the first claim-thing is that of "
                 "[staging.acme]");
}

static void reads_further_claim_things(void **state)
{
    struct config *config = load(
        ENDPOINT "[staging.b]\naddress = b.example.com\nca_file = /etc/passwd\ncert_file = /etc/passwd\n"
                 "key_file = /etc/passwd\nclient_id = claim-thing\n" STAGING
                 "rate = 7\nport = 443\n" FURTHER("16", "last") FURTHER("2", "two") FURTHER("9", "nine"));
    static const unsigned numbers[] = {1, 2, 9, 16};
    static const char *const ids[] = {"claim-thing", "two", "nine", "last"};
    static const char *const names[] = {"acme", "acme.2", "acme.9", "acme.16"};
    struct claim_settings settings;
    (void)state;

    if (!claim_settings_load(config, &settings))
        fail_msg("%s", config_error(config, 0));
    assert_int_equal(settings.staging[0].claim_thing_count, 1);
    const struct staging_account *acme = &settings.staging[1];
    assert_int_equal(acme->claim_thing_count, COUNT(numbers));
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const struct claim_thing *claim_thing = &acme->claim_things[i];
        TEXT struct text name = TEXT_EMPTY;
        claim_thing_name(acme, claim_thing, &name);
        assert_string_equal(text_get(&name), names[i]);
        assert_int_equal(claim_thing->number, numbers[i]);
        assert_string_equal(claim_thing->connection.client_id, ids[i]);
        assert_string_equal(claim_thing->connection.address, "acme.example.com");
        assert_int_equal(claim_thing->connection.port, 443);
        assert_string_equal(claim_thing->connection.ca_file, "/etc/passwd");
        assert_string_equal(claim_thing->connection.key_file, i ? "/etc/group" : "/etc/passwd");
    }
    claim_settings_fini(&settings);
    config_free(config);
}

static void refuses_a_bad_default(void **state)
{
    (void)state;

    expect_error(STAGING ENDPOINT "[claim]\ndefault_endpoint = us\n", 10,
                 "[claim] default_endpoint: there is no [endpoint.us]");
    expect_error(STAGING ENDPOINT "[endpoint.us]\naddress = us.example.com\n", 0,
                 "[claim] default_endpoint: must be given where there are several endpoints");
}

static void refuses_bad_bounds(void **state)
{
    static const char *const bad[] = {
        "[claim]\nwindow = 999ms\n",
        "[claim]\nwindow = 8d\n",
        "[claim]\nschedule = 99ms\n",
        "[claim]\nschedule = 61m\n",
        "[claim]\nschedule =\n",
        "[staging.acme]\nport = 0\n",
        "[staging.acme]\nport = 65536\n",
        "[staging.acme]\nrate = -1\n",
        "[staging.acme.2]\nkey_file = /nowhere\ncert_file = /etc/passwd\nclient_id = b\n",
        "[staging.acme.2]\ncert_file = /etc/passwd\nclient_id = b\n",
        "[staging.acme]\nidentifier_case = both\n",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        TEXT struct text all = TEXT_EMPTY;
        text_printf(&all, "%s%s", STAGING ENDPOINT, bad[i]);
        assert_int_equal(file_replace(path, all.data, all.length, 0600), 0);
        struct config *config = config_new(&claim_config_table, 1, "PORTAL", true);
        if (config_load(config, path, NULL))
            fail_msg("accepted %s", bad[i]);
        assert_int_equal(config_error_count(config), 1);
        config_free(config);
    }
}

static void survives_a_config_with_errors(void **state)
{
    static const char text[] = "[staging.a]\nport = x\n[endpoint.a]\nlabel = x\n";
    struct config *config = config_new(&claim_config_table, 1, "PORTAL", true);
    struct claim_settings settings = {0};
    (void)state;

    assert_int_equal(file_replace(path, text, sizeof text - 1, 0600), 0);
    assert_false(config_load(config, path, NULL));
    size_t before = config_error_count(config);
    if (claim_settings_load(config, &settings))
        claim_settings_fini(&settings);
    assert_int_equal(config_error_count(config), before);
    config_free(config);
}

static void reads_accounts(void **state)
{
    struct config *config =
        load(STAGING "rate = 0\nidentifier_form = uuid\nidentifier_case = upper\nport = 443\n" ENDPOINT
                     "label = Europe\n" OBSERVER "[endpoint.us]\naddress = us.example.com\n"
                     "[claim]\nwindow = 1s\nschedule = 100ms 1h\ndefault_endpoint = us\n");
    struct claim_settings settings;
    char out[IDENTIFIER_SIZE];
    (void)state;

    if (!claim_settings_load(config, &settings))
        fail_msg("%s", config_error(config, 0));
    assert_int_equal(settings.staging_count, 1);
    assert_string_equal(settings.staging[0].name, "acme");
    assert_string_equal(settings.staging[0].claim_things[0].connection.address, "acme.example.com");
    assert_string_equal(settings.staging[0].claim_things[0].connection.client_id, "claim-thing");
    assert_int_equal(settings.staging[0].claim_things[0].connection.port, 443);
    assert_int_equal(settings.staging[0].rate, 0);
    assert_int_equal(
        identifier_parse(&settings.staging[0].form, "0123456789abcdef0123456789abcdef", 32, out, NULL),
        IDENTIFIER_OK);
    assert_string_equal(out, "01234567-89AB-CDEF-0123-456789ABCDEF");
    assert_int_equal(settings.endpoint_count, 2);
    assert_string_equal(settings.endpoints[0].label, "Europe");
    assert_true(settings.endpoints[0].observed);
    assert_int_equal(settings.endpoints[0].connection.port, 8883);
    assert_int_equal(settings.endpoints[0].events, ENDPOINT_EVENTS_MQTT);
    assert_false(settings.endpoints[0].connectivity);
    assert_true(oem_endpoint_is_watched(&settings.endpoints[0]));
    assert_false(oem_endpoint_is_watched(&settings.endpoints[1]));
    assert_false(settings.endpoints[1].observed);
    assert_int_equal(settings.window_ms, 1000);
    assert_int_equal(settings.schedule.count, 2);
    assert_int_equal(settings.schedule.delays_ms[1], 3600000);
    assert_ptr_equal(claim_settings_endpoint(&settings, NULL), &settings.endpoints[1]);
    assert_ptr_equal(claim_settings_endpoint(&settings, "eu"), &settings.endpoints[0]);
    assert_null(claim_settings_endpoint(&settings, "EU"));
    assert_null(claim_settings_endpoint(&settings, ""));
    claim_settings_fini(&settings);
    claim_settings_fini(&settings);
    config_free(config);
}

static void reads_other_ways_to_see_arrivals(void **state)
{
    static const char url[] = "https://sqs.eu-west-1.amazonaws.com/1/q";
    struct config *config =
        load(STAGING ENDPOINT "events = sqs\nqueue_url = https://sqs.eu-west-1.amazonaws.com/1/q\n"
                              "[endpoint.us]\naddress = us.example.com\nconnectivity = yes\n"
                              "connectivity_rate = 7\n[claim]\ndefault_endpoint = us\n");
    struct claim_settings settings;
    (void)state;

    if (!claim_settings_load(config, &settings))
        fail_msg("%s", config_error(config, 0));
    const struct oem_endpoint *eu = &settings.endpoints[0], *us = &settings.endpoints[1];
    assert_false(eu->observed || us->observed);
    assert_true(oem_endpoint_is_watched(eu) && oem_endpoint_is_watched(us));
    assert_int_equal(eu->events, ENDPOINT_EVENTS_SQS);
    assert_string_equal(eu->queue_url, url);
    assert_false(eu->connectivity);
    assert_true(us->connectivity);
    assert_int_equal(us->connectivity_rate, 7);
    claim_settings_fini(&settings);
    config_free(config);
}

static void one_client_id_may_serve_at_two_addresses(void **state)
{
    struct config *config =
        load(STAGING ENDPOINT OBSERVER "[endpoint.us]\naddress = us.example.com\n" OBSERVER
                                       "[claim]\ndefault_endpoint = eu\n");
    struct claim_settings settings;
    (void)state;

    assert_true(claim_settings_load(config, &settings));
    claim_settings_fini(&settings);
    config_free(config);
}

static void has_the_documented_defaults(void **state)
{
    struct config *config = load(STAGING ENDPOINT);
    struct claim_settings settings;
    static const long long delays[] = {4000};
    (void)state;

    assert_true(claim_settings_load(config, &settings));
    assert_int_equal(settings.staging[0].rate, 100);
    assert_int_equal(settings.staging[0].claim_things[0].connection.port, 8883);
    assert_int_equal(settings.window_ms, 15 * 60 * 1000);
    assert_int_equal(settings.schedule.count, COUNT(delays));
    assert_memory_equal(settings.schedule.delays_ms, delays, sizeof delays);
    assert_string_equal(claim_settings_endpoint(&settings, NULL)->key, "eu");
    claim_settings_fini(&settings);
    config_free(config);
}

static void no_more_staging_accounts_than_a_claim_can_have(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    text_printf(&text, "[endpoint.eu]\naddress = eu.example.com\n");
    for (int i = 0; i <= CLAIM_STAGING_MAX; i++)
        text_printf(&text,
                    "[staging.a%d]\naddress = acme.example.com\nca_file = /etc/passwd\n"
                    "cert_file = /etc/passwd\nkey_file = /etc/passwd\nclient_id = claim-thing-%d\n",
                    i, i);
    expect_error(text_get(&text), 0, "there are 17 staging accounts, but 16 is the limit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_both_ends),
        cmocka_unit_test(refuses_bad_accounts),
        cmocka_unit_test(refuses_addresses_of_others),
        cmocka_unit_test(refuses_half_an_observer),
        cmocka_unit_test(refuses_events_without_a_queue),
        cmocka_unit_test(reads_other_ways_to_see_arrivals),
        cmocka_unit_test(refuses_equal_client_ids),
        cmocka_unit_test(refuses_bad_further_claim_things),
        cmocka_unit_test(reads_further_claim_things),
        cmocka_unit_test(refuses_a_bad_default),
        cmocka_unit_test(refuses_bad_bounds),
        cmocka_unit_test(survives_a_config_with_errors),
        cmocka_unit_test(reads_accounts),
        cmocka_unit_test(one_client_id_may_serve_at_two_addresses),
        cmocka_unit_test(has_the_documented_defaults),
        cmocka_unit_test(no_more_staging_accounts_than_a_claim_can_have),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
