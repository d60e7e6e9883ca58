/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways share that register devices by their certificates: one, and a batch. */
#ifndef COMMAND_ACCOUNT_REGISTER_DEVICE_H
#define COMMAND_ACCOUNT_REGISTER_DEVICE_H

#include "account/enrolment/enrolment.h"
#include "command/account/register_arguments.h"

/* The exit status: COMMAND_DONE with *out, or after it has printed why there is none. What is missing in the
 * account and made (or would be) is printed. */
int register_open(const struct register_arguments *arguments, const struct oem_account *account,
                  struct enroller **out);

#endif
