/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include "base/core_dump.h"
#include "base/subcommand.h"

static const struct subcommand list[] = {
    {"account", account_command, "set up the OEM's AWS account and register devices in it", NULL,
     &account_commands},
    {"claim", claim_command, "move devices from the staging account to the OEM account", &claim_command_page,
     NULL},
    {"decode", decode_command, "read the codes in photographs of labels", &decode_command_page, NULL},
    {"doctor", doctor_command, "check everything that a claim needs, and report how to fix it",
     &doctor_command_page, NULL},
    {"keygen", keygen_command, "create the claim-thing's private key and its signing request for AWS",
     &keygen_command_page, NULL},
    {"label", label_command, "create labels with QR codes: to print, as files, on the terminal",
     &label_command_page, NULL},
};

int main(int count, char **values)
{
    const struct subcommands commands = {
        .program = "expresslink-claim",
        .about = "The claim-script: onboards ExpressLink devices from a terminal or a script.",
        .list = list,
        .count = sizeof list / sizeof *list,
        .section = 1,
    };

    core_dump_forbid();
    return subcommands_run(&commands, count, values);
}
