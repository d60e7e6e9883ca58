/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of expresslink-claim account apply, show, remove and certificate. */
#ifndef COMMAND_ACCOUNT_ARGUMENTS_H
#define COMMAND_ACCOUNT_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/arguments.h"
#include "command/account/things.h"
#include "command/account/topics.h"

enum account_action { ACCOUNT_APPLY = 1, ACCOUNT_SHOW = 2, ACCOUNT_REMOVE = 4, ACCOUNT_CERTIFICATE = 8 };

/* What each subcommand is and takes. */
extern const struct command_page account_apply_page, account_show_page, account_remove_page,
    account_certificate_page;

struct account_arguments { /* borrowed from the command line; free with account_arguments_fini() */
    enum account_action action;
    struct aws_options aws;
    bool json, yes, dry_run, force, events_queue, overwrite;
    const char *name;
    const char **authorities; /* files; the array is owned, its strings are not */
    size_t authority_count;
    struct account_things things;
    struct account_topics topics;
    const char *request;           /* the observer's signing request, or the one argument; NULL: none */
    char *certificate;             /* where to write the certificate; owned; NULL without a request */
    char *key;                     /* owned; NULL without a request */
    const char *birth_certificate; /* a file; NULL: none */
    const char *description;       /* of the template; NULL: the usual one */
    const char *client_id, *endpoint_key, *portal_ini, *ca_file;
};

/* Returns less than 0 to continue, otherwise the exit status. */
int account_arguments_parse(enum account_action action, int count, char **values,
                            struct account_arguments *out);
void account_arguments_fini(struct account_arguments *arguments);

#endif
