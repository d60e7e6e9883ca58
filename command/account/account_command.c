/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/account_command.h"

#include "base/subcommand.h"
#include "command/command.h"

static const struct subcommand list[] = {
    {"apply", account_apply_command, "set up your AWS account so that devices can arrive"},
    {"show", account_show_command, "show a setup"},
    {"remove", account_remove_command, "remove a setup"},
    {"certificate", account_certificate_command, "get a claim-thing's certificate"},
    {"register", account_register_command, "register devices that their users do not claim"},
};

int account_command(int count, char **values)
{
    const struct subcommands commands = {
        .program = "expresslink-claim account",
        .about = "Sets your AWS account up for devices that are onboarded by claim.",
        .list = list,
        .count = sizeof list / sizeof *list,
    };

    return subcommands_run(&commands, count, values);
}
