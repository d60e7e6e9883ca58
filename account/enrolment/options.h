/* SPDX-License-Identifier: Apache-2.0 */
/* What devices are enrolled with, and how far. */
#ifndef ACCOUNT_ENROLMENT_OPTIONS_H
#define ACCOUNT_ENROLMENT_OPTIONS_H

#include <stdbool.h>

struct enrolment_options { /* all borrowed */
    const char *policy_name;
    const char *thing_type;          /* NULL: none */
    const char *const *thing_groups; /* ends with NULL; NULL: none */
    bool create_missing;             /* policy, thing type and groups that are not in the account */
    bool without_authority;          /* do not ask for the account's CAs: every certificate is registered
                                        without one */
    bool activate;                   /* also a certificate that is INACTIVE there: somebody has made it so */
    bool add_certificate;            /* a thing that has another certificate gets one more, and a certificate
                                        that has another thing */
    bool dry_run;                    /* nothing is made by enroller_open() */
};

#endif
