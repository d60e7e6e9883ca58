/* SPDX-License-Identifier: Apache-2.0 */
/* Makes and reads certificate signing requests (PKCS #10), and signs the verification certificate that proves
 * to AWS possession of a CA's key. Any thread. */
#ifndef ACCOUNT_KEYS_SIGNING_REQUEST_H
#define ACCOUNT_KEYS_SIGNING_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "account/keys/certificate.h"
#include "account/keys/private_key.h"
#include "base/text.h"

/* Adds the PEM form. False: common_name is empty, longer than 64 bytes or no UTF-8. */
bool signing_request_make(const struct private_key *key, const char *common_name, struct text *out);
/* Adds the PEM form of the request only, ignoring the rest of the file. False with a sentence that names the
 * file: no request, or a wrong signature. */
bool signing_request_read(const char *path, struct text *out_pem, struct text *why);
/* name stands for the text in sentences. */
bool signing_request_parse(const char *pem, size_t length, const char *name, struct text *out_pem,
                           struct text *why);
/* True when the request was made with the key. */
bool signing_request_belongs_to(const char *pem, const struct private_key *key);
/* True when the certificate is for the key that made the request. */
bool signing_request_made(const char *pem, const struct certificate *certificate);

/* A verification certificate for a CA in DEFAULT mode: CommonName is the account's registration code, signed
 * with the CA's key, for a new key that is discarded, valid for 30 days (IoT, "Register your CA
 * certificate"). Adds PEM. False with a sentence that names no file: authority is not a CA, or the key does
 * not match. */
bool signing_request_verification(const struct certificate *authority,
                                  const struct private_key *authority_key, const char *registration_code,
                                  struct text *out, struct text *why);

#endif
