/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_arguments.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/setup/setup.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/subcommand.h"
#include "command/account/option_places.h"
#include "command/account/report.h"
#include "command/command.h"

const char *register_way_name(enum register_way way)
{
    switch (way) {
    case REGISTER_CERTIFICATE:
        return "certificate";
    case REGISTER_BATCH:
        return "batch";
    case REGISTER_JITR:
        return "jitr";
    default:
        return "fleet";
    }
}

int register_usage_error(enum register_way way, const char *what, const char *value)
{
    TEXT struct text words = TEXT_EMPTY;

    text_printf(&words, "account register %s", register_way_name(way));
    return subcommand_usage_error("expresslink-claim", text_get(&words), what, value);
}

#define MANY (REGISTER_CERTIFICATE | REGISTER_BATCH)
#define SETUPS (REGISTER_JITR | REGISTER_FLEET)

enum option_key {
    OPTION_NAME = 256,
    OPTION_POLICY,
    OPTION_THING,
    OPTION_RESULT,
    OPTION_CA,
    OPTION_CA_KEY,
    OPTION_VERIFICATION_REQUEST,
    OPTION_VERIFICATION_CERTIFICATE,
    OPTION_PREFIX,
    OPTION_CLAIM_REQUEST,
    OPTION_OUTPUT,
    OPTION_BIRTH_CERTIFICATE,
    OPTION_THING_NAME,
    OPTION_THING_TYPE,
    OPTION_THING_GROUP,
    OPTION_ATTRIBUTE,
    OPTION_RATE,
    OPTION_CREATE_MISSING,
    OPTION_WITHOUT_CA,
    OPTION_ACTIVATE,
    OPTION_ADD_CERTIFICATE,
    OPTION_DRY_RUN,
    OPTION_YES,
    OPTION_JSON,
};

/* Rows of more than one page. */
#define DEVICE_OPTIONS                                                                                       \
    {"thing-name", OPTION_THING_NAME, "common-name|serial-number",                                           \
     "the subject field with the thing's name (default: the one that is a UUID or has 32 hexadecimal "       \
     "digits)"},                                                                                             \
        {"name", OPTION_NAME, "NAME",                                                                        \
         "the setup made by account apply (default: expresslink); its policy is NAME-module"},               \
        {"policy", OPTION_POLICY, "NAME", "another policy for the devices"},                                 \
        {"thing-type", OPTION_THING_TYPE, "NAME", "thing type of the devices"},                              \
        {"thing-group", OPTION_THING_GROUP, "NAME", "a thing group for them; may be given several times"},   \
        {"create-missing", OPTION_CREATE_MISSING, NULL,                                                      \
         "create policy, thing type and groups that the account does not have"},                             \
        {"without-ca", OPTION_WITHOUT_CA, NULL, "do not check that the account has the certificate's CA"},   \
        {"activate", OPTION_ACTIVATE, NULL, "also activate certificates that someone has made inactive"},    \
    {                                                                                                        \
        "add-certificate", OPTION_ADD_CERTIFICATE, NULL,                                                     \
            "add this certificate even if the thing has another one"                                         \
    }
/* Of a setup, which shows its changes and asks. */
#define SETUP_OPTIONS                                                                                        \
    {"thing-type", OPTION_THING_TYPE, "NAME", "thing type of the devices"},                                  \
        {"thing-group", OPTION_THING_GROUP, "NAME", "a thing group for them; may be given several times"},   \
        {"attribute", OPTION_ATTRIBUTE, "NAME=VALUE",                                                        \
         "an attribute of the things; may be given several times"},                                          \
        {"dry-run", OPTION_DRY_RUN, NULL, "show what would change, and change nothing"},                     \
    {                                                                                                        \
        "yes", OPTION_YES, NULL, "do not ask"                                                                \
    }
#define OUTPUT_OPTIONS {"json", OPTION_JSON, NULL, "JSON on standard output, for programs"}, AWS_ARGUMENTS

#define STATUS                                                                                               \
    "64 wrong arguments, 65 not a device's certificate, 66 a file cannot be read, 69 AWS cannot be "         \
    "reached or refuses, 73 or 74 a file cannot be created or written, 77 no permission or no "              \
    "credentials, 130 interrupted"

