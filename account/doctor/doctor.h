/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the doctor share. */
#ifndef ACCOUNT_DOCTOR_DOCTOR_H
#define ACCOUNT_DOCTOR_DOCTOR_H

#include "account/doctor.h"

struct doctor {
    const struct doctor_options *options;
    struct doctor_totals *totals;
    const char *subject; /* of what is told now */
    const char *kind;    /* "staging" or "endpoint" while one of those is looked at */
    /* Of the connection that is looked at: name, port and TLS are fine, so that MQTT is worth a try. */
    bool reachable;
    bool has_own;         /* its certificate and key belong together, and AWS takes such */
    bool clock_is_behind; /* a server's certificate is not yet valid */
};

/* check must be one of doctor_checks (a bug aborts); the title is taken from there. One that begins with a
 * dot has doctor->kind before it: ".tls.chain". seen and mend may be NULL. */
void doctor_tell(struct doctor *doctor, enum doctor_level level, const char *check, const char *seen,
                 const char *mend);
bool doctor_interrupted(const struct doctor *doctor);
/* For each step that waits. */
int doctor_network_ms(const struct doctor *doctor);

/* The parts, in the order in which they run. Each is told of one connection, or of the whole. kind: "staging"
 * or "endpoint". A connection's files and client id may be "" where the configuration is wrong, its address
 * may not. */
void doctor_files(struct doctor *doctor, const char *kind, const struct account_connection *connection);
void doctor_network(struct doctor *doctor, const char *kind, const struct account_connection *connection);
void doctor_claim_thing(struct doctor *doctor, const struct staging_account *staging);
void doctor_observer(struct doctor *doctor, const struct oem_endpoint *endpoint);
void doctor_birth_certificate(struct doctor *doctor);
void doctor_aws(struct doctor *doctor);
/* Last: it may know from AWS's answers what time it is. */
void doctor_clock(struct doctor *doctor);

#endif
