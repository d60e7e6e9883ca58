/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate signing requests (PKCS #10), and the one certificate that is signed here: the one that shows
 * AWS that the holder of a CA's key registers it. Any thread. */
#ifndef ACCOUNT_SIGNING_REQUEST_H
#define ACCOUNT_SIGNING_REQUEST_H

#include <stdbool.h>

#include "account/certificate.h"
#include "account/private_key.h"
#include "base/text.h"

/* Adds the PEM form. False: common_name is empty, longer than 64 bytes or no UTF-8. */
bool signing_request_make(const struct private_key *key, const char *common_name, struct text *out);
/* False with a sentence that names the file where it holds no request, or one whose signature is wrong. */
bool signing_request_read(const char *path, struct text *out_pem, struct text *why);
/* Whether the request was made with the key. */
bool signing_request_belongs_to(const char *pem, const struct private_key *key);

/* A verification certificate for a CA in DEFAULT mode: CommonName is the account's registration code, signed
 * with the CA's key, by a new key that is thrown away (IoT, "Register your CA certificate"). Adds PEM. */
bool signing_request_verification(const struct certificate *authority,
                                  const struct private_key *authority_key, const char *registration_code,
                                  struct text *out, struct text *why);

#endif
