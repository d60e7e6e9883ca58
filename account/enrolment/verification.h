/* SPDX-License-Identifier: Apache-2.0 */
/* Proves to AWS who holds the key of a CA of mode DEFAULT (IoT, "Register a CA certificate in DEFAULT mode"):
 * the key signs a certificate whose common name is the account's registration code. */
#ifndef ACCOUNT_ENROLMENT_VERIFICATION_H
#define ACCOUNT_ENROLMENT_VERIFICATION_H

#include <stdbool.h>

#include "account/keys/certificate.h"
#include "account/oem_account.h"

/* Adds the account's registration code; it stays the same until it is deleted there. One thread; blocks. */
enum aws_error verification_code(const struct oem_account *account, struct text *out, struct text *why)
    __attribute__((warn_unused_result));

/* Adds a signing request for the holder of the CA's key. Its own new key is discarded: AWS checks the
 * signature only. Any thread. */
bool verification_request(const char *code, struct text *out, struct text *why);
/* True when AWS will accept it: signed by the authority, with that code, valid at now_ms (wall clock). False
 * with a sentence. Any thread. */
bool verification_fits(const struct certificate *certificate, const struct certificate *authority,
                       const char *code, long long now_ms, struct text *why);

#endif
