/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that AWS IoT makes for a signing request: the observer's, a claim-thing's (OG appendix A), a
 * claim certificate's. AWS makes a new one at every call: what is there already is looked for first. */
#ifndef ACCOUNT_REQUESTED_CERTIFICATE_H
#define ACCOUNT_REQUESTED_CERTIFICATE_H

#include <stdbool.h>

#include "account/keys/signing_request.h"
#include "account/oem_account.h"

struct requested_certificate { /* owned texts */
    char *arn, *pem;           /* NULL: there is none */
    bool active;
    bool attached; /* to the policy that was asked for */
};
void requested_certificate_fini(struct requested_certificate *certificate);

/* The account's certificate for the key that made the request: among those that have the policy (NULL: none
 * does), then among the account's newest, as an interrupted run may have left it there. *out without an arn:
 * there is none. */
enum aws_error requested_certificate_find(const struct oem_account *account, const char *request,
                                          const char *policy, struct requested_certificate *out,
                                          struct text *why) __attribute__((warn_unused_result));

/* out: attached is false. Before it is asked for again, an attempt without an answer is looked for among the
 * account's newest: what is lost costs no second certificate, unless AWS makes it after that look. */
enum aws_error requested_certificate_create(const struct oem_account *account, const char *request,
                                            bool active, struct requested_certificate *out, struct text *why)
    __attribute__((warn_unused_result));

#endif
