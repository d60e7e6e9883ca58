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
int account_register_command(int count, char **values);
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

/* Opens session and account, has work do its work, and closes them. The exit status: work's, or that of what
 * was reported. From here on signals only interrupt what waits (base/interrupt.h). context is handed on. */
int account_session(struct account_report *report, const struct aws_options *options,
                    int (*work)(void *context, const struct oem_account *account), void *context);

/* Whether what was shown is to be done; otherwise *status is what to exit with. yes: without a question. */
bool account_wanted(struct account_report *report, bool yes, const char *question, int *status);

/* Shows what setup_plan() finds, asks unless yes, and does it; dry_run: shows it alone. The exit status,
 * after all is reported. *out, to be freed, is the setup, NULL where the plan failed; *as_wanted: the account
 * is as the options say now. */
int account_change(struct account_report *report, const struct oem_account *account,
                   const struct setup_options *options, bool yes, bool dry_run, struct setup **out,
                   bool *as_wanted);

#endif
