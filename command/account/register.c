/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register.h"

#include <stdio.h>
#include <string.h>

#include "command/account/account_command.h"
#include "command/command.h"

static const struct {
    const char *name;
    int (*run)(int count, char **values);
    const char *help;
} ways[] = {
    {"certificate", register_certificate_command, "one device, by its birth certificate"},
    {"batch", register_batch_command,
     "thousands of devices: a folder, a CSV or one file of birth certificates"},
    {"jitr", register_jitr_command, "just-in-time registration: all devices of a CA in mode DEFAULT"},
    {"fleet", register_fleet_command, "fleet provisioning by a claim certificate that devices share"},
};

static int print_help(FILE *out)
{
    fputs("Usage: expresslink-claim account register WAY ...\n\n"
          "Registers devices in the account that their users do not claim.\n\n",
          out);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        fprintf(out, "  %-12s %s\n", ways[i].name, ways[i].help);
    fputs("\nSee expresslink-claim account register WAY --help for details.\n", out);
    return out == stdout ? COMMAND_DONE : COMMAND_USAGE;
}

int account_register_command(int count, char **values)
{
    if (count < 2)
        return print_help(stderr);
    if (strcmp(values[1], "--help") == 0)
        return print_help(stdout);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(values[1], ways[i].name) == 0)
            return ways[i].run(count - 1, values + 1);
    fprintf(stderr, "expresslink-claim: there is no way %s\nTry expresslink-claim account register --help\n",
            values[1]);
    return COMMAND_USAGE;
}
