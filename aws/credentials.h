/* SPDX-License-Identifier: Apache-2.0 */
/* AWS credentials: access key, secret key and expiry. No function here writes a secret to a log or an error.
 * Pure functions, any thread. */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct aws_credentials { /* owned texts */
    char *access_key, *secret_key;
    char *session_token;  /* NULL: none */
    long long expires_ms; /* wall clock; 0: not known */
};
void aws_credentials_fini(struct aws_credentials *credentials);
/* The caller finishes the copy. */
struct aws_credentials aws_credentials_copy(const struct aws_credentials *credentials);
/* Same keys and token. */
bool aws_credentials_same(const struct aws_credentials *one, const struct aws_credentials *other);

/* Parses the answer of a container's or an instance's endpoint: {"AccessKeyId", "SecretAccessKey", "Token",
 * "Expiration"}, of an instance also "Code".
 * False with the second half of a sentence in *why. */
bool aws_credentials_parse(const char *body, size_t length, struct aws_credentials *out, struct text *why);

/* Parses the output of a credential_process: {"Version": 1, "AccessKeyId", "SecretAccessKey", "SessionToken",
 * "Expiration"}. Otherwise as aws_credentials_parse(). */
bool aws_credentials_parse_process(const char *body, size_t length, struct aws_credentials *out,
                                   struct text *why);

/* Parses RFC 3339: "2026-11-22T08:00:00Z", also with fractions of seconds and with +01:00. */
bool aws_credentials_parse_time(const char *text, long long *out_ms);

#endif
