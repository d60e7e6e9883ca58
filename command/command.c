/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int count, char **values);
    const char *help;
} commands[] = {
    {"claim", claim_command, "move devices from the staging account to the OEM account"},
    {"decode", decode_command, "read the codes in photographs of labels"},
    {"label", label_command, "make labels with QR codes: to print, for files, for the terminal"},
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static void print_usage(FILE *out)
{
    fputs("Usage: expresslink-claim COMMAND ...\n\nThe claim-script: onboards ExpressLink devices from a "
          "terminal or a "
          "script.\n\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    fputs("\nexpresslink-claim COMMAND --help tells more; --version prints the version.\n", out);
}

int main(int count, char **values)
{
    signal(SIGPIPE, SIG_IGN);
    if (count < 2) {
        print_usage(stderr);
        return COMMAND_USAGE;
    }
    if (strcmp(values[1], "--help") == 0 || strcmp(values[1], "-h") == 0) {
        print_usage(stdout);
        return COMMAND_DONE;
    }
    if (strcmp(values[1], "--version") == 0) {
        puts("expresslink-claim " EXPRESSLINK_VERSION);
        return COMMAND_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(values[1], commands[i].name) == 0)
            return commands[i].run(count - 1, values + 1);
    fprintf(stderr, "expresslink-claim: there is no command %s\nTry expresslink-claim --help\n", values[1]);
    return COMMAND_USAGE;
}
