/* SPDX-License-Identifier: Apache-2.0 */
/* State and calls shared by the enrolment files. */
#ifndef ACCOUNT_ENROLMENT_PRIVATE_H
#define ACCOUNT_ENROLMENT_PRIVATE_H

#include <stddef.h>

#include "account/enrolment/options.h"
#include "account/keys/certificate.h"
#include "account/oem_account.h"

struct enroller_authority { /* of mode DEFAULT, active */
    struct certificate *certificate;
    char *pem; /* owned, as AWS has it */
};

struct enroller {
    const struct oem_account *account;
    struct enrolment_options options;
    struct enroller_authority *authorities; /* owned */
    size_t authority_count;
};

/* NULL: no authority signed it. */
const struct enroller_authority *enroller_find_authority(const struct enroller *enroller,
                                                         const struct certificate *certificate);

/* A call with a name in its path: prefix, the name encoded, suffix. answer may be NULL. */
struct enroller_call {
    const char *action, *method, *prefix, *name, *suffix;
    const struct aws_pair *query, *headers;
    const cJSON *body;
};
enum aws_error enroller_ask(const struct oem_account *account, const struct enroller_call *call,
                            cJSON **answer, struct text *why) __attribute__((warn_unused_result));

#endif
