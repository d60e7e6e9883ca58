/* SPDX-License-Identifier: Apache-2.0 */
/* What expresslink-claim account tells: lines for people as things happen, or one JSON object at the end. */
#ifndef COMMAND_ACCOUNT_REPORT_H
#define COMMAND_ACCOUNT_REPORT_H

#include <stdbool.h>

#include "account/setup/facts.h"
#include "account/setup/setup.h"
#include "base/json.h"

struct account_report {
    bool json;
    cJSON *object; /* with --json; owned */
    bool bad;      /* a fact is missing, or not good */
};

void account_report_init(struct account_report *report, bool json);
/* The JSON object, if any, is printed. False: standard output cannot be written. */
bool account_report_end(struct account_report *report);

/* Which account it is. */
void account_report_account(struct account_report *report, const struct oem_account *account);
/* A line for people, made harmless for terminals. */
void account_report_say(struct account_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A member of the JSON object. */
void account_report_add(struct account_report *report, const char *name, const char *value);
void account_report_count(struct account_report *report, const char *name, unsigned long long value);
void account_report_flag(struct account_report *report, const char *name, bool value);
/* What could not be done and why, on standard error and in the JSON object; the exit status for it. */
int account_report_failed(struct account_report *report, enum aws_error error, const char *what,
                          const char *why);
/* The same for what is not AWS's. */
int account_report_wrong(struct account_report *report, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A line on standard error about one of many things, for people alone. */
void account_report_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For setup_plan(), setup_apply() and setup_facts(); context is the report. */
void account_report_step(void *context, const struct setup_step *step);
void account_report_done(void *context, const struct setup_step *step);
void account_report_fact(void *context, const struct setup_fact *fact);

#endif
