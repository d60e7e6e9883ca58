/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/doctor.h"

void doctor_clock(struct doctor *doctor)
{
    (void)doctor;
}
