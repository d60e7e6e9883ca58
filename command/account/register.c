/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register.h"

#include "base/subcommand.h"
#include "command/account/register_arguments.h"

static const struct subcommand list[] = {
    {"certificate", register_certificate_command, "one device, by its birth certificate",
     &register_certificate_page, NULL},
    {"batch", register_batch_command,
     "thousands of devices: a folder, a CSV or one file of birth certificates", &register_batch_page, NULL},
    {"jitr", register_jitr_command, "just-in-time registration: all devices of a CA in mode DEFAULT",
     &register_jitr_page, NULL},
    {"fleet", register_fleet_command, "fleet provisioning by a claim certificate that devices share",
     &register_fleet_page, NULL},
};

const struct subcommands account_register_commands = {
    .program = "expresslink-claim account register",
    .about = "Registers devices in the account that their users do not claim.",
    .list = list,
    .count = sizeof list / sizeof *list,
};

int account_register_command(int count, char **values)
{
    return subcommands_run(&account_register_commands, count, values);
}
