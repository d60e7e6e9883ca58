/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands of expresslink-claim: one function and one row of a table each. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include "base/command_table.h"

/* Exit statuses, the same for all subcommands. */
enum command_status {
    COMMAND_DONE = 0,
    COMMAND_NOT_ARRIVED = 1,     /* published, but the device did not arrive in time */
    COMMAND_NO_CODE = 1,         /* a picture without a code, or without exactly one identifier */
    COMMAND_DOCTOR_FAILED = 1,   /* a check of the doctor failed */
    COMMAND_NOT_REGISTERED = 1,  /* some devices of a batch; or the user declined a change of the account */
    COMMAND_REFUSED = 2,         /* the staging account rejected the publish */
    COMMAND_USAGE = 64,          /* sysexits.h: EX_USAGE */
    COMMAND_BAD_IDENTIFIER = 65, /* EX_DATAERR; also a bad row of a list, and a text that fits no label */
    COMMAND_BAD_PICTURE = 65,    /* EX_DATAERR */
    COMMAND_NO_INPUT = 66,       /* EX_NOINPUT */
    COMMAND_UNREACHABLE = 69,    /* EX_UNAVAILABLE: not published in time, or the decoder cannot be started */
    COMMAND_NOT_READ_BACK = 70,  /* EX_SOFTWARE: a label's code does not read back correctly */
    COMMAND_CANNOT_CREATE = 73,  /* EX_CANTCREAT */
    COMMAND_IO = 74,             /* EX_IOERR */
    COMMAND_NO_PERMISSION = 77,  /* EX_NOPERM: AWS denied access, or credentials are missing or expired */
    COMMAND_CONFIG = 78,         /* EX_CONFIG */
    COMMAND_INTERRUPTED = 130,
};

/* Each runs one subcommand and returns its exit status. values[0] is the subcommand's name. */
int account_command(int count, char **values);
int claim_command(int count, char **values);
int decode_command(int count, char **values);
int doctor_command(int count, char **values);
int keygen_command(int count, char **values);
int label_command(int count, char **values);

/* What each is and takes. */
extern const struct subcommands account_commands;
extern const struct command_page claim_command_page;
extern const struct command_page decode_command_page;
extern const struct command_page doctor_command_page;
extern const struct command_page keygen_command_page;
extern const struct command_page label_command_page;

#endif
