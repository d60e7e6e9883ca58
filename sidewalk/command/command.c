/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/command.h"

#include "base/subcommand.h"

static const struct subcommand list[] = {
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

int main(int count, char **values)
{
    const struct subcommands commands = {
        .program = "sidewalk-import",
        .about = "Onboards Sidewalk devices by the batch, with AWS IoT Core for Amazon Sidewalk.",
        .list = list,
        .count = sizeof list / sizeof *list,
    };

    return subcommands_run(&commands, count, values);
}
