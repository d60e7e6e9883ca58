/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account remove: removes a setup. */
#include "account/setup/setup.h"
#include "command/account/account_command.h"
#include "command/command.h"

static int refuse_devices(struct account_run *run, size_t devices)
{
    TEXT struct text words = TEXT_EMPTY;

    text_printf(&words,
                "nothing was removed: %zu device certificate%s the policy of modules, and would be left "
                "without any rights; use --force to remove it anyway",
                devices, devices == 1 ? " has" : "s have");
    return account_report_wrong(&run->report, COMMAND_NOT_REGISTERED, "%s", text_get(&words));
}

static int carry_out(struct account_run *run, struct setup *setup)
{
    size_t changes = setup_changes(setup), devices = setup_devices(setup);
    TEXT struct text question = TEXT_EMPTY, why = TEXT_EMPTY;
    int status = COMMAND_DONE;

    if (changes == 0) {
        account_report_say(&run->report, "The setup does not exist: nothing to remove.");
        return COMMAND_DONE;
    }
    if (run->arguments.dry_run) {
        account_report_say(&run->report, "Nothing was removed (--dry-run).");
        return COMMAND_DONE;
    }
    if (devices > 0 && !run->arguments.force)
        return refuse_devices(run, devices);
    text_printf(&question, "Remove this from account %s?", run->account->id);
    if (!account_wanted(&run->report, run->arguments.yes, text_get(&question), &status))
        return status;
    enum aws_error error = setup_apply(setup, account_report_done, &run->report, &why);
    if (error)
        return account_report_failed(
            &run->report, error,
            "not finished (what was removed stays removed; run the same command again to continue)",
            text_get(&why));
    account_report_flag(&run->report, "removed", true);
    return COMMAND_DONE;
}

static int work(void *context, struct account_run *run)
{
    TEXT struct text why = TEXT_EMPTY;
    struct setup *setup = NULL;

    (void)context;
    account_report_add(&run->report, "setup", run->arguments.name);
    enum aws_error error = setup_plan_removal(run->account, run->arguments.name, account_report_step,
                                              &run->report, &setup, &why);
    if (error)
        return account_report_failed(&run->report, error, "nothing was removed", text_get(&why));
    int status = carry_out(run, setup);
    setup_free(setup);
    return status;
}

int account_remove_command(int count, char **values)
{
    return account_run(ACCOUNT_REMOVE, count, values, NULL, work, NULL);
}
