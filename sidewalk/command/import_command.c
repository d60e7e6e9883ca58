/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/import_command.h"

#include "base/core_dump.h"
#include "base/subcommand.h"

static const struct subcommand list[] = {
    {"check", check_command, "check that the list and the factory's control logs agree"},
    {"profile", profile_command, "show or create a device profile: what the factory may sign"},
    {"start", start_command, "check, upload the list to S3, and start an import task"},
    {"start-one", start_one_command, "start an import task for a single device"},
    {"status", status_command, "show the state of a task, and why devices failed"},
    {"watch", watch_command, "follow a task until it has ended"},
    {"devices", devices_command, "show the devices of a task and their states"},
    {"update", update_command, "add the devices of another list to a task"},
    {"delete", delete_command, "delete a task"},
    {"list", list_command, "show all import tasks of the account and region"},
};

int main(int count, char **values)
{
    const struct subcommands commands = {
        .program = "sidewalk-import",
        .about = "Onboards Sidewalk devices in batches, with AWS IoT Core for Amazon Sidewalk.",
        .list = list,
        .count = sizeof list / sizeof *list,
    };

    core_dump_forbid();
    return subcommands_run(&commands, count, values);
}
