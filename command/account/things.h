/* SPDX-License-Identifier: Apache-2.0 */
/* The options of expresslink-claim account about the things that devices become: name, type, groups and
 * attributes, within the quotas of AWS IoT. */
#ifndef COMMAND_ACCOUNT_THINGS_H
#define COMMAND_ACCOUNT_THINGS_H

#include <stddef.h>

#include "account/provisioning_template.h"

struct account_things {     /* borrowed from the command line; free with account_things_fini() */
    const char *name_field; /* of a certificate's subject: "CommonName" or "SerialNumber"; NULL: not said */
    const char *type;       /* NULL: none */
    const char *billing_group; /* NULL: none */
    const char **groups;       /* array owned, its strings borrowed; ends with NULL; NULL: none */
    struct provisioning_attribute
        *attributes; /* owned, with their names; ends with a NULL name; NULL: none */
    size_t group_count, attribute_count;
};

/* Each takes an option's value. Returns NULL, or an error sentence to print before the value. */
const char *account_things_take_name(struct account_things *things, const char *value);
const char *account_things_take_type(struct account_things *things, const char *value);
const char *account_things_take_group(struct account_things *things, const char *value);
const char *account_things_take_billing_group(struct account_things *things, const char *value);
const char *account_things_take_attribute(struct account_things *things, const char *value);
/* Checks all of them together. Returns NULL, or what is wrong. */
const char *account_things_problem(const struct account_things *things);

/* Converts to the options of a setup. Borrows from things. */
struct provisioning_options account_things_provisioning(const struct account_things *things);

void account_things_fini(struct account_things *things);

#endif
