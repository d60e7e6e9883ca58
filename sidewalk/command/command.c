/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int count, char **values);
    const char *help;
} commands[] = {
    {"check", check_command, "does the list agree with the control logs of the factory?"},
    {"profile", profile_command, "device profiles: what the factory may sign"},
    {"start", start_command, "check, put the list into S3, and start an import task"},
    {"start-one", start_one_command, "start an import task for a single device"},
    {"status", status_command, "how a task is, and why devices of it failed"},
    {"watch", watch_command, "follow a task until it has ended"},
    {"devices", devices_command, "the devices of a task, and how each of them is"},
    {"update", update_command, "add the devices of another list to a task"},
    {"delete", delete_command, "delete a task"},
    {"list", list_command, "all import tasks of the account and region"},
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static void print_usage(FILE *out)
{
    fputs(
        "Usage: sidewalk-import COMMAND ...\n\nOnboards Sidewalk devices by the batch, with AWS IoT Core for "
        "Amazon Sidewalk.\n\n",
        out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    fputs("\nsidewalk-import COMMAND --help tells more; --version prints the version.\n", out);
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
        puts("sidewalk-import " EXPRESSLINK_VERSION);
        return COMMAND_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(values[1], commands[i].name) == 0)
            return commands[i].run(count - 1, values + 1);
    fprintf(stderr, "sidewalk-import: there is no command %s\nTry sidewalk-import --help\n", values[1]);
    return COMMAND_USAGE;
}
