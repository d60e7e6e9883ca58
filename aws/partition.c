/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/partition.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *begins;
    struct aws_partition partition;
} partitions[] = {
    {"cn-", {"aws-cn", "amazonaws.com.cn", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"}},
    {"us-gov-", {"aws-us-gov", "amazonaws.com", "iam.us-gov.amazonaws.com", "us-gov-west-1"}},
    {"", {"aws", "amazonaws.com", "iam.amazonaws.com", "us-east-1"}},
};

const struct aws_partition *aws_partition_of(const char *region)
{
    size_t i = 0;

    while (strncmp(region, partitions[i].begins, strlen(partitions[i].begins)) != 0)
        i++; /* the last row matches every region */
    return &partitions[i].partition;
}
