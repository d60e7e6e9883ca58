/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account: one row a subcommand, and what these share. */
#ifndef COMMAND_ACCOUNT_COMMAND_H
#define COMMAND_ACCOUNT_COMMAND_H

#include <stdbool.h>

#include "account/oem_account.h"
#include "command/account/arguments.h"
#include "command/account/report.h"

/* values[0] is the subcommand's name; they give the exit status. */
int account_apply_command(int count, char **values);
int account_certificate_command(int count, char **values);
int account_remove_command(int count, char **values);
int account_show_command(int count, char **values);

/* A run of one of them; from account_run() to its end signals only interrupt what waits. */
struct account_run {
    struct account_arguments arguments;
    struct account_report report;
    const struct oem_account *account; /* borrowed; NULL before work() */
};

/* Reads the command line, finds out who we are, runs work(), and ends the report. prepare, may be NULL, looks
 * at files before AWS is asked anything; it gives 0, or the exit status after it has told why. context is
 * handed to both. */
int account_run(enum account_action action, int count, char **values,
                int (*prepare)(void *context, struct account_run *run),
                int (*work)(void *context, struct account_run *run), void *context);

/* Puts a certificate (PEM) where it belongs, unless it is there. The exit status. */
int account_write_certificate(struct account_run *run, const char *path, const char *pem);
/* Whether path is free for the request's certificate, or has it (*there); 0, or the exit status. */
int account_check_certificate(struct account_run *run, const char *path, const char *request, bool *there);

#endif
