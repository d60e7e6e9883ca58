/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account show */
#include "account/setup/facts.h"
#include "command/account/command.h"
#include "command/command.h"

static int work(void *context, struct account_run *run)
{
    TEXT struct text why = TEXT_EMPTY;

    (void)context;
    account_report_add(&run->report, "setup", run->arguments.name);
    enum aws_error error =
        setup_facts(run->account, run->arguments.name, account_report_fact, &run->report, &why);
    if (error)
        return account_report_failed(&run->report, error, "not all could be looked at", text_get(&why));
    account_report_flag(&run->report, "good", !run->report.bad);
    if (run->report.bad)
        account_report_say(&run->report,
                           "expresslink-claim account apply makes and mends what is missing or not ok.");
    return COMMAND_DONE;
}

int account_show_command(int count, char **values)
{
    return account_run(ACCOUNT_SHOW, count, values, NULL, work, NULL);
}
