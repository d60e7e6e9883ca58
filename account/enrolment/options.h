/* SPDX-License-Identifier: Apache-2.0 */
/* Options for registering devices: what they get, and which conflicts are accepted. */
#ifndef ACCOUNT_ENROLMENT_OPTIONS_H
#define ACCOUNT_ENROLMENT_OPTIONS_H

#include <stdbool.h>

struct enrolment_options { /* all borrowed */
    const char *policy_name;
    const char *thing_type;          /* NULL: none */
    const char *const *thing_groups; /* ends with NULL; NULL: none */
    bool create_missing;             /* policy, thing type and groups that are not in the account */
    bool without_authority; /* do not look up the account's CAs: register every certificate without one */
    bool activate;          /* also activate a certificate that was made INACTIVE */
    bool add_certificate; /* attach it although the thing has another certificate, or the certificate another
                             thing */
    bool dry_run;         /* enroller_open() creates nothing */
};

#endif
