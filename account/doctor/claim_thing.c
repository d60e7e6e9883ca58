/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/doctor.h"

void doctor_claim_thing(struct doctor *doctor, const struct staging_account *staging)
{
    (void)doctor;
    (void)staging;
}
