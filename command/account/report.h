/* SPDX-License-Identifier: Apache-2.0 */
/* The output of expresslink-claim account: lines for people as things happen, or one JSON object at the end.
 * One thread. */
#ifndef COMMAND_ACCOUNT_REPORT_H
#define COMMAND_ACCOUNT_REPORT_H

#include <stdbool.h>

#include "account/setup/facts.h"
#include "account/setup/setup.h"
#include "base/json.h"

struct account_report {
    bool json;
    cJSON *object; /* with --json; owned */
    bool bad;      /* a fact is missing or not good */
};

void account_report_init(struct account_report *report, bool json);
/* Prints the JSON object, if any. Returns false if standard output cannot be written. */
bool account_report_end(struct account_report *report);

/* Reports the account's number, region and caller. */
void account_report_account(struct account_report *report, const struct oem_account *account);
/* Prints a line for people, safe for terminals. */
void account_report_say(struct account_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a member to the JSON object. */
void account_report_add(struct account_report *report, const char *name, const char *value);
void account_report_count(struct account_report *report, const char *name, unsigned long long value);
void account_report_flag(struct account_report *report, const char *name, bool value);
/* Reports what failed and why, on standard error and in the JSON object. Returns the exit status for it. */
int account_report_failed(struct account_report *report, enum aws_error error, const char *what,
                          const char *why);
/* The same for errors that are not from AWS. */
int account_report_wrong(struct account_report *report, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints a line about one of many things to standard error, for people only. */
void account_report_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports in how many parts of the setup something stays as others have changed it; 0: nothing. */
void account_report_kept(struct account_report *report, size_t count);
/* Reports what the modules' policy allows. */
void account_report_module(struct account_report *report, const cJSON *policy);
/* Callbacks for setup_plan(), setup_apply() and setup_facts(); context is the report. */
void account_report_step(void *context, const struct setup_step *step);
void account_report_done(void *context, const struct setup_step *step);
void account_report_fact(void *context, const struct setup_fact *fact);

#endif
