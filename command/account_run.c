/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/signing_request.h"
#include "aws/session.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "command/account_command.h"
#include "command/command.h"

#define FILE_MAX ((size_t)64 * 1024)

static int with_account(struct account_run *run, struct aws_session *session,
                        int (*work)(void *context, struct account_run *run), void *context)
{
    TEXT struct text why = TEXT_EMPTY;

    enum aws_error error = oem_account_open(session, &run->account, &why);
    if (error)
        return account_report_failed(&run->report, error, "the AWS account is not known", text_get(&why));
    account_report_account(&run->report, &run->account);
    int status = work(context, run);
    oem_account_fini(&run->account);
    return status;
}

static int with_session(struct account_run *run, int (*work)(void *context, struct account_run *run),
                        void *context)
{
    TEXT struct text why = TEXT_EMPTY;

    interrupt_catch();
    run->arguments.aws.interrupted = &interrupt_received;
    struct aws_session *session = aws_session_new(&run->arguments.aws, &why);
    if (!session)
        return account_report_wrong(&run->report, COMMAND_NO_PERMISSION, text_get(&why));
    int status = with_account(run, session, work, context);
    aws_session_free(session);
    return status;
}

int account_run(enum account_action action, int count, char **values,
                int (*prepare)(void *context, struct account_run *run),
                int (*work)(void *context, struct account_run *run), void *context)
{
    struct account_run run = {.arguments = {.action = action}};

    int status = account_arguments_parse(action, count, values, &run.arguments);
    if (status < 0) {
        account_report_init(&run.report, run.arguments.json);
        status = prepare ? prepare(context, &run) : COMMAND_DONE;
        if (!status)
            status = with_session(&run, work, context);
        if (!account_report_end(&run.report) && !status)
            status = COMMAND_IO;
    }
    account_arguments_fini(&run.arguments);
    return status;
}

bool account_wanted(struct account_run *run, const char *question, int *status)
{
    char answer[16] = "";

    if (run->arguments.yes)
        return true;
    if (isatty(STDIN_FILENO) != 1) {
        *status = account_report_wrong(&run->report, COMMAND_USAGE,
                                       "nothing was changed: there is no terminal to ask at; --yes does it");
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    *status =
        interrupt_received
            ? account_report_wrong(&run->report, COMMAND_INTERRUPTED, "interrupted: nothing was changed")
            : account_report_wrong(&run->report, COMMAND_NOT_REGISTERED, "nothing was changed");
    return false;
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
    return account_report_wrong(&run->report, COMMAND_CANNOT_CREATE, text_get(&words));
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
        text_printf(&why, "%s cannot be written: %s; run this again when it can", path, strerror(error));
        return account_report_wrong(&run->report, COMMAND_CANNOT_CREATE, text_get(&why));
    }
    account_report_say(&run->report, "wrote %s", path);
    return COMMAND_DONE;
}
