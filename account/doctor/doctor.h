/* SPDX-License-Identifier: Apache-2.0 */
/* State shared by the doctor's checks, and the function that reports a finding. One thread. */
#ifndef ACCOUNT_DOCTOR_DOCTOR_H
#define ACCOUNT_DOCTOR_DOCTOR_H

#include "account/doctor.h"

struct doctor {
    const struct doctor_options *options;
    struct doctor_totals *totals;
    const char *subject; /* of the current findings */
    const char *kind;    /* "staging" or "endpoint" while one is checked */
    /* For the checked connection: name, port and TLS are fine, so MQTT can be tried. */
    bool reachable;
    bool has_own;         /* its certificate and key match, and AWS accepts their type */
    bool clock_is_behind; /* a server's certificate is not yet valid */
};

/* Reports a finding. check must be in doctor_checks, which has the title (otherwise it aborts). doctor->kind
 * is put before a check that begins with a dot: ".tls.chain". seen and mend may be NULL. */
void doctor_tell(struct doctor *doctor, enum doctor_level level, const char *check, const char *seen,
                 const char *mend);
bool doctor_interrupted(const struct doctor *doctor);
/* Time limit of each step that waits, in ms. */
int doctor_network_ms(const struct doctor *doctor);

/* The checks, in the order in which they run, of one connection or of the whole. kind: "staging" or
 * "endpoint". A connection's files and client id may be "" when the configuration is wrong; its address may
 * not. */
void doctor_portal_configuration(struct doctor *doctor); /* options->config_path is not NULL */
void doctor_files(struct doctor *doctor, const char *kind, const struct account_connection *connection);
void doctor_network(struct doctor *doctor, const char *kind, const struct account_connection *connection);
void doctor_claim_thing(struct doctor *doctor, const struct staging_account *staging,
                        const struct claim_thing *claim_thing);
void doctor_observer(struct doctor *doctor, const struct oem_endpoint *endpoint);
void doctor_birth_certificate(struct doctor *doctor);
void doctor_aws(struct doctor *doctor);
/* The store's folder, and the addresses to listen on. */
void doctor_places(struct doctor *doctor);
/* Runs last: AWS's answers may give the time. */
void doctor_clock(struct doctor *doctor);

#endif
