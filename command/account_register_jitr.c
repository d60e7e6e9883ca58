/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register jitr */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "account/private_key.h"
#include "account/signing_request.h"
#include "account/verification.h"
#include "base/clock.h"
#include "base/file.h"
#include "command/account_register_report.h"
#include "command/account_register_setup.h"
#include "command/account_register_ways.h"
#include "command/command.h"

/* The request for whoever has the CA's key, and what they have to do. */
static int write_request(const struct register_arguments *arguments, const char *code)
{
    const char *path = arguments->verification_request;
    TEXT struct text request = TEXT_EMPTY, why = TEXT_EMPTY;

    if (!verification_request(code, &request, &why)) {
        register_complain("%s", text_get(&why));
        return COMMAND_BAD_IDENTIFIER;
    }
    int error = file_create(path, request.data, request.length, 0644);
    if (error == EEXIST) {
        register_complain("%s is there already, and is not overwritten: name another file, or go on with "
                          "--verification-certificate",
                          path);
        return COMMAND_CANNOT_CREATE;
    }
    if (error != 0) {
        register_complain("%s cannot be made: %s", path, strerror(error));
        return COMMAND_CANNOT_CREATE;
    }
    printf("%s is the request. Whoever has the key of the CA signs it as it is:\n\n"
           "  openssl x509 -req -in %s -CA %s -CAkey CA.key -CAcreateserial \\\n"
           "    -days 30 -sha256 -out verification.pem\n\n"
           "and sends verification.pem back, which is no secret. Then:\n\n"
           "  expresslink-claim account register jitr --ca %s \\\n"
           "    --verification-certificate verification.pem\n",
           path, path, arguments->authority, arguments->authority);
    return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_IO;
}

/* False after it has printed why. */
static bool sign_here(const struct register_arguments *arguments, const struct certificate *authority,
                      const char *code, struct text *out)
{
    TEXT struct text why = TEXT_EMPTY;
    struct private_key *key = private_key_read(arguments->authority_key, &why);
    bool signed_it = key != NULL && signing_request_verification(authority, key, code, out, &why);

    if (!signed_it)
        register_complain(key != NULL ? "%s: %s" : "%.0s%s", arguments->authority_key, text_get(&why));
    private_key_free(key);
    return signed_it;
}

static bool take_file(const struct register_arguments *arguments, const struct certificate *authority,
                      const char *code, struct text *out)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *certificate = certificate_read(arguments->verification_certificate, &why);
    bool read = certificate != NULL;
    bool fits = read && verification_fits(certificate, authority, code, clock_wall_ms(), &why);

    if (fits)
        certificate_pem(certificate, out);
    else if (read)
        register_complain("%s: %s", arguments->verification_certificate, text_get(&why));
    else
        register_complain("%s", text_get(&why));
    certificate_free(certificate);
    return fits;
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
    register_print_endpoint(account, "\nDevices of this CA connect to ",
                            ", port 8883. The first time they\n");
    puts("send their certificate with the CA's behind it, and connect again when AWS has dropped that\n"
         "first connection: it has made their thing by then. They may connect without SNI.");
    return fflush(stdout) == 0 ? status : COMMAND_IO;
}

static int with_authority(const struct register_arguments *arguments, const struct oem_account *account,
                          const struct certificate *authority)
{
    TEXT struct text code = TEXT_EMPTY, why = TEXT_EMPTY, verification = TEXT_EMPTY;

    enum aws_error error = verification_code(account, &code, &why);
    if (error != AWS_OK)
        return register_failed(error, "the registration code cannot be asked for", text_get(&why));
    if (arguments->verification_request != NULL)
        return write_request(arguments, code.data);
    bool verified = arguments->authority_key != NULL
                        ? sign_here(arguments, authority, code.data, &verification)
                        : take_file(arguments, authority, code.data, &verification);
    return verified ? set_up(arguments, account, authority, verification.data) : COMMAND_BAD_IDENTIFIER;
}

static int work(const struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *authority = certificate_read(arguments->authority, &why);
    int status = COMMAND_BAD_IDENTIFIER;

    if (authority == NULL)
        register_complain("%s", text_get(&why));
    else if (!certificate_is_authority(authority))
        register_complain("%s: this is no CA's certificate (its basic constraints do not say CA): ask the "
                          "manufacturer for that of the CA which signs the devices' certificates",
                          arguments->authority);
    else
        status = with_authority(arguments, account, authority);
    certificate_free(authority);
    return status;
}

int register_jitr_command(int count, char **values)
{
    struct register_arguments arguments;
    int status = register_arguments_parse(REGISTER_JITR, count, values, &arguments);

    if (status < 0)
        status = register_with_account(&arguments, work);
    register_arguments_fini(&arguments);
    return status;
}
