/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/setup/setup.h"
#include "base/memory.h"
#include "base/subcommand.h"
#include "base/text.h"
#include "base/utf8.h"
#include "command/command.h"

#define STATUS                                                                                               \
    "\n"                                                                                                     \
    "Exit status: 0 done, or there is nothing to do; 1 declined, or something\n"                             \
    "existing conflicts; 64 wrong arguments; 65 a file has the wrong content; 66 a\n"                        \
    "file cannot be read; 69 AWS cannot be reached or refuses; 73 a file cannot be\n"                        \
    "written; 77 no permission or no credentials; 130 interrupted.\n"

static const char apply_help[] =
    "Usage: expresslink-claim account apply [--ca FILE]... [OPTION]...\n"
    "\n"
    "Sets up your AWS account so that devices can arrive: the manufacturers' CAs,\n"
    "a provisioning template with its role, a policy for modules, thing events, and\n"
    "an observer for the portal. Shows the changes and asks before it makes them.\n"
    "Repeat the command to continue after an interruption. It changes nothing if\n"
    "everything is set up already.\n"
    "\n"
    "  --name NAME         the setup's name (default: expresslink): one for each\n"
    "                      group of manufacturers with the same settings\n"
    "  --ca FILE           a manufacturer's CA certificates (PEM); may be given\n"
    "                      several times\n"
    "  --birth-certificate FILE\n"
    "                      a birth certificate of one of the modules (PEM or DER): shows\n"
    "                      where the vendor's certificates have the ThingName\n"
    "  --thing-name FIELD  says it instead: common-name or serial-number; without\n"
    "                      either, the command asks\n"
    "  --thing-type NAME   thing type of the devices\n"
    "  --thing-group NAME  a thing group of the devices; may be given several times\n"
    "  --attribute NAME=VALUE\n"
    "                      an attribute of every thing; may be given several times\n"
    "  --billing-group NAME\n"
    "                      billing group of the devices\n"
    "  --description TEXT  description of the provisioning template\n"
    "\n"
    "A module may use topics below its own ThingName. What else the product uses, each\n"
    "may be given several times; ${thing} stands for the module's own ThingName:\n"
    "  --publish TOPIC     a topic that modules publish to\n"
    "  --subscribe FILTER  a topic or filter that modules subscribe to\n"
    "  --basic-ingest RULE[/TOPIC]\n"
    "                      a rule that modules publish to, at $aws/rules/RULE[/TOPIC]\n"
    "                      and below\n"
    "\n"
    "  --observer-request FILE\n"
    "                      signing request of the observer (expresslink-claim keygen\n"
    "                      --observer makes one)\n"
    "  --observer-certificate FILE\n"
    "                      where to write its certificate (default: the request's\n"
    "                      name with .pem)\n"
    "  --observer-key FILE its key (default: the request's name with .key)\n"
    "  --client-id ID      its client id (default: portal-observer)\n"
    "  --events-queue      also make a queue for the account's events, with the rules\n"
    "                      that fill it: for fleets whose devices connect more often\n"
    "                      than 100 times a second. The portal needs AWS credentials\n"
    "  --portal-ini FILE   add the account's endpoint to this configuration; without\n"
    "                      it the section is printed\n"
    "  --endpoint-key KEY  as [endpoint.KEY] (default: home)\n"
    "  --ca-file FILE      with this ca_file (default: AmazonRootCA1.pem here, or\n"
    "                      Debian's)\n"
    "\n"
    "  --overwrite         also take back what others have changed since the last time;\n"
    "                      without it such changes are shown and stay\n"
    "  --dry-run           show what would change, and change nothing\n"
    "  --yes               do not ask\n"
    "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n" STATUS;

static const char show_help[] =
    "Usage: expresslink-claim account show [OPTION]...\n"
    "\n"
    "Shows the parts of a setup in your AWS account.\n"
    "\n"
    "  --name NAME         the setup's name (default: expresslink)\n"
    "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n" STATUS;

