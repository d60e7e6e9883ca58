/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register certificate: registers one device. */
#include <stdio.h>

#include "account/enrolment/enrolment.h"
#include "base/clock.h"
#include "base/terminal.h"
#include "command/account/register.h"
#include "command/account/register_run.h"
#include "command/command.h"

static void say_way(const struct register_arguments *arguments, const struct enroller *enroller,
                    const struct certificate *certificate)
{
    TEXT struct text authority = TEXT_EMPTY;
    bool has_authority = enroller_uses_authority(enroller, certificate, &authority);

    account_report_add(arguments->report, "by",
                       has_authority ? "RegisterCertificate" : "RegisterCertificateWithoutCA");
    if (has_authority)
        account_report_say(arguments->report,
                           "  by           RegisterCertificate: the account has its CA in mode DEFAULT (%s)",
                           text_get(&authority));
    else
        account_report_say(
            arguments->report,
            "  by           RegisterCertificateWithoutCA: no CA of mode DEFAULT has signed it");
}

static void say_device(const struct register_arguments *arguments, const struct enroller *enroller,
                       const struct certificate *certificate, const char *thing)
{
    struct account_report *report = arguments->report;
    char id[CERTIFICATE_ID_SIZE];

    certificate_id(certificate, id);
    account_report_add(report, "thing", thing);
    account_report_add(report, "certificate", id);
    account_report_add(report, "policy", arguments->policy_name);
    account_report_say(report, "  thing        %s", thing);
    account_report_say(report, "  certificate  %s", id);
    account_report_say(report, "  policy       %s", arguments->policy_name);
    say_way(arguments, enroller, certificate);
}

static int register_it(const struct register_arguments *arguments, const struct oem_account *account,
                       struct enroller *enroller, const struct certificate *certificate, const char *thing)
{
    TEXT struct text why = TEXT_EMPTY;
    enum enrolment_result result = ENROLMENT_NEW;

    if (arguments->dry_run) {
        account_report_add(arguments->report, "result", "would be registered");
        account_report_say(arguments->report, "Would be registered:");
        say_device(arguments, enroller, certificate, thing);
        return COMMAND_DONE;
    }
    enum aws_error error = enroller_enrol(enroller, certificate, thing, &result, &why);
    if (error != AWS_OK)
        return account_report_failed(arguments->report, error, "the device is not registered",
                                     text_get(&why));
    account_report_add(arguments->report, "result", result == ENROLMENT_NEW ? "registered" : "there");
    account_report_say(arguments->report, "%s",
                       result == ENROLMENT_NEW ? "Registered:"
                                               : "It was registered already; nothing is missing:");
    say_device(arguments, enroller, certificate, thing);
    account_report_say(arguments->report, "%s", "");
    register_say_endpoint(arguments, account, "The device connects to ",
                          ", port 8883, with this certificate and its key,");
    account_report_say(arguments->report,
                       "with the client id %s: on an ExpressLink module AT+CONF Endpoint=... once, then "
                       "AT+CONNECT.",
                       thing);
    return COMMAND_DONE;
}

static int with_certificate(const struct register_arguments *arguments, const struct oem_account *account,
                            const struct certificate *certificate)
{
    TEXT struct text thing = TEXT_EMPTY, why = TEXT_EMPTY;
    struct enroller *enroller = NULL;

    if (!enrolment_certificate_fits(certificate, clock_wall_ms(), &why) ||
        !enrolment_thing_name(certificate, arguments->things.name_field,
                              arguments->thing != NULL ? arguments->thing : "", &thing, &why))
        return account_report_wrong(arguments->report, COMMAND_BAD_IDENTIFIER, "%s: %s", arguments->path,
                                    text_get(&why));
    int status = register_open(arguments, account, &enroller);
    if (status == COMMAND_DONE)
        status = register_it(arguments, account, enroller, certificate, thing.data);
    enroller_free(enroller);
    return status;
}

static int work(const struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *certificate = certificate_read(arguments->path, &why);
    int status;

    if (certificate != NULL)
        status = with_certificate(arguments, account, certificate);
    else
        status = register_bad_file(arguments, arguments->path, text_get(&why));
    certificate_free(certificate);
    return status;
}

int register_certificate_command(int count, char **values)
{
    struct register_arguments arguments;
    int status = register_arguments_parse(REGISTER_CERTIFICATE, count, values, &arguments);

    if (status < 0)
        status = register_run(&arguments, work);
    register_arguments_fini(&arguments);
    return status;
}
