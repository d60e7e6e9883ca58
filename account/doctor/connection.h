/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that claim-thing and observer share: the account accepts the connection, and no other client uses
 * the client id. One thread. */
#ifndef ACCOUNT_DOCTOR_CONNECTION_H
#define ACCOUNT_DOCTOR_CONNECTION_H

#include "account/doctor/doctor.h"
#include "account/probe/mqtt.h"

struct doctor_connection {
    struct doctor *doctor;
    const struct account_connection *to;
    bool keep_session;
    const char *who_gave; /* "as AWS has sent it to you with ...": source of client id and permission */
    struct mqtt_probe *probe;
    long long opened_ms; /* monotonic */
    bool taken;          /* another client took the client id */
    bool lost;           /* dropped, and reconnecting failed */
};

/* Reports ".connect". False: the rest cannot be checked; the caller reports it as skipped. */
bool doctor_connect(struct doctor_connection *connection);
/* Reconnects after a lost connection; reports nothing. Waits, as AWS accepts one CONNECT a second per client
 * id. */
bool doctor_connect_again(struct doctor_connection *connection);
/* Reports ".client_id"; sets taken and lost. */
void doctor_stay(struct doctor_connection *connection);
void doctor_disconnect(struct doctor_connection *connection);

#endif