static const char remove_help[] =
    "Usage: expresslink-claim account remove [OPTION]...\n"
    "\n"
    "Removes a setup: its CAs, provisioning templates, policies, observer and\n"
    "role. Shows what it will remove and asks first. Repeat the command to continue\n"
    "after an interruption. Things, modules' certificates, thing types, groups and\n"
    "events stay.\n"
    "\n"
    "  --name NAME         the setup's name (default: expresslink)\n"
    "  --force             also if devices still use its policy: they lose all\n"
    "                      their rights\n"
    "  --dry-run           show what would be removed, and change nothing\n"
    "  --yes               do not ask\n"
    "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n" STATUS;

static const char certificate_help[] =
    "Usage: expresslink-claim account certificate FILE.csr [OPTION]...\n"
    "\n"
    "Lets your AWS account make the certificate of a claim-thing. It is inactive\n"
    "there: only the staging account uses it (Onboarding-by-Claim guide, appendix\n"
    "A). If there is one for the same key already, it is downloaded again.\n"
    "\n"
    "  --output FILE       where to write it (default: the request's name with\n"
    "                      .pem); another certificate is never overwritten\n"
    "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n" STATUS;

static const char *account_help(enum account_action action)
{
    switch (action) {
    case ACCOUNT_SHOW:
        return show_help;
    case ACCOUNT_REMOVE:
        return remove_help;
    case ACCOUNT_CERTIFICATE:
        return certificate_help;
    default:
        return apply_help;
    }
}

#define NAME_MAX_LENGTH 128
#define DESCRIPTION_MAX 500 /* of a provisioning template (IoT) */
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

enum account_option {
    NAME = 1,
    CA,
    THING_NAME,
    THING_TYPE,
    THING_GROUP,
    ATTRIBUTE,
    BILLING_GROUP,
    BIRTH_CERTIFICATE,
    DESCRIPTION,
    PUBLISH,
    SUBSCRIBE,
    BASIC_INGEST,
    REQUEST,
    CERTIFICATE,
    KEY,
    CLIENT_ID,
    ENDPOINT_KEY,
    EVENTS_QUEUE,
    OVERWRITE,
    PORTAL_INI,
    CA_FILE,
    DRY_RUN,
    YES,
    FORCE,
    AS_JSON,
};

