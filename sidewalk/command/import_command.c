/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/import_command.h"

#include "base/core_dump.h"
#include "base/subcommand.h"

static const struct subcommand list[] = {
    {"check", check_command, "check that the list and the factory's control logs agree", &check_command_page,
     NULL},
    {"profile", profile_command, "show or create a device profile: what the factory may sign",
     &profile_command_page, NULL},
    {"start", start_command, "check, upload the list to S3, and start an import task", &start_command_page,
     NULL},
    {"start-one", start_one_command, "start an import task for a single device", &start_one_command_page,
     NULL},
    {"status", status_command, "show the state of a task, and why devices failed", &status_command_page,
     NULL},
    {"watch", watch_command, "follow a task until it has ended", &watch_command_page, NULL},
    {"devices", devices_command, "show the devices of a task and their states", &devices_command_page, NULL},
    {"update", update_command, "add the devices of another list to a task", &update_command_page, NULL},
    {"delete", delete_command, "delete a task", &delete_command_page, NULL},
    {"list", list_command, "show all import tasks of the account and region", &list_command_page, NULL},
};

int main(int count, char **values)
{
    const struct subcommands commands = {
        .program = "sidewalk-import",
        .about = "Onboards Sidewalk devices in batches, with AWS IoT Core for Amazon Sidewalk.",
        .list = list,
        .count = sizeof list / sizeof *list,
        .section = 1,
    };

    core_dump_forbid();
    return subcommands_run(&commands, count, values);
}
