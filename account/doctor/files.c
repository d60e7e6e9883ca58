/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/doctor.h"

void doctor_files(struct doctor *doctor, const char *kind, const struct account_connection *connection)
{
    (void)doctor;
    (void)kind;
    (void)connection;
}
