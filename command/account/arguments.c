/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/arguments.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/setup/setup.h"
#include "base/memory.h"
#include "base/subcommand.h"
#include "base/text.h"
#include "base/utf8.h"
#include "command/account/option_places.h"
#include "command/command.h"

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

#define OUTPUT_OPTIONS {"json", AS_JSON, NULL, "JSON on standard output, for programs"}, AWS_ARGUMENTS

#define STATUS                                                                                               \
    "0 done, or there is nothing to do; 1 declined, or something existing conflicts; "                       \
    "64 wrong arguments; 65 a file has the wrong content; 66 a file cannot be read; 69 "                     \
    "AWS cannot be reached or refuses; 73 a file cannot be written; 77 no permission "                       \
    "or no credentials; 130 interrupted"

static const struct command_option apply_options[] = {
    {"name", NAME, "NAME",
     "the setup's name (default: expresslink): one for each group of manufacturers with the same "
     "settings"},
    {"ca", CA, "FILE", "a manufacturer's CA certificates (PEM); may be given several times"},
    {"birth-certificate", BIRTH_CERTIFICATE, "FILE",
     "a birth certificate of one of the modules (PEM or DER): shows where the vendor's certificates have the "
     "ThingName"},
    {"thing-name", THING_NAME, "common-name|serial-number",
     "says it instead; without either, the command asks"},
    {"thing-type", THING_TYPE, "NAME", "thing type of the devices"},
    {"thing-group", THING_GROUP, "NAME", "a thing group of the devices; may be given several times"},
    {"attribute", ATTRIBUTE, "NAME=VALUE", "an attribute of every thing; may be given several times"},
    {"billing-group", BILLING_GROUP, "NAME", "billing group of the devices"},
    {"description", DESCRIPTION, "TEXT", "description of the provisioning template"},
    {NULL, 0, NULL,
     "A module may use topics below its own ThingName. What else the product uses, each may be given "
     "several times; ${thing} stands for the module's own ThingName:"},
    {"publish", PUBLISH, "TOPIC", "a topic that modules publish to"},
    {"subscribe", SUBSCRIBE, "FILTER", "a topic or filter that modules subscribe to"},
    {"basic-ingest", BASIC_INGEST, "RULE[/TOPIC]",
     "a rule that modules publish to, at $aws/rules/RULE[/TOPIC] and below"},
    {NULL, 0, NULL, "The observer, with which the portal sees devices arrive:"},
    {"observer-request", REQUEST, "FILE",
     "signing request of the observer (expresslink-claim keygen --observer makes one)"},
    {"observer-certificate", CERTIFICATE, "FILE",
     "where to write its certificate (default: the request's name with .pem)"},
    {"observer-key", KEY, "FILE", "its key (default: the request's name with .key)"},
    {"client-id", CLIENT_ID, "ID", "its client id (default: portal-observer)"},
    {"events-queue", EVENTS_QUEUE, NULL,
     "also make a queue for the account's events, with the rules that fill it: for fleets whose "
     "devices connect more often than 100 times a second. The portal needs AWS credentials"},
    {"portal-ini", PORTAL_INI, "FILE",
     "add the account's endpoint to this configuration; without it the section is printed"},
    {"endpoint-key", ENDPOINT_KEY, "KEY", "as [endpoint.KEY] (default: home)"},
    {"ca-file", CA_FILE, "FILE", "with this ca_file (default: AmazonRootCA1.pem here, or Debian's)"},
    {NULL, 0, NULL, "How the command runs:"},
    {"overwrite", OVERWRITE, NULL,
     "also take back what others have changed since the last time; without it such changes are shown and "
     "stay"},
    {"dry-run", DRY_RUN, NULL, "show what would change, and change nothing"},
    {"yes", YES, NULL, "do not ask"},
    OUTPUT_OPTIONS,
};

const struct command_page account_apply_page = {
    .name = "expresslink-claim account apply",
    .synopsis = "[--ca FILE]... [OPTION]...",
    .about = "Sets up your AWS account so that devices can arrive: the manufacturers' CAs, a "
             "provisioning template with its role, a policy for modules, thing events, and an "
             "observer for the portal. Shows the changes and asks before it makes them. Repeat the "
             "command to continue after an interruption. It changes nothing if everything is set up "
             "already.",
    .options = apply_options,
    .option_count = sizeof apply_options / sizeof *apply_options,
    .exit_status = STATUS,
};

static const struct command_option show_options[] = {
    {"name", NAME, "NAME", "the setup's name (default: expresslink)"},
    OUTPUT_OPTIONS,
};

const struct command_page account_show_page = {
    .name = "expresslink-claim account show",
    .synopsis = "[OPTION]...",
    .about = "Shows the parts of a setup in your AWS account.",
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .exit_status = STATUS,
};

static const struct command_option remove_options[] = {
    {"name", NAME, "NAME", "the setup's name (default: expresslink)"},
    {"force", FORCE, NULL, "also if devices still use its policy: they lose all their rights"},
    {"dry-run", DRY_RUN, NULL, "show what would be removed, and change nothing"},
    {"yes", YES, NULL, "do not ask"},
    OUTPUT_OPTIONS,
};

