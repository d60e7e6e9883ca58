/* SPDX-License-Identifier: Apache-2.0 */
/* What all ways of expresslink-claim account register print: mistakes, and what comes next for a device. */
#ifndef COMMAND_ACCOUNT_REGISTER_REPORT_H
#define COMMAND_ACCOUNT_REGISTER_REPORT_H

#include "account/oem_account.h"
#include "command/account_register_arguments.h"

const char *register_way_name(enum register_way way); /* "batch" */

/* Prints what and value (may be ""), and where help is. COMMAND_USAGE. */
int register_usage_error(enum register_way way, const char *what, const char *value);

/* Prints "expresslink-claim: " and the line on standard error, made harmless for terminals. */
void register_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The exit status for it, after it has printed what could not be done, and why. */
int register_failed(enum aws_error error, const char *what, const char *why);

/* Opens session and account, calls work, and closes them. The exit status. interrupt_catch() from then
 * on. */
int register_with_account(const struct register_arguments *arguments,
                          int (*work)(const struct register_arguments *arguments,
                                      const struct oem_account *account));

/* Adds the ATS endpoint's address. */
enum aws_error register_endpoint(const struct oem_account *account, struct text *out, struct text *why);
/* Asks for the endpoint and prints it with words before ("Devices connect to ") and after it; where it cannot
 * be told, says so. */
void register_print_endpoint(const struct oem_account *account, const char *before, const char *after);

#endif
