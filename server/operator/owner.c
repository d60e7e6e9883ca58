/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/owner.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/subcommand.h"
#include "server/operator/admin_client.h"
#include "server/operator/person.h"
#include "server/store/decision.h"
#include "server/store/owners_json.h"
#include "server/store/store_clock.h"

#define SECONDS 60

#define STATUS "0 success, 64 wrong arguments, 69 failed, 78 wrong configuration"
#define CONFIG_OPTION                                                                                        \
    {                                                                                                        \
        "config", 'c', "FILE", "the portal's configuration"                                                  \
    }
#define BESIDE_A_PORTAL                                                                                      \
    "Prints the device as JSON. If a portal uses the SQLite file, the command asks that portal on [http] "   \
    "admin_listen."

static const struct command_option show_options[] = {CONFIG_OPTION};
static const struct command_option options[] = {
    {"reason", 'w', "TEXT", "why: kept with the decision"},
    CONFIG_OPTION,
};

static const struct command_page disputes_page = {
    .name = "expresslink-portal owner disputes",
    .synopsis = "[--config FILE]",
    .about = "List the requests that wait for a decision of staff, the longest first: 100 at most.",
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .notes = "Prints JSON. If a portal uses the SQLite file, the command asks that portal on [http] "
             "admin_listen.",
    .exit_status = STATUS,
};

static const struct command_page show_page = {
    .name = "expresslink-portal owner show",
    .synopsis = "THING [--config FILE]",
    .about =
        "Show who owns a device, who waits for it, and what happened.\n\n"
        "THING is the device ID. A person's reference number is the start of their registration's token.",
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .notes = BESIDE_A_PORTAL,
    .exit_status = STATUS,
};

static const struct command_page grant_page = {
    .name = "expresslink-portal owner grant",
    .synopsis = "TOKEN --reason TEXT [--config FILE]",
    .about = "Make the person with this registration the owner of the device.\n\n"
             "Whoever owned it before no longer does.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .notes = BESIDE_A_PORTAL,
    .exit_status = STATUS,
};

static const struct command_page refuse_page = {
    .name = "expresslink-portal owner refuse",
    .synopsis = "TOKEN --reason TEXT [--config FILE]",
    .about = "End a registration's request for its device.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .notes = BESIDE_A_PORTAL,
    .exit_status = STATUS,
};

static const struct command_page release_page = {
    .name = "expresslink-portal owner release",
    .synopsis = "THING --reason TEXT [--config FILE]",
    .about = "Leave a device without an owner.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .notes = BESIDE_A_PORTAL,
    .exit_status = STATUS,
};

struct order {
    struct decision decision;
    char name[IDENTIFIER_SIZE]; /* of the device, where one is named */
    struct owners_record *record;
    bool decides;
    bool lists; /* what waits for a decision; of no device */
};

static int print(const char *text)
{
    return fputs(text, stdout) != EOF && fflush(stdout) == 0
               ? 0
               : operator_fail("the device cannot be written to standard output");
}

static enum store_error run(struct store_tx *tx, void *argument)
{
    struct order *order = argument;
    char thing_name[IDENTIFIER_SIZE];
    enum store_error error = order->decides ? decision_run(tx, &order->decision) : STORE_OK;

    snprintf(thing_name, sizeof thing_name, "%s", order->decision.thing_name);
    if (!error && order->decision.token)
        error = owners_thing_of(tx, order->decision.token, thing_name);
    return error ? error : owners_read(tx, thing_name, order->decision.now, order->record);
}

static enum store_error run_list(struct store_tx *tx, void *list)
{
    return owners_disputes(tx, list);
}

static int list_from_store(struct store *store)
{
    TEXT struct text out = TEXT_EMPTY;
    OWNED struct owners_disputes *disputes = memory_new(1, sizeof *disputes);
    enum store_error error = store_call(store, run_list, disputes, false);

    if (error)
        return operator_fail(store_error_name(error));
    owners_disputes_json(disputes, &out);
    return print(text_get(&out));
}

static int work_on_store(struct store *store, struct order *order)
{
    TEXT struct text out = TEXT_EMPTY;
    OWNED struct owners_record *record = memory_new(1, sizeof *record);

    order->record = record;
    enum store_error error = store_call(store, run, order, order->decides);
    if (error)
        return operator_fail(error == STORE_NOT_FOUND ? "there is no such device, or no such registration"
                                                      : store_error_name(error));
    if (order->decides && order->decision.answer != OWNERSHIP_DONE)
        return operator_fail(decision_refusal(&order->decision));
    owners_json(record, &out);
    return print(text_get(&out));
}

static void write_body(const struct decision *decision, struct text *out)
{
    struct json_writer json = json_writer_into(out);

    json_begin_object(&json, NULL);
    json_write_text(&json, "action", decision->action);
    if (decision->token)
        json_write_text(&json, "registration", decision->token);
    json_write_text(&json, "reason", decision->reason);
    json_end_object(&json);
    json_writer_finish(&json);
}

