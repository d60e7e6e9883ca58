/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_setup.h"

#include "command/account/change.h"

int register_set_up(const struct register_arguments *arguments, const struct oem_account *account,
                    const struct setup_options *options, bool *done)
{
    struct setup *setup;

    account_report_add(arguments->report, "setup", options->name);
    int status =
        account_change(arguments->report, account, options, arguments->yes, arguments->dry_run, &setup, done);
    setup_free(setup);
    return status;
}

struct setup_options register_setup_options(const struct register_arguments *arguments)
{
    return (struct setup_options){
        .name = arguments->name,
        .provisioning = account_things_provisioning(&arguments->things),
    };
}
