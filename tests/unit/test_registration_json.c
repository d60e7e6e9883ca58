/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/registration_json.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

#define ACCEPTED 1700000005000LL /* half way between two full tens of seconds */
#define NAME_200                                                                                             \
    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901" \
    "23456789"                                                                                               \
    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static void refuses_other_bodies(void **state)
{
    static const struct {
        const char *body, *about;
    } cases[] = {
        {"", "JSON"},
        {"null", "JSON"},
        {"[]", "JSON"},
        {"\"x\"", "JSON"},
        {"{\"identifier\":\"x\"", "JSON"},
        {"{\"identifier\":\"x\"} x", "JSON"},
        {"{\"identifier\":\"x\"}{}", "JSON"},
        {"{\"identifier\":\"a\\u0000b\"}", "JSON"},
        {"{\"identifier\":\"a\\\\u0000\"}", "JSON"}, /* a backslash before it */
        {"{\"identifier\\u0000\":\"a\"}", "JSON"},
        {"{\"identifier\":\"a\",\"endpoint\":\"e\\u0000\"}", "JSON"},
        {"{\"identifier\":\"a\\u0000", "JSON"},
        {"{}", "identifier"},
        {"{\"Identifier\":\"x\"}", "identifier"},
        {"{\"identifier\":null}", "identifier"},
        {"{\"identifier\":1}", "identifier"},
        {"{\"identifier\":[\"x\"]}", "identifier"},
        {"{\"identifier\":\"x\",\"endpoint\":1}", "endpoint"},
        {"{\"identifier\":\"x\",\"endpoint\":{}}", "endpoint"},
        {"{\"identifier\":\"x\",\"endpoint\":"
         "\"12345678901234567890123456789012345678901234567890123456789012345\"}",
         "endpoint"},
        {"{\"identifier\":\"x\",\"endpoint\":\"\xff\"}", "endpoint"},
        {"{\"identifier\":\"x\",\"contact\":\"me\"}", "contact must"},
        {"{\"identifier\":\"x\",\"contact\":[]}", "contact must"},
        {"{\"identifier\":\"x\",\"contact\":{\"name\":1}}", "contact.name"},
        {"{\"identifier\":\"x\",\"contact\":{\"name\":\"" NAME_200 "1\"}}", "contact.name"},
        {"{\"identifier\":\"x\",\"contact\":{\"name\":\"\xc3\"}}", "contact.name"},
        {"{\"identifier\":\"x\",\"contact\":{\"name\":\"a\\nb\"}}", "contact.name"},
        {"{\"identifier\":\"x\",\"contact\":{\"name\":\"a\x7f\"}}", "contact.name"},
        {"{\"identifier\":\"x\",\"contact\":{\"email\":true}}", "contact.email"},
        {"{\"identifier\":\"x\",\"contact\":{\"email\":\"\"}}", "contact.email"},
        {"{\"identifier\":\"x\",\"contact\":{\"email\":\"nobody\"}}", "contact.email"},
        {"{\"identifier\":\"x\",\"contact\":{\"email\":\"a@b\\r\\nBcc: c@d\"}}", "contact.email"},
        {"{\"identifier\":\"x\",\"contact\":{\"email\":\"A <a@b>\"}}", "contact.email"},
        {"{\"identifier\":\"x\",\"contact\":{\"email\":\"a@b\\u0001\"}}", "contact.email"},
        {"{\"identifier\":\"x\",\"contact\":{\"email\":\"" NAME_200 NAME_200 "@b\"}}", "contact.email"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct registration_body out = {.name = "untouched"};
        const char *wrong = registration_body_parse(cases[i].body, strlen(cases[i].body), &out);
        if (!wrong)
            fail_msg("took %s", cases[i].body);
        if (!strstr(wrong, cases[i].about))
            fail_msg("%s: %s", cases[i].body, wrong);
        assert_null(out.json);
        assert_string_equal(out.name, "untouched");
    }
}

static void refuses_a_nul_behind_the_object(void **state)
{
    static const char body[] = "{\"identifier\":\"x\"}\0";
    struct registration_body out = {0};
    (void)state;

    assert_non_null(registration_body_parse(body, sizeof body - 1, &out));
    assert_null(registration_body_parse(body, sizeof body - 2, &out));
    registration_body_fini(&out);
}

static void takes_what_it_knows_and_passes_over_the_rest(void **state)
{
    static const char full[] =
        "{\"endpoint\":\"eu\",\"identifier\":\" x y \",\"contact\":{\"email\":\"a@b\",\"name\":"
        "\"J\\u00f6rg\",\"phone\":1},\"more\":[{}]}";
    static const char least[] = "{\"identifier\":\"\",\"endpoint\":null,\"contact\":null}";
    struct registration_body out = {0};
    (void)state;

    assert_null(registration_body_parse(full, strlen(full), &out));
    assert_string_equal(out.identifier, " x y ");
    assert_string_equal(out.endpoint, "eu");
    assert_string_equal(out.name, "J\xc3\xb6rg");
    assert_string_equal(out.email, "a@b");
    registration_body_fini(&out);
    registration_body_fini(&out); /* twice is no harm */

    assert_null(registration_body_parse(least, strlen(least), &out));
    assert_string_equal(out.identifier, "");
    assert_null(out.endpoint);
    assert_null(out.name);
    assert_null(out.email);
    registration_body_fini(&out);
}

static const struct registration arrived = {
    .token = "00112233445566778899aabbccddeeff",
    .thing_name = "0123456789abcdef0123456789abcdef",
    .endpoint = "eu",
    .state = CLAIM_ONBOARDED,
    .accepted_at = 1700000000123,
    .published_at = 1700000001000,
    .connected_at = 1700000003000,
    .ended_at = 1700000003001,
    .expires_at = 1700000900123,
    .attempts = 2,
    .onboarded_before = true,
};

static cJSON *written(const struct registration *registration, const char *public_url)
{
    TEXT struct text out = TEXT_EMPTY;
    const char *end = NULL;

    registration_json(registration, public_url, 0, &out);
    cJSON *json = cJSON_ParseWithOpts(text_get(&out), &end, 0);
    if (!json || strcmp(end, "\n") != 0)
        fail_msg("not JSON: %s", text_get(&out));
    return json;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    if (cJSON_IsNull(member))
        return "null";
    if (!cJSON_IsString(member))
        fail_msg("%s is missing or no text", name);
    return member->valuestring;
}

static void assert_step(const cJSON *json, int index, const char *name, const char *state, const char *at)
{
    const cJSON *step = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "steps"), index);

    assert_string_equal(text_of(step, "name"), name);
    assert_string_equal(text_of(step, "state"), state);
    assert_string_equal(text_of(step, "at"), at);
}