static const struct option options[] = {{"name", required_argument, NULL, NAME},
                                        {"ca", required_argument, NULL, CA},
                                        {"thing-name", required_argument, NULL, THING_NAME},
                                        {"thing-type", required_argument, NULL, THING_TYPE},
                                        {"thing-group", required_argument, NULL, THING_GROUP},
                                        {"attribute", required_argument, NULL, ATTRIBUTE},
                                        {"birth-certificate", required_argument, NULL, BIRTH_CERTIFICATE},
                                        {"billing-group", required_argument, NULL, BILLING_GROUP},
                                        {"description", required_argument, NULL, DESCRIPTION},
                                        {"publish", required_argument, NULL, PUBLISH},
                                        {"subscribe", required_argument, NULL, SUBSCRIBE},
                                        {"basic-ingest", required_argument, NULL, BASIC_INGEST},
                                        {"observer-request", required_argument, NULL, REQUEST},
                                        {"observer-certificate", required_argument, NULL, CERTIFICATE},
                                        {"output", required_argument, NULL, CERTIFICATE},
                                        {"observer-key", required_argument, NULL, KEY},
                                        {"client-id", required_argument, NULL, CLIENT_ID},
                                        {"endpoint-key", required_argument, NULL, ENDPOINT_KEY},
                                        {"events-queue", no_argument, NULL, EVENTS_QUEUE},
                                        {"overwrite", no_argument, NULL, OVERWRITE},
                                        {"portal-ini", required_argument, NULL, PORTAL_INI},
                                        {"ca-file", required_argument, NULL, CA_FILE},
                                        {"dry-run", no_argument, NULL, DRY_RUN},
                                        {"yes", no_argument, NULL, YES},
                                        {"force", no_argument, NULL, FORCE},
                                        {"json", no_argument, NULL, AS_JSON},
                                        AWS_ARGUMENTS,
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

#define EVERY (ACCOUNT_APPLY | ACCOUNT_SHOW | ACCOUNT_REMOVE | ACCOUNT_CERTIFICATE)

/* Returns the subcommands that have the option. */
static unsigned who_has(int option, const char *long_name)
{
    switch (option) {
    case NAME:
        return ACCOUNT_APPLY | ACCOUNT_SHOW | ACCOUNT_REMOVE;
    case DRY_RUN:
    case YES:
        return ACCOUNT_APPLY | ACCOUNT_REMOVE;
    case FORCE:
        return ACCOUNT_REMOVE;
    case CERTIFICATE:
        return strcmp(long_name, "output") == 0 ? ACCOUNT_CERTIFICATE : ACCOUNT_APPLY;
    default:
        return option >= NAME && option < DRY_RUN ? ACCOUNT_APPLY : EVERY;
    }
}

static const char *action_name(enum account_action action)
{
    switch (action) {
    case ACCOUNT_SHOW:
        return "show";
    case ACCOUNT_REMOVE:
        return "remove";
    case ACCOUNT_CERTIFICATE:
        return "certificate";
    default:
        return "apply";
    }
}

static int usage_error(const struct account_arguments *arguments, const char *what, const char *value)
{
    TEXT struct text words = TEXT_EMPTY;

    text_printf(&words, "account %s", action_name(arguments->action));
    return subcommand_usage_error("expresslink-claim", text_get(&words), what, value);
}

static bool is_made_of(const char *text, size_t most, const char *letters)
{
    size_t length = strlen(text);

    return length >= 1 && length <= most && strspn(text, letters) == length;
}

static void add_authority(struct account_arguments *out, const char *path)
{
    out->authorities = memory_grow(out->authorities, out->authority_count + 1, sizeof *out->authorities);
    out->authorities[out->authority_count++] = path;
}

static void replace(char **place, const char *value)
{
    free(*place);
    *place = memory_string(value);
}

static void take_text(struct account_arguments *out, int option, const char *value)
{
    const char **const places[] = {
        [NAME] = &out->name,
        [REQUEST] = &out->request,
        [CLIENT_ID] = &out->client_id,
        [BIRTH_CERTIFICATE] = &out->birth_certificate,
        [DESCRIPTION] = &out->description,
        [ENDPOINT_KEY] = &out->endpoint_key,
        [PORTAL_INI] = &out->portal_ini,
        [CA_FILE] = &out->ca_file,
    };

    if (option == CERTIFICATE)
        replace(&out->certificate, value);
    else if (option == KEY)
        replace(&out->key, value);
    else
        *places[option] = value;
}

static bool take_switch(struct account_arguments *out, int option)
{
    out->dry_run = out->dry_run || option == DRY_RUN;
    out->yes = out->yes || option == YES;
    out->force = out->force || option == FORCE;
    out->events_queue = out->events_queue || option == EVENTS_QUEUE;
    out->overwrite = out->overwrite || option == OVERWRITE;
    out->json = out->json || option == AS_JSON;
    return option == DRY_RUN || option == YES || option == FORCE || option == AS_JSON ||
           option == EVENTS_QUEUE || option == OVERWRITE;
}

static int take_thing(const struct account_arguments *out, const char *problem, const char *value)
{
    return problem ? usage_error(out, problem, value) : -1;
}

static int take_topic(struct account_arguments *out, enum policy_topic_use use, const char *value)
{
    TEXT struct text why = TEXT_EMPTY;

    return account_topics_take(&out->topics, use, value, &why) ? -1 : usage_error(out, text_get(&why), "");
}

static int take_option(struct account_arguments *out, int option, const char *value)
{
    if (take_switch(out, option) || aws_arguments_take(&out->aws, option, value))
        return -1;
    switch (option) {
    case 'h':
        return fputs(account_help(out->action), stdout) < 0 ? COMMAND_USAGE : COMMAND_DONE;
    case '?':
        return usage_error(out, "unknown option, or an option without its value", "");
    case CA:
        add_authority(out, value);
        return -1;
    case THING_NAME:
        return take_thing(out, account_things_take_name(&out->things, value), value);
    case THING_TYPE:
        return take_thing(out, account_things_take_type(&out->things, value), value);
    case THING_GROUP:
        return take_thing(out, account_things_take_group(&out->things, value), value);
    case ATTRIBUTE:
        return take_thing(out, account_things_take_attribute(&out->things, value), value);
    case BILLING_GROUP:
        return take_thing(out, account_things_take_billing_group(&out->things, value), value);
    case PUBLISH:
        return take_topic(out, POLICY_TOPIC_PUBLISH, value);
    case SUBSCRIBE:
        return take_topic(out, POLICY_TOPIC_SUBSCRIBE, value);
    case BASIC_INGEST:
        return take_topic(out, POLICY_TOPIC_RULE, value);
    default:
        take_text(out, option, value);
        return -1;
    }
}

/* Returns the request's name with another ending. */
static char *beside(const char *request, const char *ending)
{
    const char *dot = strrchr(request, '.'), *slash = strrchr(request, '/');
    size_t length = dot && (!slash || dot > slash) ? (size_t)(dot - request) : strlen(request);
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%.*s%s", (int)length, request, ending);
    return text_take(&path);
}

static int take_argument(struct account_arguments *out, int count, char **values)
{
    bool wants_one = out->action == ACCOUNT_CERTIFICATE;

    if (wants_one && optind == count)
        return usage_error(out, "the signing request FILE.csr is missing", "");
    if (optind + wants_one < count)
        return usage_error(out, "unexpected argument: ", values[optind + wants_one]);
    if (wants_one)
        out->request = values[optind];
    return -1;
}

static bool is_description(const char *text)
{
    size_t length = strlen(text);
    uint32_t character = 0;

    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_decode(text + at, length - at, &character);
        if (size == 0 || utf8_is_hidden(character))
            return false;
    }
    return length >= 1 && length <= DESCRIPTION_MAX;
}

