/* SPDX-License-Identifier: Apache-2.0 */
/* Where a command that makes a template learns which field of a birth certificate has the ThingName: from the
 * option, from a birth certificate, from the template that is there, or from whoever sits at the terminal. */
#ifndef COMMAND_ACCOUNT_THING_NAME_CHOICE_H
#define COMMAND_ACCOUNT_THING_NAME_CHOICE_H

#include <stdbool.h>

#include "account/oem_account.h"
#include "base/text.h"
#include "command/account/report.h"
#include "command/account/things.h"

struct thing_name_choice { /* all borrowed */
    struct account_report *report;
    struct account_things *things; /* gets the field, unless --thing-name has said it */
    const char *setup;             /* the setup's name */
    const char *birth_certificate; /* a file; NULL: none */
    const char *portal_ini;        /* may have the form of the vendor's names; NULL: none */
    bool can_ask;                  /* if standard input is a terminal */
};

/* Looks at the birth certificate. Adds to found what is in it, which may not decide. Returns 0, or the exit
 * status after reporting the error. */
int thing_name_read(const struct thing_name_choice *choice, struct text *found);
/* After thing_name_read(): looks at the template that is there, or asks. Returns 0 with the field known, or
 * the exit status after reporting the error. */
int thing_name_have(const struct thing_name_choice *choice, const struct oem_account *account,
                    const char *found);

#endif
