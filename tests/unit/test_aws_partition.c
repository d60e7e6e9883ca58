/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/partition.h"

#include "tests/unit/test.h"

static void each_region_is_in_its_partition(void **state)
{
    static const struct {
        const char *region, *name, *suffix, *iam_host, *iam_region;
    } rows[] = {
        {"us-east-1", "aws", "amazonaws.com", "iam.amazonaws.com", "us-east-1"},
        {"eu-central-1", "aws", "amazonaws.com", "iam.amazonaws.com", "us-east-1"},
        {"", "aws", "amazonaws.com", "iam.amazonaws.com", "us-east-1"},
        {"cn-northwest-1", "aws-cn", "amazonaws.com.cn", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
        {"us-gov-east-1", "aws-us-gov", "amazonaws.com", "iam.us-gov.amazonaws.com", "us-gov-west-1"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct aws_partition *partition = aws_partition_of(rows[i].region);
        assert_string_equal(partition->name, rows[i].name);
        assert_string_equal(partition->suffix, rows[i].suffix);
        assert_string_equal(partition->iam_host, rows[i].iam_host);
        assert_string_equal(partition->iam_region, rows[i].iam_region);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_region_is_in_its_partition)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