static void tells_one_that_has_arrived(void **state)
{
    cJSON *json = written(&arrived, "https://portal.example");
    (void)state;

    assert_string_equal(text_of(json, "token"), arrived.token);
    assert_string_equal(text_of(json, "thing_name"), arrived.thing_name);
    assert_string_equal(text_of(json, "endpoint"), "eu");
    assert_string_equal(text_of(json, "state"), "onboarded");
    assert_string_equal(text_of(json, "next_action"), "done");
    assert_string_equal(text_of(json, "accepted_at"), "2023-11-14T22:13:20.123Z");
    assert_string_equal(text_of(json, "expires_at"), "2023-11-14T22:28:20.123Z");
    assert_string_equal(text_of(json, "ended_at"), "2023-11-14T22:13:23.001Z");
    assert_string_equal(text_of(json, "status_url"),
                        "https://portal.example/registrations/00112233445566778899aabbccddeeff");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "onboarded_before")));
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(json, "attempts")->valueint, 2);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "steps")), STEP_COUNT);
    assert_step(json, 0, "accepted", "done", "2023-11-14T22:13:20.123Z");
    assert_step(json, 1, "published", "done", "2023-11-14T22:13:21.000Z");
    assert_step(json, 2, "provisioned", "done", "null"); /* implied by the next */
    assert_step(json, 3, "connected", "done", "2023-11-14T22:13:23.000Z");
    cJSON_Delete(json);
}

static void tells_one_that_waits(void **state)
{
    struct registration queued = {
        .token = "t", .thing_name = "n", .endpoint = "e", .accepted_at = 1, .expires_at = 2};
    cJSON *json = written(&queued, "");
    (void)state;

    assert_string_equal(text_of(json, "state"), "queued");
    assert_string_equal(text_of(json, "next_action"), "wait");
    assert_string_equal(text_of(json, "ended_at"), "null");
    assert_string_equal(text_of(json, "status_url"), "/registrations/t");
    assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(json, "onboarded_before")));
    assert_step(json, 1, "published", "active", "null");
    assert_step(json, 3, "connected", "waiting", "null");
    cJSON_Delete(json);
}

/* It was accepted three seconds before: a time before that would be nonsense. */
static void an_estimate_is_not_in_the_past(void **state)
{
    struct registration queued = {.token = "t",
                                  .thing_name = "n",
                                  .endpoint = "e",
                                  .accepted_at = ACCEPTED,
                                  .expires_at = ACCEPTED + 900000};
    TEXT struct text out = TEXT_EMPTY;
    (void)state;

    registration_json(&queued, "", ACCEPTED + 3000, &out);
    cJSON *json = cJSON_Parse(text_get(&out));
    assert_string_equal(text_of(json, "accepted_at"), "2023-11-14T22:13:25.000Z");
    assert_string_equal(text_of(json, "estimated_at"), "2023-11-14T22:13:30.000Z");
    cJSON_Delete(json);
}

static void escapes_the_public_url(void **state)
{
    cJSON *json = written(&arrived, "https://a\"b\\c");
    (void)state;

    assert_int_equal(strncmp(text_of(json, "status_url"), "https://a\"b\\c/registrations/", 28), 0);
    cJSON_Delete(json);
}

/* As the code on a label may have them. */
static void nuls_around_a_text_are_left_out(void **state)
{
    static const char body[] =
        "{\"endpoint\":\"e\\\"\", \"identifier\" : \"\\u0000\\u0000ab\\\\\\u0000\\u0000\"}";
    struct registration_body out = {0};
    (void)state;

    assert_null(registration_body_parse(body, strlen(body), &out));
    assert_string_equal(out.identifier, "ab\\");
    assert_string_equal(out.endpoint, "e\"");
    registration_body_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_other_bodies),
        cmocka_unit_test(nuls_around_a_text_are_left_out),
        cmocka_unit_test(refuses_a_nul_behind_the_object),
        cmocka_unit_test(takes_what_it_knows_and_passes_over_the_rest),
        cmocka_unit_test(tells_one_that_has_arrived),
        cmocka_unit_test(tells_one_that_waits),
        cmocka_unit_test(an_estimate_is_not_in_the_past),
        cmocka_unit_test(escapes_the_public_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
