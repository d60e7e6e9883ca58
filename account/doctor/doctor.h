/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the doctor share. */
#ifndef ACCOUNT_DOCTOR_DOCTOR_H
#define ACCOUNT_DOCTOR_DOCTOR_H

#include "account/doctor.h"

struct doctor {
    const struct doctor_options *options;
    struct doctor_totals *totals;
    const char *subject; /* of what is told now */
};

/* check must be one of doctor_checks (a bug aborts); the title is taken from there. seen and mend may be
 * NULL. */
void doctor_tell(struct doctor *doctor, enum doctor_level level, const char *check, const char *seen,
                 const char *mend);
bool doctor_interrupted(const struct doctor *doctor);

/* The parts, in the order in which they run. Each is told of one connection, or of the whole. kind: "staging"
 * or "endpoint". */
void doctor_files(struct doctor *doctor, const char *kind, const struct account_connection *connection);
void doctor_network(struct doctor *doctor, const char *kind, const struct account_connection *connection);
void doctor_claim_thing(struct doctor *doctor, const struct staging_account *staging);
void doctor_observer(struct doctor *doctor, const struct oem_endpoint *endpoint);
void doctor_clock(struct doctor *doctor);
void doctor_birth_certificate(struct doctor *doctor);
void doctor_aws(struct doctor *doctor);

#endif
