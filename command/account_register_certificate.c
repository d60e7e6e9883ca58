/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register certificate */
#include <stdio.h>

#include "account/registration.h"
#include "base/clock.h"
#include "base/terminal.h"
#include "command/account_register_device.h"
#include "command/account_register_report.h"
#include "command/account_register_ways.h"
#include "command/command.h"

static void print_way(const struct registrar *registrar, const struct certificate *certificate)
{
    TEXT struct text authority = TEXT_EMPTY, safe = TEXT_EMPTY;

    if (registrar_uses_authority(registrar, certificate, &authority)) {
        terminal_add(authority.data, &safe);
        printf("  by           RegisterCertificate: the account has its CA in mode DEFAULT (%s)\n",
               safe.data);
    } else
        puts("  by           RegisterCertificateWithoutCA: no CA of mode DEFAULT has signed it");
}

static void print_device(const struct register_arguments *arguments, const struct registrar *registrar,
                         const struct certificate *certificate, const char *thing)
{
    char id[CERTIFICATE_ID_SIZE];

    certificate_id(certificate, id);
    printf("  thing        %s\n  certificate  %s\n", thing, id);
    printf("  policy       %s\n", arguments->policy_name);
    print_way(registrar, certificate);
}

static int register_it(const struct register_arguments *arguments, const struct oem_account *account,
                       struct registrar *registrar, const struct certificate *certificate, const char *thing)
{
    TEXT struct text why = TEXT_EMPTY;
    enum registration_result result = REGISTRATION_NEW;

    if (arguments->dry_run) {
        puts("Would be registered:");
        print_device(arguments, registrar, certificate, thing);
        return COMMAND_DONE;
    }
    enum aws_error error = registrar_register(registrar, certificate, thing, &result, &why);
    if (error != AWS_OK)
        return register_failed(error, "the device is not registered", text_get(&why));
    puts(result == REGISTRATION_NEW ? "Registered:" : "It was registered before; nothing is missing:");
    print_device(arguments, registrar, certificate, thing);
    register_print_endpoint(account, "\nThe device connects to ",
                            ", port 8883, with this certificate and its key,");
    printf("\nwith the client id %s: on an ExpressLink module AT+CONF Endpoint=... once, then AT+CONNECT.\n",
           thing);
    return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_IO;
}

static int with_certificate(const struct register_arguments *arguments, const struct oem_account *account,
                            const struct certificate *certificate)
{
    TEXT struct text thing = TEXT_EMPTY, why = TEXT_EMPTY;
    struct registrar *registrar = NULL;

    if (!registration_certificate_fits(certificate, clock_wall_ms(), &why) ||
        !registration_thing_name(certificate, arguments->name_field,
                                 arguments->thing != NULL ? arguments->thing : "", &thing, &why)) {
        register_complain("%s: %s", arguments->path, text_get(&why));
        return COMMAND_BAD_IDENTIFIER;
    }
    int status = register_open(arguments, account, &registrar);
    if (status == COMMAND_DONE)
        status = register_it(arguments, account, registrar, certificate, thing.data);
    registrar_free(registrar);
    return status;
}

static int work(const struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *certificate = certificate_read(arguments->path, &why);
    int status = COMMAND_BAD_IDENTIFIER;

    if (certificate != NULL)
        status = with_certificate(arguments, account, certificate);
    else
        register_complain("%s", text_get(&why));
    certificate_free(certificate);
    return status;
}

int register_certificate_command(int count, char **values)
{
    struct register_arguments arguments;
    int status = register_arguments_parse(REGISTER_CERTIFICATE, count, values, &arguments);

    if (status < 0)
        status = register_with_account(&arguments, work);
    register_arguments_fini(&arguments);
    return status;
}
