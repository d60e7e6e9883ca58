/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register fleet: sets up fleet provisioning by claim. */
#include <string.h>

#include "account/enrolment/fleet_claim.h"
#include "account/keys/signing_request.h"
#include "command/account/register.h"
#include "command/account/register_run.h"
#include "command/command.h"

/* "secrets/fleet-claim.csr" gives "secrets/fleet-claim.pem". */
static void choose_output(const struct register_arguments *arguments, struct text *out)
{
    const char *request = arguments->claim_request;
    size_t length = strlen(request), ending = strlen(".csr");

    if (arguments->output != NULL) {
        text_puts(out, arguments->output);
        return;
    }
    if (length > ending && strcmp(request + length - ending, ".csr") == 0)
        length -= ending;
    text_add(out, request, length);
    text_puts(out, ".pem");
}

static int make_claim(const struct register_arguments *arguments, const struct oem_account *account,
                      const struct fleet_claim *claim)
{
    struct account_report *report = arguments->report;
    TEXT struct text why = TEXT_EMPTY;
    bool made = false;
    enum aws_error error = fleet_claim_certificate(account, claim, &made, &why);

    if (error == AWS_UNREADABLE)
        return account_report_wrong(report, COMMAND_CANNOT_CREATE, "%s", text_get(&why));
    if (error != AWS_OK)
        return account_report_failed(
            report, error, "there is no claim certificate yet; run the same command again to continue",
            text_get(&why));
    account_report_add(report, "claim_certificate", claim->path);
    account_report_say(report, "%s", "");
    account_report_say(report, "The claim certificate is %s%s.", claim->path,
                       made ? "" : "; it existed already");
    return COMMAND_DONE;
}

static void say_lines(struct account_report *report, const char *const *lines)
{
    for (; *lines != NULL; lines++)
        account_report_say(report, "%s", *lines);
}

static void say_next(const struct register_arguments *arguments, const struct oem_account *account)
{
    static const char *const claim[] = {
        "",
        "Next, get the claim certificate, with all other options unchanged:",
        "",
        "  expresslink-claim keygen --name fleet-claim",
        "  expresslink-claim account register fleet --claim-request fleet-claim.csr",
        NULL,
    };
    static const char *const topics[] = {
        "port 8883, with the claim certificate and its key, and publishes to",
        "  $aws/certificates/create/json or $aws/certificates/create-from-csr/json, and then",
        NULL,
    };
    struct account_report *report = arguments->report;

    if (arguments->claim_request == NULL)
        say_lines(report, claim);
    account_report_say(report, "%s", "");
    register_say_endpoint(arguments, account, "A device without a certificate of its own connects to ", ",");
    say_lines(report, topics);
    account_report_say(report, "  $aws/provisioning-templates/%s-fleet/provision/json", arguments->name);
    account_report_say(
        report, "    {\"certificateOwnershipToken\":\"...\",\"parameters\":{\"SerialNumber\":\"...\"}}");
    account_report_say(
        report, "Its thing is %s<SerialNumber>; it connects again with the certificate that it was given.",
        arguments->prefix);
}

/* claim: NULL without a request. */
static int set_up(const struct register_arguments *arguments, const struct oem_account *account,
                  const struct fleet_claim *claim)
{
    struct setup_options options = register_setup_options(arguments);
    bool done;

    options.fleet_prefix = arguments->prefix;
    int status = register_set_up(arguments, account, &options, &done);
    if (done && claim != NULL)
        status = make_claim(arguments, account, claim);
    if (done && status == COMMAND_DONE)
        say_next(arguments, account);
    return status;
}

static int set_up_with_claim(const struct register_arguments *arguments, const struct oem_account *account,
                             const char *request)
{
    TEXT struct text path = TEXT_EMPTY, policy = TEXT_EMPTY, why = TEXT_EMPTY;

    choose_output(arguments, &path);
    text_printf(&policy, "%s-claim", arguments->name);
    const struct fleet_claim claim = {request, policy.data, path.data};
    if (fleet_claim_file_fits(&claim, &why))
        return set_up(arguments, account, &claim);
    return account_report_wrong(arguments->report, COMMAND_CANNOT_CREATE, "%s", text_get(&why));
}

static int work(const struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text request = TEXT_EMPTY, why = TEXT_EMPTY;

    if (arguments->claim_request == NULL)
        return set_up(arguments, account, NULL);
    if (signing_request_read(arguments->claim_request, &request, &why))
        return set_up_with_claim(arguments, account, text_get(&request));
    return register_bad_file(arguments, arguments->claim_request, text_get(&why));
}

int register_fleet_command(int count, char **values)
{
    struct register_arguments arguments;
    int status = register_arguments_parse(REGISTER_FLEET, count, values, &arguments);

    if (status < 0)
        status = register_run(&arguments, work);
    register_arguments_fini(&arguments);
    return status;
}
