/* SPDX-License-Identifier: Apache-2.0 */
/* AWS partitions: groups of regions, each with its own ARNs, host names and IAM. Any thread. */
#ifndef AWS_PARTITION_H
#define AWS_PARTITION_H

struct aws_partition {
    const char *name;   /* "aws", "aws-cn", "aws-us-gov": the second field of ARNs */
    const char *suffix; /* suffix of host names: "amazonaws.com" */
    /* IAM exists once per partition, not per region: its host and the region to sign for. */
    const char *iam_host, *iam_region;
};

/* Never NULL: an unknown region belongs to "aws". Static. */
const struct aws_partition *aws_partition_of(const char *region);

#endif
