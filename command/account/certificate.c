/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account certificate: gets a claim-thing's certificate. */
#include "account/setup/requested_certificate.h"
#include "command/account/account_command.h"
#include "command/command.h"

struct wanted {
    struct text request;
    bool there; /* the certificate's file exists */
};

static int prepare(void *context, struct account_run *run)
{
    struct wanted *wanted = context;
    TEXT struct text why = TEXT_EMPTY;

    if (!signing_request_read(run->arguments.request, &wanted->request, &why))
        return account_report_wrong(&run->report, COMMAND_NO_INPUT, "%s", text_get(&why));
    return account_check_certificate(run, run->arguments.certificate, text_get(&wanted->request),
                                     &wanted->there);
}

static int obtain(const struct wanted *wanted, struct account_run *run)
{
    struct requested_certificate certificate = {NULL, NULL, false, false};
    const char *request = text_get(&wanted->request);
    TEXT struct text why = TEXT_EMPTY;

    enum aws_error error = requested_certificate_find(run->account, request, NULL, &certificate, &why);
    if (!error && !certificate.arn)
        error = requested_certificate_create(run->account, request, false, &certificate, &why);
    if (error)
        return account_report_failed(&run->report, error, "there is no certificate", text_get(&why));
    int status = account_write_certificate(run, run->arguments.certificate, certificate.pem);
    account_report_add(&run->report, "certificate_arn", certificate.arn);
    requested_certificate_fini(&certificate);
    return status;
}

static int work(void *context, struct account_run *run)
{
    const struct wanted *wanted = context;
    int status = COMMAND_DONE;

    account_report_add(&run->report, "certificate", run->arguments.certificate);
    if (wanted->there)
        account_report_say(&run->report, "%s already exists, for the same key", run->arguments.certificate);
    else
        status = obtain(wanted, run);
    if (!status)
        account_report_say(&run->report,
                           "Send %s to AWS, as the Onboarding-by-Claim guide says; never send the key.",
                           run->arguments.certificate);
    return status;
}

int account_certificate_command(int count, char **values)
{
    struct wanted wanted = {.request = TEXT_EMPTY};

    int status = account_run(ACCOUNT_CERTIFICATE, count, values, prepare, work, &wanted);
    text_fini(&wanted.request);
    return status;
}
