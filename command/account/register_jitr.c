/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register jitr: sets up just-in-time registration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "account/enrolment/verification.h"
#include "account/keys/private_key.h"
#include "account/keys/signing_request.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/key_mode.h"
#include "command/account/register.h"
#include "command/account/register_run.h"
#include "command/account/thing_name_choice.h"
#include "command/command.h"

/* Writes the request for the holder of the CA's key, and says what to do with it. */
static int write_request(const struct register_arguments *arguments, const char *code)
{
    const char *path = arguments->verification_request;
    struct account_report *report = arguments->report;
    TEXT struct text request = TEXT_EMPTY, why = TEXT_EMPTY;

    if (!verification_request(code, &request, &why))
        return account_report_wrong(report, COMMAND_BAD_IDENTIFIER, "%s", text_get(&why));
    int error = file_create(path, request.data, request.length, 0644);
    if (error == EEXIST)
        return account_report_wrong(report, COMMAND_CANNOT_CREATE,
                                    "%s exists and is not overwritten: name another file, or continue "
                                    "with --verification-certificate",
                                    path);
    if (error != 0)
        return account_report_wrong(report, COMMAND_CANNOT_CREATE, "%s cannot be created: %s", path,
                                    strerror(error));
    account_report_add(report, "verification_request", path);
    account_report_say(report, "%s is the request. The holder of the CA's key signs it unchanged:", path);
    account_report_say(report, "%s", "");
    account_report_say(report, "  openssl x509 -req -in %s -CA %s -CAkey CA.key -CAcreateserial \\", path,
                       arguments->authority);
    account_report_say(report, "    -days 30 -sha256 -out verification.pem");
    account_report_say(report, "%s", "");
    account_report_say(
        report,
        "and sends back verification.pem, which is not secret. Then, with all other options unchanged:");
    account_report_say(report, "%s", "");
    account_report_say(report, "  expresslink-claim account register jitr --ca %s \\", arguments->authority);
    account_report_say(report, "    --verification-certificate verification.pem");
    return COMMAND_DONE;
}

/* Returns the exit status; reports an error itself. */
static int sign_here(const struct register_arguments *arguments, const struct certificate *authority,
                     const char *code, struct text *out)
{
    TEXT struct text why = TEXT_EMPTY;
    struct private_key *key = private_key_read(arguments->authority_key, &why);
    int status = COMMAND_DONE;

    if (key == NULL)
        status = register_bad_file(arguments, arguments->authority_key, text_get(&why));
    else if (!signing_request_verification(authority, key, code, out, &why))
        status = account_report_wrong(arguments->report, COMMAND_BAD_IDENTIFIER, "%s: %s",
                                      arguments->authority_key, text_get(&why));
    private_key_free(key);
    return status;
}

static int take_file(const struct register_arguments *arguments, const struct certificate *authority,
                     const char *code, struct text *out)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *certificate = certificate_read(arguments->verification_certificate, &why);
    int status = COMMAND_DONE;

    if (certificate == NULL)
        status = register_bad_file(arguments, arguments->verification_certificate, text_get(&why));
    else if (verification_fits(certificate, authority, code, clock_wall_ms(), &why))
        certificate_pem(certificate, out);
    else
        status = account_report_wrong(arguments->report, COMMAND_BAD_IDENTIFIER, "%s: %s",
                                      arguments->verification_certificate, text_get(&why));
    certificate_free(certificate);
    return status;
}

/* Chooses where the devices' certificates have the thing's name, before anything is made. */
static int choose_name(struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text found = TEXT_EMPTY;
    const struct thing_name_choice choice = {
        .report = arguments->report,
        .things = &arguments->things,
        .setup = arguments->name,
        .birth_certificate = arguments->birth_certificate,
        .can_ask = !arguments->json && !arguments->yes,
    };
    int status = thing_name_read(&choice, &found);

    return status ? status : thing_name_have(&choice, account, text_get(&found));
}

static int set_up(const struct register_arguments *arguments, const struct oem_account *account,
                  const struct certificate *authority, const char *verification)
{
    const struct setup_authority authorities[] = {{authority, verification}};
    struct setup_options options = register_setup_options(arguments);
    bool done;

    options.mode = SETUP_DEFAULT;
    options.authorities = authorities;
    options.authority_count = 1;
    int status = register_set_up(arguments, account, &options, &done);
    if (!done)
        return status;
    account_report_say(arguments->report, "%s", "");
    register_say_endpoint(arguments, account, "Devices of this CA connect to ",
                          ", port 8883. The first time they");
    account_report_say(
        arguments->report,
        "send their certificate with the CA's behind it, and connect again when AWS has dropped "
        "that");
    account_report_say(arguments->report,
                       "first connection: it has made their thing by then. They may connect without SNI.");
    return status;
}

static int with_proof(const struct register_arguments *arguments, const struct oem_account *account,
                      const struct certificate *authority, const char *verification)
{
    struct register_arguments named = *arguments;
    int status = choose_name(&named, account);

    return status ? status : set_up(&named, account, authority, verification);
}

static int with_authority(const struct register_arguments *arguments, const struct oem_account *account,
                          const struct certificate *authority)
{
    TEXT struct text code = TEXT_EMPTY, why = TEXT_EMPTY, verification = TEXT_EMPTY;

    enum aws_error error = verification_code(account, &code, &why);
    if (error != AWS_OK)
        return account_report_failed(arguments->report, error, "the registration code cannot be read",
                                     text_get(&why));
    if (arguments->verification_request != NULL)
        return write_request(arguments, code.data);
    int status = arguments->authority_key != NULL ? sign_here(arguments, authority, code.data, &verification)
                                                  : take_file(arguments, authority, code.data, &verification);
    return status == COMMAND_DONE ? with_proof(arguments, account, authority, verification.data) : status;
}

static int work(const struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *authority = certificate_read(arguments->authority, &why);
    int status;

    if (authority == NULL)
        status = register_bad_file(arguments, arguments->authority, text_get(&why));
    else if (!certificate_is_authority(authority))
        status = account_report_wrong(arguments->report, COMMAND_BAD_IDENTIFIER, "%s: it %s",
                                      arguments->authority, certificate_no_authority(authority));
    else
        status = with_authority(arguments, account, authority);
    certificate_free(authority);
    return status;
}

static void warn_of_key(const struct register_arguments *arguments)
{
    TEXT struct text exposed = TEXT_EMPTY;

    if (arguments->authority_key != NULL && key_mode_warning(arguments->authority_key, &exposed))
        fprintf(stderr, "expresslink-claim: warning: %s\n", text_get(&exposed));
}

int register_jitr_command(int count, char **values)
{
    struct register_arguments arguments;
    int status = register_arguments_parse(REGISTER_JITR, count, values, &arguments);

    if (status < 0) {
        warn_of_key(&arguments);
        status = register_run(&arguments, work);
    }
    register_arguments_fini(&arguments);
    return status;
}
