/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/session.h"

#include "base/interrupt.h"
#include "base/log.h"
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
