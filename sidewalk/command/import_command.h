/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands of sidewalk-import: one function and one row of a table each. */
#ifndef SIDEWALK_COMMAND_IMPORT_COMMAND_H
#define SIDEWALK_COMMAND_IMPORT_COMMAND_H

#include "base/command_table.h"

/* Exit statuses, the same for all subcommands. */
enum command_status {
    COMMAND_DONE = 0,
    COMMAND_FAILED = 1,         /* the check does not allow an import; the task or devices of it failed */
    COMMAND_USAGE = 64,         /* sysexits.h: EX_USAGE */
    COMMAND_BAD_DATA = 65,      /* EX_DATAERR */
    COMMAND_NO_INPUT = 66,      /* EX_NOINPUT: a file cannot be read */
    COMMAND_UNAVAILABLE = 69,   /* EX_UNAVAILABLE: AWS cannot be reached, or refuses */
    COMMAND_CANNOT_CREATE = 73, /* EX_CANTCREAT: a file cannot be written */
    COMMAND_NO_PERMISSION = 77, /* EX_NOPERM: AWS denied access, or credentials are missing or expired */
    COMMAND_INTERRUPTED = 130,
};

/* Each runs one subcommand and returns its exit status. values[0] is the subcommand's name. */
int check_command(int count, char **values);
int delete_command(int count, char **values);
int devices_command(int count, char **values);
int list_command(int count, char **values);
int profile_command(int count, char **values);
int start_command(int count, char **values);
int start_one_command(int count, char **values);
int status_command(int count, char **values);
int update_command(int count, char **values);
int watch_command(int count, char **values);

/* What each is and takes. */
extern const struct command_page check_command_page;
extern const struct command_page delete_command_page;
extern const struct command_page devices_command_page;
extern const struct command_page list_command_page;
extern const struct command_page profile_command_page;
extern const struct command_page start_command_page;
extern const struct command_page start_one_command_page;
extern const struct command_page status_command_page;
extern const struct command_page update_command_page;
extern const struct command_page watch_command_page;

#endif
