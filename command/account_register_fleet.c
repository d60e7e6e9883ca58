/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register fleet */
#include <stdio.h>
#include <string.h>

#include "account/fleet.h"
#include "account/signing_request.h"
#include "command/account_register_report.h"
#include "command/account_register_setup.h"
#include "command/account_register_ways.h"
#include "command/command.h"

/* "secrets/fleet-claim.csr" has "secrets/fleet-claim.pem". */
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

static int make_claim(const struct oem_account *account, const struct fleet_claim *claim)
{
    TEXT struct text why = TEXT_EMPTY;
    bool made = false;
    enum aws_error error = fleet_claim_certificate(account, claim, &made, &why);

    if (error == AWS_UNREADABLE) {
        register_complain("%s", text_get(&why));
        return COMMAND_CANNOT_CREATE;
    }
    if (error != AWS_OK)
        return register_failed(error, "there is no claim certificate yet; the same command goes on from here",
                               text_get(&why));
    printf("\nThe claim certificate is %s%s.\n", claim->path, made ? "" : "; it was made before");
    return COMMAND_DONE;
}

static void print_next(const struct register_arguments *arguments, const struct oem_account *account)
{
    if (arguments->claim_request == NULL)
        puts("\nNext, the claim certificate:\n\n"
             "  expresslink-claim keygen --name fleet-claim\n"
             "  expresslink-claim account register fleet --claim-request fleet-claim.csr");
    register_print_endpoint(account, "\nA device without a certificate of its own connects to ", ",\n");
    printf("port 8883, with the claim certificate and its key, and publishes to\n"
           "  $aws/certificates/create/json or $aws/certificates/create-from-csr/json, and then\n"
           "  $aws/provisioning-templates/%s-fleet/provision/json\n"
           "    {\"certificateOwnershipToken\":\"...\",\"parameters\":{\"SerialNumber\":\"...\"}}\n"
           "Its thing is %s<SerialNumber>; it connects again with the certificate that it was given.\n",
           arguments->name, arguments->prefix);
}

/* claim: NULL where there is no request. */
static int set_up(const struct register_arguments *arguments, const struct oem_account *account,
                  const struct fleet_claim *claim)
{
    struct setup_options options = register_setup_options(arguments);
    bool done;

    options.fleet_prefix = arguments->prefix;
    int status = register_set_up(arguments, account, &options, &done);
    if (done && claim != NULL)
        status = make_claim(account, claim);
    if (done && status == COMMAND_DONE)
        print_next(arguments, account);
    return fflush(stdout) == 0 ? status : COMMAND_IO;
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
    register_complain("%s", text_get(&why));
    return COMMAND_CANNOT_CREATE;
}

static int work(const struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text request = TEXT_EMPTY, why = TEXT_EMPTY;

    if (arguments->claim_request == NULL)
        return set_up(arguments, account, NULL);
    if (signing_request_read(arguments->claim_request, &request, &why))
        return set_up_with_claim(arguments, account, text_get(&request));
    register_complain("%s", text_get(&why));
    return COMMAND_BAD_IDENTIFIER;
}

int register_fleet_command(int count, char **values)
{
    struct register_arguments arguments;
    int status = register_arguments_parse(REGISTER_FLEET, count, values, &arguments);

    if (status < 0)
        status = register_with_account(&arguments, work);
    register_arguments_fini(&arguments);
    return status;
}
