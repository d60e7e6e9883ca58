/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/doctor.h"

void doctor_observer(struct doctor *doctor, const struct oem_endpoint *endpoint)
{
    (void)doctor;
    (void)endpoint;
}
