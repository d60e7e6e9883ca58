/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/region.h"

#include "tests/unit/test.h"

static void other_hosts_name_no_region(void **state)
{
    static const char *const others[] = {
        "",
        "127.0.0.1",
        "http://127.0.0.1:4566/123456789012/arrivals",
        "sqs.eu-west-1.example.com",
        "sqs.eu-west-1.amazonaws.com.example.com",
        "eu-west-1",
        "amazonaws.com",
        "queue.amazonaws.com",
        "sqs.eu-west.amazonaws.com",
        "sqs.e-west-1.amazonaws.com",
        "sqs.eu--1.amazonaws.com",
        "sqs.eu-west-1a.amazonaws.com",
        "sqs.eu-1.amazonaws.com",
        "https://example.com/sqs.eu-west-1.amazonaws.com",
    };
    char out[AWS_REGION_SIZE] = "untouched";
    (void)state;

    for (size_t i = 0; i < COUNT(others); i++)
        if (aws_region_of(others[i], out))
            fail_msg("%s: %s", others[i], out);
    assert_string_equal(out, "untouched");
}

static void finds_the_region(void **state)
{
    static const struct {
        const char *host, *region;
    } rows[] = {
        {"sqs.eu-west-1.amazonaws.com", "eu-west-1"},
        {"https://sqs.us-gov-west-1.amazonaws.com/123456789012/expresslink-events", "us-gov-west-1"},
        {"https://sqs.cn-north-1.amazonaws.com.cn:443/1/q", "cn-north-1"},
        {"a1b2c3-ats.iot.ap-southeast-2.amazonaws.com", "ap-southeast-2"},
        {"eu-central-1.queue.amazonaws.com", "eu-central-1"},
    };
    char out[AWS_REGION_SIZE];
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!aws_region_of(rows[i].host, out))
            fail_msg("%s names no region", rows[i].host);
        assert_string_equal(out, rows[i].region);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_hosts_name_no_region),
        cmocka_unit_test(finds_the_region),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
