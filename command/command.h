/* SPDX-License-Identifier: Apache-2.0 */
/* The expresslink-claim command: one row a subcommand. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

/* Exit statuses, the same for every subcommand. */
enum command_status {
    COMMAND_DONE = 0,
    COMMAND_NOT_ARRIVED = 1,     /* published, and the device has not arrived in time */
    COMMAND_NO_CODE = 1,         /* a picture without one, or without one identifier */
    COMMAND_DOCTOR_FAILED = 1,   /* a check of the doctor's */
    COMMAND_NOT_REGISTERED = 1,  /* some devices of a batch; a change to the account that is not wanted */
    COMMAND_REFUSED = 2,         /* the staging account refuses the publish */
    COMMAND_USAGE = 64,          /* sysexits.h: EX_USAGE */
    COMMAND_BAD_IDENTIFIER = 65, /* EX_DATAERR; also a bad row of a list, and what fits no label */
    COMMAND_BAD_PICTURE = 65,    /* EX_DATAERR */
    COMMAND_NO_INPUT = 66,       /* EX_NOINPUT */
    COMMAND_UNREACHABLE = 69,    /* EX_UNAVAILABLE: not published in time; the decoder does not start */
    COMMAND_NOT_READ_BACK = 70,  /* EX_SOFTWARE: a label's code does not say what it should */
    COMMAND_CANNOT_CREATE = 73,  /* EX_CANTCREAT */
    COMMAND_IO = 74,             /* EX_IOERR */
    COMMAND_NO_PERMISSION = 77,  /* EX_NOPERM: AWS forbids it; no credentials, or expired ones */
    COMMAND_CONFIG = 78,         /* EX_CONFIG */
    COMMAND_INTERRUPTED = 130,
};

/* values[0] is the subcommand's name. */
int account_command(int count, char **values);
int claim_command(int count, char **values);
int decode_command(int count, char **values);
int doctor_command(int count, char **values);
int keygen_command(int count, char **values);
int label_command(int count, char **values);

#endif
