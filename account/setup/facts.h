/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the parts of a setup that exist, whoever made them, without comparing them to options. One thread;
 * blocks; changes nothing. */
#ifndef ACCOUNT_SETUP_FACTS_H
#define ACCOUNT_SETUP_FACTS_H

#include <stdbool.h>

#include "account/oem_account.h"

struct setup_fact {          /* texts are borrowed for the call */
    const char *kind, *name; /* as struct setup_step has them; "endpoint" beside those */
    bool there;
    bool good;         /* as far as it can be judged alone: active, enabled, on */
    const char *state; /* "ACTIVE, automatic registration by expresslink, SNI_ONLY" */
};

/* Reports everything named after the setup, and the CAs that use its template. */
enum aws_error setup_facts(const struct oem_account *account, const char *name,
                           void (*tell)(void *context, const struct setup_fact *fact), void *context,
                           struct text *why) __attribute__((warn_unused_result));

#endif
