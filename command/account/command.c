/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/command.h"

#include "base/subcommand.h"
#include "command/command.h"

static const struct subcommand list[] = {
    {"apply", account_apply_command, "make in your AWS account what devices need to arrive"},
    {"show", account_show_command, "what is there of it"},
    {"remove", account_remove_command, "take it away again"},
    {"certificate", account_certificate_command, "have a claim-thing's certificate made"},
    {"register", account_register_command, "bring devices in that are not claimed by their users"},
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