static int ask_portal(const struct settings *settings, const struct order *order)
{
    TEXT struct text path = TEXT_EMPTY;
    TEXT struct text json = TEXT_EMPTY;
    TEXT struct text out = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    unsigned status = 0;

    if (order->lists)
        text_puts(&path, "/disputes");
    else
        text_printf(&path, "/devices/%s%s", order->decision.thing_name, order->decides ? "/decisions" : "");
    if (order->decides)
        write_body(&order->decision, &json);
    const struct admin_request request = {.address = settings->admin_listen,
                                          .method = order->decides ? "POST" : "GET",
                                          .path = text_get(&path),
                                          .json = order->decides ? text_get(&json) : NULL,
                                          .seconds = SECONDS};
    if (!admin_call(&request, &status, &out, &why)) {
        text_puts(&why, "; the database is in use by a portal, and only the portal can do this then");
        return operator_fail(text_get(&why));
    }
    if (status == 200)
        return print(text_get(&out));
    admin_refusal(&request, status, &out, &why);
    return operator_fail(text_get(&why));
}

/* As the label has it, with spaces and check characters; a name that fits no staging account is taken as it
 * is, because its account may no longer be configured. */
static bool read_name(const struct settings *settings, const char *typed, char out[IDENTIFIER_SIZE])
{
    const struct claim_settings *claim = &settings->claim;
    size_t length = strlen(typed);

    for (size_t i = 0; i < claim->staging_count; i++)
        if (identifier_parse(&claim->staging[i].form, typed, length, out, NULL) == IDENTIFIER_OK)
            return true;
    if (!identifier_is_thing_name(typed, length))
        return false;
    memcpy(out, typed, length + 1);
    return true;
}

static int carry_out(const struct settings *settings, const struct operation *operation, struct order *order)
{
    struct store_options storage = settings->store;
    struct store *store = NULL;

    order->decision.reason = operation->reason;
    order->decision.now = store_clock_ms();
    const char *wrong = order->decides ? decision_problem(&order->decision) : NULL;
    if (wrong)
        return operator_fail(wrong);
    enum store_error error = person_open(operation, &storage, &store);
    if (error)
        return error == STORE_IN_USE ? ask_portal(settings, order) : EXIT_CANNOT;
    int status = order->lists ? list_from_store(store) : work_on_store(store, order);
    store_close(store);
    return status;
}

static int carry_out_on_thing(const struct settings *settings, const struct operation *operation,
                              struct order *order)
{
    if (!read_name(settings, operation->file, order->name)) {
        operator_fail("this is not a device ID: check it against the label");
        return EXIT_USAGE;
    }
    order->decision.thing_name = order->name;
    return carry_out(settings, operation, order);
}

static int disputes(const struct settings *settings, const struct operation *operation)
{
    struct order order = {.lists = true};

    return carry_out(settings, operation, &order);
}

static int show(const struct settings *settings, const struct operation *operation)
{
    struct order order = {.decides = false};

    return carry_out_on_thing(settings, operation, &order);
}

static int release(const struct settings *settings, const struct operation *operation)
{
    struct order order = {.decision = {.action = "release"}, .decides = true};

    return carry_out_on_thing(settings, operation, &order);
}

static int grant(const struct settings *settings, const struct operation *operation)
{
    struct order order = {.decision = {.action = "grant", .thing_name = "-", .token = operation->file},
                          .decides = true};

    return carry_out(settings, operation, &order);
}

static int refuse(const struct settings *settings, const struct operation *operation)
{
    struct order order = {.decision = {.action = "refuse", .thing_name = "-", .token = operation->file},
                          .decides = true};

    return carry_out(settings, operation, &order);
}

static const struct subcommand list[] = {
    {"disputes", NULL, "list the requests that wait for a decision", &disputes_page, NULL},
    {"show", NULL, "show who owns a device, and what happened", &show_page, NULL},
    {"grant", NULL, "make a registration the owner of its device", &grant_page, NULL},
    {"refuse", NULL, "end a registration's request for its device", &refuse_page, NULL},
    {"release", NULL, "leave a device without an owner", &release_page, NULL},
};

#define COMMANDS (sizeof list / sizeof *list)

/* What each does, in the same order. */
static const struct operator_command actions[COMMANDS] = {
    {.run = disputes, .reads_names = true},
    {.run = show, .takes_file = true, .reads_names = true},
    {.run = grant, .takes_file = true, .takes_reason = true, .reads_names = true},
    {.run = refuse, .takes_file = true, .takes_reason = true, .reads_names = true},
    {.run = release, .takes_file = true, .takes_reason = true, .reads_names = true},
};

const struct subcommands owner_commands = {
    .program = "expresslink-portal owner",
    .about = "Whose device it is.",
    .list = list,
    .count = COMMANDS,
    .section = 8,
};

void operator_owner_parse(int count, char **values, struct operation *out)
{
    if (count < 2) {
        fputs("Usage: expresslink-portal owner COMMAND\n"
              "For help, run: expresslink-portal owner --help\n",
              stderr);
        exit(EXIT_USAGE);
    }
    if (strcmp(values[1], "--help") == 0 || strcmp(values[1], "-h") == 0)
        exit(subcommands_help(&owner_commands));
    operation_parse(&owner_commands, actions, count - 1, values + 1, out);
}
