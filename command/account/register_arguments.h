/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of expresslink-claim account register. */
#ifndef COMMAND_ACCOUNT_REGISTER_ARGUMENTS_H
#define COMMAND_ACCOUNT_REGISTER_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/arguments.h"
#include "base/command_table.h"
#include "base/text.h"
#include "command/account/things.h"

struct account_report;

enum register_way {
    REGISTER_CERTIFICATE = 1,
    REGISTER_BATCH = 2,
    REGISTER_JITR = 4,
    REGISTER_FLEET = 8,
};

/* What each way is and takes. */
extern const struct command_page register_certificate_page, register_batch_page, register_jitr_page,
    register_fleet_page;

struct register_arguments { /* borrowed from the command line; free with register_arguments_fini() */
    enum register_way way;
    struct aws_options aws;
    const char *path;           /* the one argument: FILE or FOLDER; NULL: none */
    const char *name;           /* the setup's name */
    const char *thing, *policy; /* NULL: not given */
    char *policy_name;          /* policy, or the setup's policy; owned */
    struct account_things things;
    const char *result;
    double rate;
    const char *authority, *authority_key, *verification_request, *verification_certificate;
    const char *prefix, *claim_request, *output;
    const char *birth_certificate;
    bool create_missing, without_authority, activate, add_certificate;
    bool dry_run, yes, json;
    struct account_report *report; /* borrowed; NULL before register_run() */
};

/* Returns less than 0 to continue, otherwise the exit status. */
int register_arguments_parse(enum register_way way, int count, char **values, struct register_arguments *out);
void register_arguments_fini(struct register_arguments *arguments);

const char *register_way_name(enum register_way way); /* such as "batch" */

/* Prints what and value (may be ""), and how to get help. Returns COMMAND_USAGE. */
int register_usage_error(enum register_way way, const char *what, const char *value);

#endif
