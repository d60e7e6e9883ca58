/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/setup/setup.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/subcommand.h"
#include "command/account/report.h"
#include "command/command.h"

#define DEVICE_HELP                                                                                          \
    "  --thing-name FIELD  the subject field with the thing's name: common-name\n"                           \
    "                      (default) or serial-number\n"                                                     \
    "  --name NAME         the setup made by account apply (default: expresslink); its\n"                    \
    "                      policy is NAME-module\n"                                                          \
    "  --policy NAME       another policy for the devices\n"                                                 \
    "  --thing-type NAME   thing type of the devices\n"                                                      \
    "  --thing-group NAME  a thing group for them; may be given several times\n"                             \
    "  --create-missing    create policy, thing type and groups that the account does not have\n"            \
    "  --without-ca        do not check that the account has the certificate's CA\n"                         \
    "  --activate          also activate certificates that someone has made inactive\n"                      \
    "  --add-certificate   add this certificate even if the thing has another one\n"

#define JSON_HELP "  --json              JSON on standard output, for programs\n"

#define STATUS_HELP                                                                                          \
    "64 wrong arguments, 65 not a device's certificate, 66 a file cannot be read, 69 AWS cannot be\n"        \
    "reached or refuses, 73 or 74 a file cannot be created or written, 77 no permission or no\n"             \
    "credentials, 130 interrupted.\n"

static const char certificate_help[] =
    "Usage: expresslink-claim account register certificate [OPTION]... FILE\n"
    "\n"
    "Registers one device by its birth certificate: makes the thing, registers the certificate as\n"
    "active, and attaches policy and thing to it. Can be repeated: existing parts are kept.\n"
    "\n"
    "  --thing NAME        the thing's name\n" DEVICE_HELP
    "  --dry-run           say what would be done, and change nothing\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Example:\n"
    "  expresslink-claim account register certificate birth.pem --thing-group lamps\n"
    "\n"
    "Exit status: 0 registered now or before, 1 something existing conflicts,\n" STATUS_HELP;

static const char batch_help[] =
    "Usage: expresslink-claim account register batch [OPTION]... FOLDER|FILE\n"
    "\n"
    "Registers many devices by their birth certificates: a folder of PEM files (.pem, .crt, .cer,\n"
    ".cert), a CSV (.csv, .tsv) with the columns certificate (PEM, or a file beside the list) and\n"
    "thing_name (optional), or one file with many certificates. The result file has one row for each.\n"
    "A bad certificate does not stop the others. Repeat the command to continue and to retry those\n"
    "that failed: it skips what the result file has as registered.\n"
    "\n"
    "  --result FILE       the result file, a CSV (default: FOLDER.result.csv, beside it)\n"
    "  --rate NUMBER       at most so many devices per second (default: 9.5, below the usual\n"
    "                      limit of AWS: 10; slower while AWS asks for fewer calls)\n" DEVICE_HELP
    "  --dry-run           read and check everything, and change nothing\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Examples:\n"
    "  expresslink-claim account register batch births/ --dry-run\n"
    "  expresslink-claim account register batch births.csv --thing-type lamp --rate 8\n"
    "\n"
    "Exit status: 0 all are registered, 1 some failed, or something existing conflicts,\n" STATUS_HELP;

static const char jitr_help[] =
    "Usage: expresslink-claim account register jitr --ca FILE --ca-key FILE [OPTION]...\n"
    "       expresslink-claim account register jitr --ca FILE --verification-request FILE [OPTION]...\n"
    "       expresslink-claim account register jitr --ca FILE --verification-certificate FILE\n"
    "                                               [OPTION]...\n"
    "\n"
    "Just-in-time registration: a CA in mode DEFAULT, whose devices AWS registers by a template when\n"
    "they first connect. AWS needs proof that you have the CA's key: a verification certificate that\n"
    "the key has signed. Shows the changes and asks before it makes them.\n"
    "\n"
    "  --ca FILE                  the CA's certificate\n"
    "  --ca-key FILE              its key, if you have it: signs the verification certificate here\n"
    "  --verification-request FILE      if the key is elsewhere: writes a signing request for\n"
    "                             the holder of the key, and says what to do with it\n"
    "  --verification-certificate FILE  the certificate that the holder sent back\n"
    "  --thing-name FIELD  the subject field with the thing's name: common-name\n"
    "                      (default) or serial-number\n"
    "  --name NAME         the setup's name: role NAME-provisioning, policy NAME-module, template NAME\n"
    "                      (default: expresslink)\n"
    "  --thing-type NAME   thing type of the devices\n"
    "  --thing-group NAME  a thing group for them; may be given several times\n"
    "  --attribute NAME=VALUE  an attribute of the things; may be given several times\n"
    "  --dry-run           show what would change, and change nothing\n"
    "  --yes               do not ask\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Exit status: 0 done, 1 declined, or something existing conflicts,\n" STATUS_HELP;

