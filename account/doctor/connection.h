/* SPDX-License-Identifier: Apache-2.0 */
/* What claim-thing and observer have in common: being let in, and being alone with a client id. */
#ifndef ACCOUNT_DOCTOR_CONNECTION_H
#define ACCOUNT_DOCTOR_CONNECTION_H

#include "account/doctor/doctor.h"
#include "account/probe/mqtt.h"

struct doctor_connection {
    struct doctor *doctor;
    const struct account_connection *to;
    bool keep_session;
    const char *who_gave; /* "as AWS has sent it to you with ...": where client id and right come from */
    struct mqtt_probe *probe;
    long long opened_ms; /* monotonic */
    bool taken;          /* somebody else has taken the client id away */
    bool lost;           /* it was dropped, and could not be had again */
};

/* Tells ".connect"; false: the rest cannot be looked at, and is told as skipped by the caller. */
bool doctor_connect(struct doctor_connection *connection);
/* Again after a connection was lost; tells nothing. AWS takes one CONNECT a second and client id: waits. */
bool doctor_connect_again(struct doctor_connection *connection);
/* Tells ".client_id", and sets taken and lost. */
void doctor_stay(struct doctor_connection *connection);
void doctor_disconnect(struct doctor_connection *connection);

#endif
