/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account show: shows a setup. */
#include "account/setup/facts.h"
#include "command/account/account_command.h"
#include "command/command.h"

static int work(void *context, struct account_run *run)
{
    TEXT struct text why = TEXT_EMPTY;

    (void)context;
    account_report_add(&run->report, "setup", run->arguments.name);
    enum aws_error error =
        setup_facts(run->account, run->arguments.name, account_report_fact, &run->report, &why);
    if (error)
        return account_report_failed(&run->report, error, "not everything could be checked", text_get(&why));
    account_report_flag(&run->report, "good", !run->report.bad);
    if (run->report.bad)
        account_report_say(&run->report,
                           "Run expresslink-claim account apply to fix what is missing or not ok.");
    return COMMAND_DONE;
}

int account_show_command(int count, char **values)
{
    return account_run(ACCOUNT_SHOW, count, values, NULL, work, NULL);
}
