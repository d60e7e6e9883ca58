/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/doctor.h"

void doctor_aws(struct doctor *doctor)
{
    (void)doctor;
}