static const struct command_option certificate_options[] = {
    {"thing", OPTION_THING, "NAME", "the thing's name"},
    DEVICE_OPTIONS,
    {"dry-run", OPTION_DRY_RUN, NULL, "say what would be done, and change nothing"},
    OUTPUT_OPTIONS,
};

const struct command_page register_certificate_page = {
    .name = "expresslink-claim account register certificate",
    .synopsis = "[OPTION]... FILE",
    .about = "Registers one device by its birth certificate: makes the thing, registers the "
             "certificate as active, and attaches policy and thing to it. Can be repeated: existing "
             "parts are kept.",
    .options = certificate_options,
    .option_count = sizeof certificate_options / sizeof *certificate_options,
    .examples = "expresslink-claim account register certificate birth.pem --thing-group lamps",
    .exit_status = "0 registered now or before, 1 something existing conflicts, " STATUS,
};

static const struct command_option batch_options[] = {
    {"result", OPTION_RESULT, "FILE", "the result file, a CSV (default: FOLDER.result.csv, beside it)"},
    {"rate", OPTION_RATE, "NUMBER",
     "at most so many devices per second (default: 9.5, below the usual limit of AWS: 10; slower while AWS "
     "asks for fewer calls)"},
    DEVICE_OPTIONS,
    {"dry-run", OPTION_DRY_RUN, NULL, "read and check everything, and change nothing"},
    OUTPUT_OPTIONS,
};

const struct command_page register_batch_page = {
    .name = "expresslink-claim account register batch",
    .synopsis = "[OPTION]... FOLDER|FILE",
    .about = "Registers many devices by their birth certificates: a folder of PEM files (.pem, .crt, "
             ".cer, .cert), a CSV (.csv, .tsv) with the columns certificate (PEM, or a file beside "
             "the list) and thing_name (optional), or one file with many certificates. The result "
             "file has one row for each. A bad certificate does not stop the others. Repeat the "
             "command to continue and to retry those that failed: it skips what the result file has "
             "as registered.",
    .options = batch_options,
    .option_count = sizeof batch_options / sizeof *batch_options,
    .examples = "expresslink-claim account register batch births/ --dry-run\n"
                "expresslink-claim account register batch births.csv --rate 8",
    .exit_status = "0 all are registered, 1 some failed, or something existing conflicts, " STATUS,
};

static const struct command_option jitr_options[] = {
    {"ca", OPTION_CA, "FILE", "the CA's certificate"},
    {"ca-key", OPTION_CA_KEY, "FILE", "its key, if you have it: signs the verification certificate here"},
    {"verification-request", OPTION_VERIFICATION_REQUEST, "FILE",
     "if the key is elsewhere: writes a signing request for the holder of the key, and says what to "
     "do with it"},
    {"verification-certificate", OPTION_VERIFICATION_CERTIFICATE, "FILE",
     "the certificate that the holder sent back"},
    {"birth-certificate", OPTION_BIRTH_CERTIFICATE, "FILE",
     "a birth certificate that the CA has signed (PEM or DER): shows where these have the thing's name"},
    {"thing-name", OPTION_THING_NAME, "common-name|serial-number",
     "says it instead; without either, the command asks"},
    {"name", OPTION_NAME, "NAME",
     "the setup's name: role NAME-provisioning, policy NAME-module, template NAME (default: "
     "expresslink)"},
    SETUP_OPTIONS,
    OUTPUT_OPTIONS,
};

const struct command_page register_jitr_page = {
    .name = "expresslink-claim account register jitr",
    .synopsis = "--ca FILE --ca-key FILE [OPTION]...\n"
                "--ca FILE --verification-request FILE [OPTION]...\n"
                "--ca FILE --verification-certificate FILE [OPTION]...",
    .about = "Just-in-time registration: a CA in mode DEFAULT, whose devices AWS registers by a "
             "template when they first connect. AWS needs proof that you have the CA's key: a "
             "verification certificate that the key has signed. Shows the changes and asks before it "
             "makes them.",
    .options = jitr_options,
    .option_count = sizeof jitr_options / sizeof *jitr_options,
    .exit_status = "0 done, 1 declined, or something existing conflicts, " STATUS,
};

