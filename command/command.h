/* SPDX-License-Identifier: Apache-2.0 */
/* The expresslink-claim command: one row a subcommand. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

/* Exit statuses, the same for every subcommand. */
enum command_status {
    COMMAND_DONE = 0,
    COMMAND_NOT_ARRIVED = 1,     /* published, and the device has not arrived in time */
    COMMAND_REFUSED = 2,         /* the staging account refuses the publish */
    COMMAND_USAGE = 64,          /* sysexits.h: EX_USAGE */
    COMMAND_BAD_IDENTIFIER = 65, /* EX_DATAERR */
    COMMAND_UNREACHABLE = 69,    /* EX_UNAVAILABLE: not published in time */
    COMMAND_CONFIG = 78,         /* EX_CONFIG */
    COMMAND_INTERRUPTED = 130,
};

/* values[0] is the subcommand's name. */
int claim_command(int count, char **values);

#endif
