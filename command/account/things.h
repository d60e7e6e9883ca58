/* SPDX-License-Identifier: Apache-2.0 */
/* What command lines of expresslink-claim account say of the things that devices become: name, type, groups
 * and attributes, within the quotas of AWS IoT. */
#ifndef COMMAND_ACCOUNT_THINGS_H
#define COMMAND_ACCOUNT_THINGS_H

#include <stddef.h>

#include "account/provisioning_template.h"

struct account_things {     /* borrowed from the command line; finished with account_things_fini() */
    const char *name_field; /* of a certificate's subject: "CommonName" or "SerialNumber" */
    const char *type;       /* NULL: none */
    const char **groups;    /* owned, not its texts; ends with NULL; NULL: none */
    struct provisioning_attribute *attributes; /* owned, names too; ends with a NULL name; NULL: none */
    size_t group_count, attribute_count;
};

/* Options' values. NULL, or what is wrong with one, for it to stand behind. */
const char *account_things_take_name(struct account_things *things, const char *value);
const char *account_things_take_type(struct account_things *things, const char *value);
const char *account_things_take_group(struct account_things *things, const char *value);
const char *account_things_take_attribute(struct account_things *things, const char *value);
/* What is wrong with all of them together; NULL: nothing. */
const char *account_things_problem(const struct account_things *things);

/* For a setup. Borrowed from things. */
struct provisioning_options account_things_provisioning(const struct account_things *things);

void account_things_fini(struct account_things *things);

#endif
