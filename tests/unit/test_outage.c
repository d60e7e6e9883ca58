/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/outage.h"

#include "tests/unit/test.h"

static void one_line_for_a_reason_and_a_minute(void **state)
{
    struct outage outage = {0};
    (void)state;

    assert_true(outage_is_news(&outage, "refused", 1000));
    assert_false(outage_is_news(&outage, "refused", 6000));
    assert_false(outage_is_news(&outage, "refused", 60999));
    assert_true(outage_is_news(&outage, "refused", 61000));
    assert_true(outage_is_news(&outage, "no answer", 62000));
    assert_true(outage_is_news(&outage, "refused", 63000));
}

static void each_outage_has_its_own(void **state)
{
    struct outage outage = {0};
    (void)state;

    assert_true(outage_is_news(&outage, "closed", 1000));
    outage_end(&outage);
    assert_true(outage_is_news(&outage, "closed", 2000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_for_a_reason_and_a_minute),
        cmocka_unit_test(each_outage_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
