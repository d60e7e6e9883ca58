/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/lifecycle.h"

#include <string.h>

#include "tests/unit/test.h"

static void refuses_unknown_names(void **state)
{
    static const char *const bad[] = {"", "Queued", "queued ", "open", "unknown", "onboardedx"};
    enum claim_state out = CLAIM_FAILED;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(claim_state_parse(bad[i], &out));
    assert_int_equal(out, CLAIM_FAILED);
    assert_string_equal(claim_state_name(CLAIM_STATE_COUNT), "unknown");
    assert_string_equal(claim_state_name((enum claim_state) - 1), "unknown");
}

static void every_name_reads_back(void **state)
{
    static const char *const names[] = {"queued", "published", "onboarded", "expired", "failed", "cancelled"};
    (void)state;

    assert_int_equal(COUNT(names), CLAIM_STATE_COUNT);
    for (int i = 0; i < CLAIM_STATE_COUNT; i++) {
        enum claim_state out = CLAIM_STATE_COUNT;
        assert_string_equal(claim_state_name((enum claim_state)i), names[i]);
        assert_true(claim_state_parse(names[i], &out));
        assert_int_equal(out, i);
    }
}

static void only_queued_and_published_are_open(void **state)
{
    (void)state;

    for (int i = 0; i < CLAIM_STATE_COUNT; i++)
        assert_int_equal(claim_state_is_open((enum claim_state)i), i == CLAIM_QUEUED || i == CLAIM_PUBLISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_unknown_names),
        cmocka_unit_test(every_name_reads_back),
        cmocka_unit_test(only_queued_and_published_are_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
