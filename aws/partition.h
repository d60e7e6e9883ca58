/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's partitions: separate worlds of regions, each with ARNs, host names and an IAM of its own. Any thread.
 */
#ifndef AWS_PARTITION_H
#define AWS_PARTITION_H

struct aws_partition {
    const char *name;   /* "aws", "aws-cn", "aws-us-gov": the second field of ARNs */
    const char *suffix; /* of host names: "amazonaws.com" */
    /* IAM is not there once a region, but once a partition: its host and the region that it is signed for. */
    const char *iam_host, *iam_region;
};

/* Never NULL: what is not known is in "aws". Static. */
const struct aws_partition *aws_partition_of(const char *region);

#endif
