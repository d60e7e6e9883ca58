/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoint that gives a container of ECS or EKS its credentials. One thread at a time. */
#ifndef AWS_CONTAINER_H
#define AWS_CONTAINER_H

#include "aws/credentials.h"
#include "aws/http.h"

/* From AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI; *found says whether there is one, and then *out
 * is the caller's. False with a sentence: an address that must not be asked (http to another machine). */
bool aws_container_find(struct aws_url *out, bool *found, struct text *why);

/* Up to three times, with short waits. AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is read for each call. False
 * with a sentence. */
bool aws_container_ask(const struct aws_url *url, struct aws_http *http, const char *ca_file,
                       long long retry_base_ms, const volatile sig_atomic_t *interrupted,
                       struct aws_credentials *out, struct text *why);

#endif