static const struct command_option fleet_options[] = {
    {"claim-request", OPTION_CLAIM_REQUEST, "FILE",
     "signing request of the claim certificate: expresslink-claim keygen --name fleet-claim makes it, "
     "with its key"},
    {"output", OPTION_OUTPUT, "FILE",
     "where to write the claim certificate (default: FILE.pem for FILE.csr); never overwritten"},
    {"prefix", OPTION_PREFIX, "TEXT", "a thing's name is TEXT and its serial number (default: no TEXT)"},
    {"name", OPTION_NAME, "NAME",
     "the setup's name: template NAME-fleet, policies NAME-module and NAME-claim, role "
     "NAME-provisioning (default: expresslink)"},
    SETUP_OPTIONS,
    OUTPUT_OPTIONS,
};

const struct command_page register_fleet_page = {
    .name = "expresslink-claim account register fleet",
    .synopsis = "[--claim-request FILE] [OPTION]...",
    .about = "Fleet provisioning by claim: all devices share a claim certificate that can only be "
             "used to ask for their own certificate, with their serial number. Makes role, template, "
             "policies, and the claim certificate for a signing request. Shows the changes and asks "
             "before it makes them.",
    .options = fleet_options,
    .option_count = sizeof fleet_options / sizeof *fleet_options,
    .exit_status = "0 done, 1 declined, or something existing conflicts, " STATUS,
};

static const struct command_page *page_of(enum register_way way)
{
    switch (way) {
    case REGISTER_CERTIFICATE:
        return &register_certificate_page;
    case REGISTER_BATCH:
        return &register_batch_page;
    case REGISTER_JITR:
        return &register_jitr_page;
    default:
        return &register_fleet_page;
    }
}

#define AT(member) offsetof(struct register_arguments, member)
static const struct option_place places[] = {
    {OPTION_NAME, PLACE_TEXT, AT(name), NULL},
    {OPTION_POLICY, PLACE_TEXT, AT(policy), NULL},
    {OPTION_THING, PLACE_TEXT, AT(thing), NULL},
    {OPTION_RESULT, PLACE_TEXT, AT(result), NULL},
    {OPTION_CA, PLACE_TEXT, AT(authority), NULL},
    {OPTION_CA_KEY, PLACE_TEXT, AT(authority_key), NULL},
    {OPTION_VERIFICATION_REQUEST, PLACE_TEXT, AT(verification_request), NULL},
    {OPTION_VERIFICATION_CERTIFICATE, PLACE_TEXT, AT(verification_certificate), NULL},
    {OPTION_PREFIX, PLACE_TEXT, AT(prefix), NULL},
    {OPTION_CLAIM_REQUEST, PLACE_TEXT, AT(claim_request), NULL},
    {OPTION_OUTPUT, PLACE_TEXT, AT(output), NULL},
    {OPTION_BIRTH_CERTIFICATE, PLACE_TEXT, AT(birth_certificate), NULL},
    {OPTION_CREATE_MISSING, PLACE_SWITCH, AT(create_missing), NULL},
    {OPTION_WITHOUT_CA, PLACE_SWITCH, AT(without_authority), NULL},
    {OPTION_ACTIVATE, PLACE_SWITCH, AT(activate), NULL},
    {OPTION_ADD_CERTIFICATE, PLACE_SWITCH, AT(add_certificate), NULL},
    {OPTION_DRY_RUN, PLACE_SWITCH, AT(dry_run), NULL},
    {OPTION_YES, PLACE_SWITCH, AT(yes), NULL},
    {OPTION_JSON, PLACE_SWITCH, AT(json), NULL},
    {OPTION_THING_NAME, PLACE_THINGS, AT(things), account_things_take_name},
    {OPTION_THING_TYPE, PLACE_THINGS, AT(things), account_things_take_type},
    {OPTION_THING_GROUP, PLACE_THINGS, AT(things), account_things_take_group},
    {OPTION_ATTRIBUTE, PLACE_THINGS, AT(things), account_things_take_attribute},
};

