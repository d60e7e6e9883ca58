/* SPDX-License-Identifier: Apache-2.0 */
/* Reads credentials from the endpoint of an ECS or EKS container. One thread at a time. */
#ifndef AWS_CONTAINER_H
#define AWS_CONTAINER_H

#include <stdatomic.h>

#include "aws/credentials.h"
#include "aws/http.h"

/* Reads AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI. *found: whether one is set; then the caller owns
 * *out. False with a sentence in *why: the address is not allowed (http to another machine). */
bool aws_container_find(struct aws_url *out, bool *found, struct text *why);

/* Tries up to three times, with short waits. Reads AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE in each call. False
 * with a sentence in *why. */
bool aws_container_ask(const struct aws_url *url, struct aws_http *http, const char *ca_file,
                       long long retry_base_ms, const atomic_int *interrupted, struct aws_credentials *out,
                       struct text *why);

#endif