static const char fleet_help[] =
    "Usage: expresslink-claim account register fleet [--claim-request FILE] [OPTION]...\n"
    "\n"
    "Fleet provisioning by claim: all devices share a claim certificate that can only be used to ask\n"
    "for their own certificate, with their serial number. Makes role, template, policies, and the claim\n"
    "certificate for a signing request. Shows the changes and asks before it makes them.\n"
    "\n"
    "  --claim-request FILE  signing request of the claim certificate: expresslink-claim keygen\n"
    "                      --name fleet-claim makes it, with its key\n"
    "  --output FILE       where to write the claim certificate (default: FILE.pem for FILE.csr);\n"
    "                      never overwritten\n"
    "  --prefix TEXT       a thing's name is TEXT and its serial number (default: no TEXT)\n"
    "  --name NAME         the setup's name: template NAME-fleet, policies NAME-module and NAME-claim,\n"
    "                      role NAME-provisioning (default: expresslink)\n"
    "  --thing-type NAME   thing type of the devices\n"
    "  --thing-group NAME  a thing group for them; may be given several times\n"
    "  --attribute NAME=VALUE  an attribute of the things; may be given several times\n"
    "  --dry-run           show what would change, and change nothing\n"
    "  --yes               do not ask\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Exit status: 0 done, 1 declined, or something existing conflicts,\n" STATUS_HELP;

static const char *register_help(enum register_way way)
{
    switch (way) {
    case REGISTER_CERTIFICATE:
        return certificate_help;
    case REGISTER_BATCH:
        return batch_help;
    case REGISTER_JITR:
        return jitr_help;
    default:
        return fleet_help;
    }
}

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

#define ONE REGISTER_CERTIFICATE
#define MANY (REGISTER_CERTIFICATE | REGISTER_BATCH)
#define SETUPS (REGISTER_JITR | REGISTER_FLEET)
#define ALL (MANY | SETUPS)

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
    OPTION_THING_NAME, /* from here on, options that are parsed, not just kept */
    OPTION_THING_TYPE,
    OPTION_THING_GROUP,
    OPTION_ATTRIBUTE,
    OPTION_RATE,
    OPTION_CREATE_MISSING, /* from here on, switches */
    OPTION_WITHOUT_CA,
    OPTION_ACTIVATE,
    OPTION_ADD_CERTIFICATE,
    OPTION_DRY_RUN,
    OPTION_YES,
    OPTION_JSON,
    OPTION_HELP,
};

static const struct {
    struct option option;
    unsigned ways;
} rows[] = {
    {{"name", required_argument, NULL, OPTION_NAME}, ALL},
    {{"policy", required_argument, NULL, OPTION_POLICY}, MANY},
    {{"thing", required_argument, NULL, OPTION_THING}, ONE},
    {{"thing-name", required_argument, NULL, OPTION_THING_NAME}, MANY | REGISTER_JITR},
    {{"thing-type", required_argument, NULL, OPTION_THING_TYPE}, ALL},
    {{"thing-group", required_argument, NULL, OPTION_THING_GROUP}, ALL},
    {{"attribute", required_argument, NULL, OPTION_ATTRIBUTE}, SETUPS},
    {{"result", required_argument, NULL, OPTION_RESULT}, REGISTER_BATCH},
    {{"rate", required_argument, NULL, OPTION_RATE}, REGISTER_BATCH},
    {{"create-missing", no_argument, NULL, OPTION_CREATE_MISSING}, MANY},
    {{"without-ca", no_argument, NULL, OPTION_WITHOUT_CA}, MANY},
    {{"activate", no_argument, NULL, OPTION_ACTIVATE}, MANY},
    {{"add-certificate", no_argument, NULL, OPTION_ADD_CERTIFICATE}, MANY},
    {{"ca", required_argument, NULL, OPTION_CA}, REGISTER_JITR},
    {{"ca-key", required_argument, NULL, OPTION_CA_KEY}, REGISTER_JITR},
    {{"verification-request", required_argument, NULL, OPTION_VERIFICATION_REQUEST}, REGISTER_JITR},
    {{"verification-certificate", required_argument, NULL, OPTION_VERIFICATION_CERTIFICATE}, REGISTER_JITR},
    {{"prefix", required_argument, NULL, OPTION_PREFIX}, REGISTER_FLEET},
    {{"claim-request", required_argument, NULL, OPTION_CLAIM_REQUEST}, REGISTER_FLEET},
    {{"output", required_argument, NULL, OPTION_OUTPUT}, REGISTER_FLEET},
    {{"dry-run", no_argument, NULL, OPTION_DRY_RUN}, ALL},
    {{"yes", no_argument, NULL, OPTION_YES}, SETUPS},
    {{"json", no_argument, NULL, OPTION_JSON}, ALL},
    {{"help", no_argument, NULL, OPTION_HELP}, ALL},
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

static const struct option aws_rows[] = {AWS_ARGUMENTS, {NULL, 0, NULL, 0}};

/* out has room for all rows, the AWS options, and the end. */
static void choose_rows(enum register_way way, struct option *out)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if ((rows[i].ways & way) != 0)
            *out++ = rows[i].option;
    memcpy(out, aws_rows, sizeof aws_rows);
}

