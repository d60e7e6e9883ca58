/* SPDX-License-Identifier: Apache-2.0 */
/* A key, its secret, and until when. Nothing here says a secret. Pure functions, any thread. */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct aws_credentials { /* owned texts */
    char *access_key, *secret_key;
    char *session_token;  /* NULL: none */
    long long expires_ms; /* wall; 0: nobody says when */
};
void aws_credentials_fini(struct aws_credentials *credentials);

/* What a container's endpoint answers: {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}. False with
 * the second half of a sentence. */
bool aws_credentials_parse(const char *body, size_t length, struct aws_credentials *out, struct text *why);

/* RFC 3339 ("2026-11-22T08:00:00Z", with parts of seconds, with +01:00). */
bool aws_credentials_parse_time(const char *text, long long *out_ms);

#endif
