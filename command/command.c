/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include "base/subcommand.h"

static const struct subcommand list[] = {
    {"account", account_command, "set up the OEM's AWS account, and register devices in it"},
    {"claim", claim_command, "move devices from the staging account to the OEM account"},
    {"decode", decode_command, "read the codes in photographs of labels"},
    {"doctor", doctor_command, "look at everything that a claim needs, and say what would mend it"},
    {"keygen", keygen_command, "make the claim-thing's private key, and what AWS needs to know it"},
    {"label", label_command, "make labels with QR codes: to print, for files, for the terminal"},
};

int main(int count, char **values)
{
    const struct subcommands commands = {
        .program = "expresslink-claim",
        .about = "The claim-script: onboards ExpressLink devices from a terminal or a script.",
        .list = list,
        .count = sizeof list / sizeof *list,
    };

    return subcommands_run(&commands, count, values);
}
