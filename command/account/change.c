/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/change.h"

#include <stdio.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "command/command.h"

bool account_wanted(struct account_report *report, bool yes, const char *question, int *status)
{
    char answer[16] = "";

    if (yes)
        return true;
    if (isatty(STDIN_FILENO) != 1) {
        *status = account_report_wrong(
            report, COMMAND_USAGE,
            "nothing was changed: there is no terminal to ask at; --yes does it, --dry-run only looks");
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (interrupt_wait_readable(STDIN_FILENO) && fgets(answer, sizeof answer, stdin) &&
        (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    if (interrupt_received)
        fputs("\n", stderr); /* behind what the terminal shows of Ctrl-C */
    *status = interrupt_received
                  ? account_report_wrong(report, COMMAND_INTERRUPTED, "interrupted: nothing was changed")
                  : account_report_wrong(report, COMMAND_NOT_REGISTERED, "nothing was changed");
    return false;
}

static int carry_out(struct account_report *report, const struct oem_account *account, struct setup *setup,
                     bool yes, bool *as_wanted)
{
    TEXT struct text question = TEXT_EMPTY, why = TEXT_EMPTY;
    size_t changes = setup_changes(setup);
    int status = COMMAND_DONE;

    text_printf(&question, "%zu change%s in account %s. Go on?", changes, changes == 1 ? "" : "s",
                account->id);
    if (!account_wanted(report, yes, text_get(&question), &status))
        return status;
    enum aws_error error = setup_apply(setup, account_report_done, report, &why);
    if (error)
        return account_report_failed(
            report, error, "not finished (what was made stays; the same command goes on)", text_get(&why));
    *as_wanted = true;
    return COMMAND_DONE;
}

static int decide(struct account_report *report, const struct oem_account *account, struct setup *setup,
                  bool yes, bool dry_run, bool *as_wanted)
{
    size_t changes = setup_changes(setup);

    if (changes == 0) {
        account_report_say(report, "All is as it should be: nothing to change.");
        *as_wanted = !dry_run;
        return COMMAND_DONE;
    }
    if (!dry_run)
        return carry_out(report, account, setup, yes, as_wanted);
    account_report_say(report, "%zu change%s; nothing was changed (--dry-run).", changes,
                       changes == 1 ? "" : "s");
    return COMMAND_DONE;
}

int account_change(struct account_report *report, const struct oem_account *account,
                   const struct setup_options *options, bool yes, bool dry_run, struct setup **out,
                   bool *as_wanted)
{
    TEXT struct text why = TEXT_EMPTY;

    *out = NULL;
    *as_wanted = false;
    enum aws_error error = setup_plan(account, options, account_report_step, report, out, &why);
    if (error)
        return account_report_failed(report, error, "nothing was changed", text_get(&why));
    int status = decide(report, account, *out, yes, dry_run, as_wanted);
    account_report_flag(report, "changed", *as_wanted && setup_changes(*out) > 0);
    return status;
}
