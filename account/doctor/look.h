/* SPDX-License-Identifier: Apache-2.0 */
/* State shared by the checks of name, port and TLS of one connection. One thread. */
#ifndef ACCOUNT_DOCTOR_LOOK_H
#define ACCOUNT_DOCTOR_LOOK_H

#include "account/doctor/doctor.h"
#include "base/name_lookup.h"
#include "base/text.h"

struct look {
    struct doctor *doctor;
    const struct account_connection *connection;
    bool failed; /* a check failed so far */
};

void look_tell(struct look *look, enum doctor_level level, const char *check, const struct text *seen,
               const struct text *mend);
/* "abc-ats.iot.eu-west-1.amazonaws.com", ".amazonaws.com.cn" in China. */
bool look_is_at_aws(const char *address);

/* Checks TLS over the socket; takes ownership of descriptor. addresses: for another connection. */
void look_at_tls(struct look *look, int descriptor, const struct name_addresses *addresses);

#endif
