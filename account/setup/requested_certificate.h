/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that AWS IoT issues for a signing request: of the observer, a claim-thing (OG appendix A), or
 * a fleet claim. Every call to AWS makes a new one: call requested_certificate_find() first. One thread;
 * blocks. */
#ifndef ACCOUNT_SETUP_REQUESTED_CERTIFICATE_H
#define ACCOUNT_SETUP_REQUESTED_CERTIFICATE_H

#include <stdbool.h>

#include "account/keys/signing_request.h"
#include "account/oem_account.h"

struct requested_certificate { /* owned texts */
    char *arn, *pem;           /* NULL: there is none */
    bool active;
    bool attached; /* to the requested policy */
};
void requested_certificate_fini(struct requested_certificate *certificate);

/* Finds the account's certificate for the key that made the request: among those with the policy (NULL:
 * skip), then among the newest, where an interrupted run may have left it. *out without an arn: none
 * found. */
enum aws_error requested_certificate_find(const struct oem_account *account, const char *request,
                                          const char *policy, struct requested_certificate *out,
                                          struct text *why) __attribute__((warn_unused_result));

/* Creates one; out->attached is false. Before a retry after a lost answer, searches the account's newest
 * certificates, so a lost answer makes no second certificate unless AWS issues it after that search. */
enum aws_error requested_certificate_create(const struct oem_account *account, const char *request,
                                            bool active, struct requested_certificate *out, struct text *why)
    __attribute__((warn_unused_result));

#endif
