/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the region in AWS's names of hosts. Pure function, any thread. */
#ifndef AWS_REGION_H
#define AWS_REGION_H

#include <stdbool.h>

#define AWS_REGION_SIZE 41

/* host: "sqs.eu-west-1.amazonaws.com", "x-ats.iot.cn-north-1.amazonaws.com.cn", or a URL with such a host.
 * Returns false and leaves out untouched if it is no host of AWS or names no region. */
bool aws_region_of(const char *host, char out[AWS_REGION_SIZE]);

#endif
