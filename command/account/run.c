/* SPDX-License-Identifier: Apache-2.0 */
/* How a subcommand runs: opens session and account, writes certificates to files, asks before it makes
 * changes. */
#include "command/account/account_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/keys/signing_request.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/memory.h"
#include "command/command.h"

static int with_session(struct account_report *report, struct aws_session *session,
                        int (*work)(void *context, const struct oem_account *account), void *context)
{
    TEXT struct text why = TEXT_EMPTY;
    struct oem_account account = {0};

    enum aws_error error = oem_account_open(session, &account, &why);
    if (error)
        return account_report_failed(report, error, "the AWS account is not known", text_get(&why));
    account_report_account(report, &account);
    int status = work(context, &account);
    oem_account_fini(&account);
    return status;
}

int account_session(struct account_report *report, const struct aws_options *options,
                    int (*work)(void *context, const struct oem_account *account), void *context)
{
    TEXT struct text why = TEXT_EMPTY;
    struct aws_options interruptible = *options;

    interruptible.interrupted = &interrupt_received;
    log_setup(LOG_ERROR, LOG_PLAIN);
    interrupt_catch();
    struct aws_session *session = aws_session_new(&interruptible, &why);
    if (!session)
        return account_report_wrong(report, COMMAND_NO_PERMISSION, "%s", text_get(&why));
    int status = with_session(report, session, work, context);
    aws_session_free(session);
    return status;
}

#define FILE_MAX ((size_t)64 * 1024)

struct ready {
    struct account_run *run;
    int (*work)(void *context, struct account_run *run);
    void *context;
};

static int begin(void *context, const struct oem_account *account)
{
    const struct ready *ready = context;

    ready->run->account = account;
    return ready->work(ready->context, ready->run);
}

int account_run(enum account_action action, int count, char **values,
                int (*prepare)(void *context, struct account_run *run),
                int (*work)(void *context, struct account_run *run), void *context)
{
    struct account_run run = {.arguments = {.action = action}};
    struct ready ready = {&run, work, context};

    int status = account_arguments_parse(action, count, values, &run.arguments);
    if (status < 0) {
        account_report_init(&run.report, run.arguments.json);
        status = prepare ? prepare(context, &run) : COMMAND_DONE;
        if (!status)
            status = account_session(&run.report, &run.arguments.aws, begin, &ready);
        if (!account_report_end(&run.report) && !status)
            status = COMMAND_IO;
    }
    account_arguments_fini(&run.arguments);
    return status;
}

int account_check_certificate(struct account_run *run, const char *path, const char *request, bool *there)
{
    TEXT struct text why = TEXT_EMPTY, words = TEXT_EMPTY;

    *there = false;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return COMMAND_DONE;
    struct certificate *certificate = certificate_read(path, &why);
    *there = certificate && signing_request_made(request, certificate);
    certificate_free(certificate);
    if (*there)
        return COMMAND_DONE;
    if (certificate)
        text_printf(&words, "%s holds a certificate for another key: move it away, or name another file",
                    path);
    else
        text_printf(&words, "the certificate's place is taken: %s", text_get(&why));
    return account_report_wrong(&run->report, COMMAND_CANNOT_CREATE, "%s", text_get(&words));
}

int account_write_certificate(struct account_run *run, const char *path, const char *pem)
{
    TEXT struct text why = TEXT_EMPTY;
    OWNED char *there = NULL;
    size_t length = 0;

    if (file_read(path, FILE_MAX, &there, &length) == 0 && strcmp(there, pem) == 0)
        return COMMAND_DONE;
    int error = file_replace(path, pem, strlen(pem), 0644);
    if (error) {
        text_printf(&why, "%s cannot be written: %s; fix this, then run the same command again", path,
                    strerror(error));
        return account_report_wrong(&run->report, COMMAND_CANNOT_CREATE, "%s", text_get(&why));
    }
    account_report_say(&run->report, "wrote %s", path);
    return COMMAND_DONE;
}

bool account_wanted(struct account_report *report, bool yes, const char *question, int *status)
{
    char answer[16] = "";

    if (yes)
        return true;
    if (isatty(STDIN_FILENO) != 1) {
        *status = account_report_wrong(report, COMMAND_USAGE,
                                       "nothing was changed: there is no terminal to ask on; use --yes to "
                                       "change without asking, or --dry-run");
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (interrupt_wait_readable(STDIN_FILENO) && fgets(answer, sizeof answer, stdin) &&
        (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    if (interrupt_received)
        fputs("\n", stderr); /* after the ^C that the terminal shows */
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

    text_printf(&question, "%zu change%s in account %s. Continue?", changes, changes == 1 ? "" : "s",
                account->id);
    if (!account_wanted(report, yes, text_get(&question), &status))
        return status;
    enum aws_error error = setup_apply(setup, account_report_done, report, &why);
    if (error)
        return account_report_failed(
            report, error, "not finished (what was made stays; run the same command again to continue)",
            text_get(&why));
    *as_wanted = true;
    return COMMAND_DONE;
}

static int decide(struct account_report *report, const struct oem_account *account, struct setup *setup,
                  bool yes, bool dry_run, bool *as_wanted)
{
    size_t changes = setup_changes(setup);

    account_report_kept(report, setup_kept(setup));
    if (changes == 0) {
        account_report_say(report, "%s",
                           setup_kept(setup) ? "There is nothing else to change."
                                             : "Everything is as it should be: nothing to change.");
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
    account_report_module(report, setup_module_policy(*out));
    int status = decide(report, account, *out, yes, dry_run, as_wanted);
    account_report_flag(report, "changed", *as_wanted && setup_changes(*out) > 0);
    return status;
}