static int take_option(struct register_arguments *out, int option)
{
    const char *problem = NULL;

    if (option == '?')
        return register_usage_error(out->way, "unknown option, or an option without its value", "");
    if (option == 'h')
        return command_help(page_of(out->way));
    if (aws_arguments_take(&out->aws, option, optarg))
        return -1;
    if (!option_places_take(places, sizeof places / sizeof *places, out, option, optarg, &problem) &&
        !number_parse_decimal(optarg, 0.01, 1000, &out->rate)) /* the only other one is --rate */
        problem = "--rate needs devices per second, 0.01 to 1000, not ";
    return problem == NULL ? -1 : register_usage_error(out->way, problem, optarg);
}

static int check_paths(const struct register_arguments *out)
{
    if ((out->way & MANY) != 0 && out->path == NULL)
        return register_usage_error(out->way,
                                    out->way == REGISTER_BATCH
                                        ? "a folder or file with the certificates is missing"
                                        : "the file with the device's certificate is missing",
                                    "");
    if ((out->way & SETUPS) != 0 && out->path != NULL)
        return register_usage_error(out->way, "unexpected argument: ", out->path);
    return -1;
}

/* Exactly one of three options shows AWS who has the CA's key. */
static int check_jitr(const struct register_arguments *out)
{
    int given = (out->authority_key != NULL) + (out->verification_request != NULL) +
                (out->verification_certificate != NULL);

    if (out->authority == NULL)
        return register_usage_error(out->way, "--ca FILE is missing: the manufacturer's CA", "");
    if (given != 1)
        return register_usage_error(
            out->way,
            "give one of --ca-key, --verification-request and --verification-certificate: "
            "it shows AWS that you have the CA's key",
            "");
    return -1;
}

static int check_together(const struct register_arguments *out)
{
    int status = check_paths(out);

    if (status < 0 && !setup_name_fits(out->name))
        status = register_usage_error(
            out->way, "--name needs 1 to 36 letters, digits, dashes and underscores, not ", out->name);
    if (status < 0 && out->way == REGISTER_FLEET && strlen(out->name) > SETUP_NAME_FLEET_MAX)
        status =
            register_usage_error(out->way, "a fleet's --name has at most 30 characters, unlike ", out->name);
    if (status < 0 && account_things_problem(&out->things) != NULL)
        status = register_usage_error(out->way, account_things_problem(&out->things), "");
    if (status < 0 && out->way == REGISTER_JITR)
        status = check_jitr(out);
    if (status < 0 && out->way == REGISTER_FLEET && out->output != NULL && out->claim_request == NULL)
        status = register_usage_error(out->way, "--output is only for --claim-request FILE", "");
    if (status < 0 && out->json && (out->way & SETUPS) != 0 && !out->yes && !out->dry_run)
        status = register_usage_error(out->way, "--json cannot ask: add --yes or --dry-run", "");
    return status;
}

static char *choose_policy(const struct register_arguments *arguments)
{
    TEXT struct text name = TEXT_EMPTY;

    if (arguments->policy != NULL)
        return memory_string(arguments->policy);
    text_printf(&name, "%s-module", arguments->name);
    return text_take(&name);
}

int register_arguments_parse(enum register_way way, int count, char **values, struct register_arguments *out)
{
    struct command_options options;
    int option, status = -1;

    *out = (struct register_arguments){.way = way, .name = SETUP_NAME_DEFAULT, .prefix = ""};
    command_options_init(page_of(way), "", &options);
    while (status < 0 && (option = command_options_next(&options, count, values)) != -1)
        status = take_option(out, option);
    if (status >= 0)
        return status;
    if (optind < count)
        out->path = values[optind++];
    if (optind < count)
        return register_usage_error(way, "unexpected argument: ", values[optind]);
    status = check_together(out);
    if (status < 0)
        out->policy_name = choose_policy(out);
    return status;
}

void register_arguments_fini(struct register_arguments *arguments)
{
    account_things_fini(&arguments->things);
    free(arguments->policy_name);
}