static void take_text(struct register_arguments *out, int option, const char *value)
{
    const char **const places[] = {
        [0] = &out->name,
        [OPTION_POLICY - OPTION_NAME] = &out->policy,
        [OPTION_THING - OPTION_NAME] = &out->thing,
        [OPTION_RESULT - OPTION_NAME] = &out->result,
        [OPTION_CA - OPTION_NAME] = &out->authority,
        [OPTION_CA_KEY - OPTION_NAME] = &out->authority_key,
        [OPTION_VERIFICATION_REQUEST - OPTION_NAME] = &out->verification_request,
        [OPTION_VERIFICATION_CERTIFICATE - OPTION_NAME] = &out->verification_certificate,
        [OPTION_PREFIX - OPTION_NAME] = &out->prefix,
        [OPTION_CLAIM_REQUEST - OPTION_NAME] = &out->claim_request,
        [OPTION_OUTPUT - OPTION_NAME] = &out->output,
    };

    *places[option - OPTION_NAME] = value;
}

static void take_switch(struct register_arguments *out, int option)
{
    bool *const places[] = {
        [0] = &out->create_missing,
        [OPTION_WITHOUT_CA - OPTION_CREATE_MISSING] = &out->without_authority,
        [OPTION_ACTIVATE - OPTION_CREATE_MISSING] = &out->activate,
        [OPTION_ADD_CERTIFICATE - OPTION_CREATE_MISSING] = &out->add_certificate,
        [OPTION_DRY_RUN - OPTION_CREATE_MISSING] = &out->dry_run,
        [OPTION_YES - OPTION_CREATE_MISSING] = &out->yes,
        [OPTION_JSON - OPTION_CREATE_MISSING] = &out->json,
    };

    *places[option - OPTION_CREATE_MISSING] = true;
}

/* Returns NULL, or an error sentence. */
static const char *take_value(struct register_arguments *out, int option, const char *value)
{
    switch (option) {
    case OPTION_THING_NAME:
        return account_things_take_name(&out->things, value);
    case OPTION_THING_TYPE:
        return account_things_take_type(&out->things, value);
    case OPTION_ATTRIBUTE:
        return account_things_take_attribute(&out->things, value);
    case OPTION_RATE:
        return number_parse_decimal(value, 0.01, 1000, &out->rate)
                   ? NULL
                   : "--rate needs devices per second, 0.01 to 1000, not ";
    default:
        return account_things_take_group(&out->things, value);
    }
}

static int take_option(struct register_arguments *out, int option)
{
    const char *wanted = NULL;

    if (option == '?')
        return register_usage_error(out->way, "unknown option, or an option without its value", "");
    if (option == OPTION_HELP)
        return fputs(register_help(out->way), stdout) < 0 ? COMMAND_IO : COMMAND_DONE;
    if (aws_arguments_take(&out->aws, option, optarg))
        return -1;
    if (option < OPTION_THING_NAME)
        take_text(out, option, optarg);
    else if (option >= OPTION_CREATE_MISSING)
        take_switch(out, option);
    else
        wanted = take_value(out, option, optarg);
    return wanted == NULL ? -1 : register_usage_error(out->way, wanted, optarg);
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
    struct option options[ROW_COUNT + sizeof aws_rows / sizeof *aws_rows];
    int option, status = -1;

    *out = (struct register_arguments){
        .way = way, .name = SETUP_NAME_DEFAULT, .things = {.name_field = "CommonName"}, .prefix = ""};
    choose_rows(way, options);
    optind = 0; /* restarts getopt, which already read the subcommand */
    while (status < 0 && (option = getopt_long(count, values, "", options, NULL)) != -1)
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
