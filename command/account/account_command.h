/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account: its subcommands, and the functions that they share. */
#ifndef COMMAND_ACCOUNT_ACCOUNT_COMMAND_H
#define COMMAND_ACCOUNT_ACCOUNT_COMMAND_H

#include <stdbool.h>

#include "account/oem_account.h"
#include "command/account/arguments.h"
#include "command/account/report.h"

/* Each runs one subcommand and returns the exit status. values[0] is the subcommand's name. */
int account_apply_command(int count, char **values);
int account_certificate_command(int count, char **values);
int account_remove_command(int count, char **values);
int account_show_command(int count, char **values);

/* A run of one subcommand. From account_run() to its end, signals only interrupt waiting calls. */
struct account_run {
    struct account_arguments arguments;
    struct account_report report;
    const struct oem_account *account; /* borrowed; NULL before work() runs */
};

/* Reads the command line, looks up the AWS account, runs work(), and ends the report. Returns the exit
 * status. prepare may be NULL; it checks files before any call to AWS, and returns 0, or the exit status
 * after it has reported the error. context is passed to both. */
int account_run(enum account_action action, int count, char **values,
                int (*prepare)(void *context, struct account_run *run),
                int (*work)(void *context, struct account_run *run), void *context);

/* Writes a certificate (PEM) to path unless the file has it already. Returns the exit status. */
int account_write_certificate(struct account_run *run, const char *path, const char *pem);
/* Checks that path is free for the request's certificate or has it already (*there). Returns 0 or the exit
 * status. */
int account_check_certificate(struct account_run *run, const char *path, const char *request, bool *there);

/* Opens session and account, calls work, and closes them. Returns work's exit status, or that of the error
 * that was reported. From then on, signals only interrupt waiting calls (base/interrupt.h). context is passed
 * to work. */
int account_session(struct account_report *report, const struct aws_options *options,
                    int (*work)(void *context, const struct oem_account *account), void *context);

/* Asks whether to make the changes that were shown. Returns true if so; otherwise *status is the exit status.
 * yes: returns true without asking. */
bool account_wanted(struct account_report *report, bool yes, const char *question, int *status);

/* Shows the changes that setup_plan() finds, asks unless yes is set, and makes them; dry_run: only shows
 * them. Returns the exit status after reporting everything. *out is the setup, NULL if the plan failed; the
 * caller frees it. *as_wanted: the account now matches the options. */
int account_change(struct account_report *report, const struct oem_account *account,
                   const struct setup_options *options, bool yes, bool dry_run, struct setup **out,
                   bool *as_wanted);

#endif
