/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/keys/signing_request.h"
#include "base/file.h"
#include "base/memory.h"
#include "command/account/command.h"
#include "command/account/session.h"
#include "command/command.h"

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
        text_printf(&why, "%s cannot be written: %s; run this again when it can", path, strerror(error));
        return account_report_wrong(&run->report, COMMAND_CANNOT_CREATE, "%s", text_get(&why));
    }
    account_report_say(&run->report, "wrote %s", path);
    return COMMAND_DONE;
}
