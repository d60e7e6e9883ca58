/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/account_command.h"

#include "base/subcommand.h"
#include "command/account/register.h"
#include "command/command.h"

static const struct subcommand list[] = {
    {"apply", account_apply_command, "set up your AWS account so that devices can arrive",
     &account_apply_page, NULL},
    {"show", account_show_command, "show a setup", &account_show_page, NULL},
    {"remove", account_remove_command, "remove a setup", &account_remove_page, NULL},
    {"certificate", account_certificate_command, "get a claim-thing's certificate", &account_certificate_page,
     NULL},
    {"register", account_register_command, "register devices that their users do not claim", NULL,
     &account_register_commands},
};

const struct subcommands account_commands = {
    .program = "expresslink-claim account",
    .about = "Sets your AWS account up for devices that are onboarded by claim.",
    .list = list,
    .count = sizeof list / sizeof *list,
};

int account_command(int count, char **values)
{
    return subcommands_run(&account_commands, count, values);
}