const struct command_page account_remove_page = {
    .name = "expresslink-claim account remove",
    .synopsis = "[OPTION]...",
    .about = "Removes a setup: its CAs, provisioning templates, policies, observer and role. Shows "
             "what it will remove and asks first. Repeat the command to continue after an "
             "interruption. Things, modules' certificates, thing types, groups and events stay.",
    .options = remove_options,
    .option_count = sizeof remove_options / sizeof *remove_options,
    .exit_status = STATUS,
};

static const struct command_option certificate_options[] = {
    {"output", CERTIFICATE, "FILE",
     "where to write it (default: the request's name with .pem); another certificate is never "
     "overwritten"},
    OUTPUT_OPTIONS,
};

const struct command_page account_certificate_page = {
    .name = "expresslink-claim account certificate",
    .synopsis = "FILE.csr [OPTION]...",
    .about = "Lets your AWS account make the certificate of a claim-thing. It is inactive there: only "
             "the staging account uses it (Onboarding-by-Claim guide, appendix A). If there is one "
             "for the same key already, it is downloaded again.",
    .options = certificate_options,
    .option_count = sizeof certificate_options / sizeof *certificate_options,
    .exit_status = STATUS,
};

static const struct command_page *page_of(enum account_action action)
{
    switch (action) {
    case ACCOUNT_SHOW:
        return &account_show_page;
    case ACCOUNT_REMOVE:
        return &account_remove_page;
    case ACCOUNT_CERTIFICATE:
        return &account_certificate_page;
    default:
        return &account_apply_page;
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

#define AT(member) offsetof(struct account_arguments, member)
static const struct option_place places[] = {
    {NAME, PLACE_TEXT, AT(name), NULL},
    {REQUEST, PLACE_TEXT, AT(request), NULL},
    {CLIENT_ID, PLACE_TEXT, AT(client_id), NULL},
    {BIRTH_CERTIFICATE, PLACE_TEXT, AT(birth_certificate), NULL},
    {DESCRIPTION, PLACE_TEXT, AT(description), NULL},
    {ENDPOINT_KEY, PLACE_TEXT, AT(endpoint_key), NULL},
    {PORTAL_INI, PLACE_TEXT, AT(portal_ini), NULL},
    {CA_FILE, PLACE_TEXT, AT(ca_file), NULL},
    {DRY_RUN, PLACE_SWITCH, AT(dry_run), NULL},
    {YES, PLACE_SWITCH, AT(yes), NULL},
    {FORCE, PLACE_SWITCH, AT(force), NULL},
    {EVENTS_QUEUE, PLACE_SWITCH, AT(events_queue), NULL},
    {OVERWRITE, PLACE_SWITCH, AT(overwrite), NULL},
    {AS_JSON, PLACE_SWITCH, AT(json), NULL},
    {THING_NAME, PLACE_THINGS, AT(things), account_things_take_name},
    {THING_TYPE, PLACE_THINGS, AT(things), account_things_take_type},
    {THING_GROUP, PLACE_THINGS, AT(things), account_things_take_group},
    {ATTRIBUTE, PLACE_THINGS, AT(things), account_things_take_attribute},
    {BILLING_GROUP, PLACE_THINGS, AT(things), account_things_take_billing_group},
};

static int take_topic(struct account_arguments *out, enum policy_topic_use use, const char *value)
{
    TEXT struct text why = TEXT_EMPTY;

    return account_topics_take(&out->topics, use, value, &why) ? -1 : usage_error(out, text_get(&why), "");
}

/* Options that can be given several times, or whose value is owned. */
static int take_other(struct account_arguments *out, int option, const char *value)
{
    switch (option) {
    case PUBLISH:
        return take_topic(out, POLICY_TOPIC_PUBLISH, value);
    case SUBSCRIBE:
        return take_topic(out, POLICY_TOPIC_SUBSCRIBE, value);
    case BASIC_INGEST:
        return take_topic(out, POLICY_TOPIC_RULE, value);
    case CA:
        add_authority(out, value);
        return -1;
    case CERTIFICATE:
        replace(&out->certificate, value);
        return -1;
    default:
        replace(&out->key, value);
        return -1;
    }
}

static int take_option(struct account_arguments *out, int option, const char *value)
{
    const char *problem = NULL;

    if (option == 'h')
        return command_help(page_of(out->action));
    if (option == '?')
        return usage_error(out, "unknown option, or an option without its value", "");
    if (aws_arguments_take(&out->aws, option, value))
        return -1;
    if (option_places_take(places, sizeof places / sizeof *places, out, option, value, &problem))
        return problem ? usage_error(out, problem, value) : -1;
    return take_other(out, option, value);
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
    struct command_options options;
    int option, status = -1;

    *out = (struct account_arguments){
        .action = action, .name = SETUP_NAME_DEFAULT, .client_id = "portal-observer", .endpoint_key = "home"};
    command_options_init(page_of(action), "", &options);
    while (status < 0 && (option = command_options_next(&options, count, values)) != -1) {
        if (option == '?' && optopt == 0)
            status = usage_error(out, "this subcommand has no option ", values[optind - 1]);
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
