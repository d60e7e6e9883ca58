/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the credentials of an EC2 instance's role from its metadata service, version 2 only (EC2, "Use the
 * Instance Metadata Service"). One thread. */
#ifndef AWS_INSTANCE_H
#define AWS_INSTANCE_H

#include <stdatomic.h>

#include "aws/credentials.h"
#include "aws/http.h"

/* The service's address: AWS_EC2_METADATA_SERVICE_ENDPOINT, given (the profile's; NULL: none), or the
 * link-local one, of IPv6 when AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE says so. *found: false when
 * AWS_EC2_METADATA_DISABLED is true. False with a sentence in *why: not an address that may be asked. */
bool aws_instance_find(const char *given, struct aws_url *out, bool *found, struct text *why);

/* One attempt of a second where nobody answers, up to three where the service has trouble. False with a
 * sentence in *why. */
bool aws_instance_ask(const struct aws_url *url, struct aws_http *http, long long retry_base_ms,
                      const atomic_int *interrupted, struct aws_credentials *out, struct text *why);

#endif
