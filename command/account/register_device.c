/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_device.h"

#include <stdio.h>

#include "command/account/register_report.h"
#include "command/command.h"

static void print_step(void *context, const struct setup_step *step)
{
    const struct register_arguments *arguments = context;

    if (arguments->json)
        account_report_done(arguments->report, step);
    else
        account_report_say(arguments->report, "%s the %s %s.", arguments->dry_run ? "Would make" : "Made",
                           step->kind, step->name);
}

int register_open(const struct register_arguments *arguments, const struct oem_account *account,
                  struct enroller **out)
{
    TEXT struct text why = TEXT_EMPTY;
    const struct enrolment_options options = {
        .policy_name = arguments->policy_name,
        .thing_type = arguments->things.type,
        .thing_groups = arguments->things.groups,
        .create_missing = arguments->create_missing,
        .without_authority = arguments->without_authority,
        .activate = arguments->activate,
        .add_certificate = arguments->add_certificate,
        .dry_run = arguments->dry_run,
    };
    struct register_arguments said = *arguments;
    enum aws_error error = enroller_open(account, &options, print_step, &said, out, &why);
    return error == AWS_OK
               ? COMMAND_DONE
               : account_report_failed(arguments->report, error, "nothing is registered", text_get(&why));
}
