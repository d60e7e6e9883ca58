/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of registering share. */
#ifndef ACCOUNT_REGISTRATION_PRIVATE_H
#define ACCOUNT_REGISTRATION_PRIVATE_H

#include "account/registration/registration.h"

struct registrar_authority { /* of mode DEFAULT, active */
    struct certificate *certificate;
    char *pem; /* owned, as AWS has it */
};

struct registrar {
    const struct oem_account *account;
    struct registration_options options;
    struct registrar_authority *authorities; /* owned */
    size_t authority_count;
};

/* NULL: none of them has signed it. */
const struct registrar_authority *registrar_find_authority(const struct registrar *registrar,
                                                           const struct certificate *certificate);

/* A call with a name in its path: prefix, the name encoded, suffix. answer may be NULL. */
struct registrar_call {
    const char *action, *method, *prefix, *name, *suffix;
    const struct aws_pair *query, *headers;
    const cJSON *body;
};
enum aws_error registrar_ask(const struct oem_account *account, const struct registrar_call *call,
                             cJSON **answer, struct text *why) __attribute__((warn_unused_result));

#endif