static int check(struct account_arguments *out)
{
    if (!setup_name_fits(out->name))
        return usage_error(out, "a setup's name has 1 to 36 letters, digits, _ and -, not ", out->name);
    if (account_things_problem(&out->things))
        return usage_error(out, account_things_problem(&out->things), "");
    if (!is_made_of(out->client_id, NAME_MAX_LENGTH, WORD ":."))
        return usage_error(out, "not a valid client id: ", out->client_id);
    if (out->description && !is_description(out->description))
        return usage_error(out, "a description has 1 to 500 characters, none of them hidden, not ",
                           out->description);
    if (!out->request && (out->certificate || out->key))
        return usage_error(out, "--observer-certificate and --observer-key need --observer-request FILE", "");
    if (out->json && !out->yes && !out->dry_run && out->action & (ACCOUNT_APPLY | ACCOUNT_REMOVE))
        return usage_error(out, "--json cannot ask: add --yes or --dry-run", "");
    if (out->request && !out->certificate)
        out->certificate = beside(out->request, ".pem");
    if (out->request && !out->key)
        out->key = beside(out->request, ".key");
    if (out->request && strcmp(out->request, out->certificate) == 0)
        return usage_error(out, "the certificate would overwrite its request: ", out->request);
    return -1;
}

int account_arguments_parse(enum account_action action, int count, char **values,
                            struct account_arguments *out)
{
    int option, status = -1, which = 0;

    *out = (struct account_arguments){
        .action = action, .name = SETUP_NAME_DEFAULT, .client_id = "portal-observer", .endpoint_key = "home"};
    while (status < 0 && (option = getopt_long(count, values, "h", options, &which)) != -1) {
        bool is_long = option != 'h' && option != '?';
        if (is_long && !(who_has(option, options[which].name) & action))
            status = usage_error(out, "this subcommand has no option --", options[which].name);
        else
            status = take_option(out, option, optarg);
    }
    if (status < 0)
        status = take_argument(out, count, values);
    return status < 0 ? check(out) : status;
}

void account_arguments_fini(struct account_arguments *arguments)
{
    account_things_fini(&arguments->things);
    account_topics_fini(&arguments->topics);
    free(arguments->authorities);
    free(arguments->certificate);
    free(arguments->key);
}
