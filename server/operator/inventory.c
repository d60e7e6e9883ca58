/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/subcommand.h"

#define CONFIG_OPTION                                                                                        \
    {                                                                                                        \
        "config", 'c', "FILE", "the portal's configuration"                                                  \
    }
#define JSON_OPTION                                                                                          \
    {                                                                                                        \
        "json", 'j', NULL, "print a JSON object instead of a table"                                          \
    }
#define STATUS                                                                                               \
    "0 success, 1 some rows were refused, 64 wrong arguments, 69 failed, 78 wrong "                          \
    "configuration"
#define BESIDE_A_PORTAL                                                                                      \
    "If a portal uses the SQLite file, the command works through that portal on [http] admin_listen."

static const struct command_option import_options[] = {
    {"replace", 'r', NULL, "also change things that are in the inventory with other data"},
    {"dry-run", 'n', NULL, "report what would happen, and store nothing"},
    {"strict", 's', NULL, "store nothing if any row is refused; the list must be a file"},
    JSON_OPTION,
    CONFIG_OPTION,
};

static const struct command_page import_page = {
    .name = "expresslink-portal inventory import",
    .synopsis = "FILE [--replace] [--dry-run] [--strict] [--json] [--config FILE]",
    .about = "Add devices to the inventory from a CSV list; - reads standard input.\n\n"
             "The first row names the columns, in any order: thing_name, and any of serial, gtin, batch, "
             "code and product. A column that the list does not have is left as it is. Rows that cannot be "
             "used are reported with line, column and reason; the others are stored. Running the command "
             "again is safe: what is there already is unchanged.",
    .options = import_options,
    .option_count = sizeof import_options / sizeof *import_options,
    .notes = BESIDE_A_PORTAL " Codes are only stored as keyed hashes, see [inventory] code_key_file.",
    .exit_status = STATUS,
};

static const struct command_option remove_options[] = {JSON_OPTION, CONFIG_OPTION};

static const struct command_page remove_page = {
    .name = "expresslink-portal inventory remove",
    .synopsis = "FILE [--json] [--config FILE]",
    .about = "Remove the devices of a CSV list from the inventory; - reads standard input.\n\n"
             "Only the column thing_name is read. Claims that are open go on.",
    .options = remove_options,
    .option_count = sizeof remove_options / sizeof *remove_options,
    .notes = BESIDE_A_PORTAL,
    .exit_status = STATUS,
};

static const struct command_page show_page = {
    .name = "expresslink-portal inventory show",
    .synopsis = "THING [--json] [--config FILE]",
    .about = "Show what the inventory has about a device.",
    .options = remove_options,
    .option_count = sizeof remove_options / sizeof *remove_options,
    .notes = BESIDE_A_PORTAL,
    .exit_status = "0 success, 1 it is not in the inventory, 64 wrong arguments, 69 failed, 78 wrong "
                   "configuration",
};

static const struct command_option export_options[] = {CONFIG_OPTION};

static const struct command_page export_page = {
    .name = "expresslink-portal inventory export",
    .synopsis = "[--config FILE]",
    .about = "Print the inventory as a CSV list that import reads again.\n\n"
             "Codes are hashes in it, which only fit a portal with the same key.",
    .options = export_options,
    .option_count = sizeof export_options / sizeof *export_options,
    .notes = BESIDE_A_PORTAL,
    .exit_status = "0 success, 64 wrong arguments, 69 failed, 78 wrong configuration",
};

static const struct command_page new_key_page = {
    .name = "expresslink-portal inventory new-key",
    .synopsis = "FILE",
    .about = "Make a key for [inventory] code_key_file, readable by its owner only.\n\n"
             "Keep a copy in a safe place: without the key no code fits any more.",
    .exit_status = "0 success, 64 wrong arguments, 69 failed",
};

static const struct command_page make_codes_page = {
    .name = "expresslink-portal inventory make-codes",
    .synopsis = "COUNT|FILE",
    .about = "Print random codes to conceal in the boxes of products.\n\n"
             "With a number: so many codes, one a line. With a CSV list that has a column thing_name: a list "
             "with thing_name and code, for the factory and for import. A code has 55 random bits and a last "
             "character that detects mistakes in typing.",
    .exit_status = "0 success, 1 some rows were refused, 64 wrong arguments, 69 failed",
};

static const struct subcommand list[] = {
    {"import", NULL, "add devices from a list", &import_page, NULL},
    {"remove", NULL, "remove the devices of a list", &remove_page, NULL},
    {"show", NULL, "show what is known of a device", &show_page, NULL},
    {"export", NULL, "print all devices as a list", &export_page, NULL},
    {"new-key", NULL, "make the key with which codes are stored", &new_key_page, NULL},
    {"make-codes", NULL, "print random codes for products", &make_codes_page, NULL},
};

#define COMMANDS (sizeof list / sizeof *list)

/* What each does, in the same order. */
static const struct operator_command actions[COMMANDS] = {
    {.run = operator_inventory_import, .takes_file = true, .reads_names = true},
    {.run = operator_inventory_remove, .takes_file = true, .reads_names = true},
    {.run = operator_inventory_show, .takes_file = true, .reads_names = true},
    {.run = operator_inventory_export},
    {.run = operator_inventory_new_key, .takes_file = true, .without_config = true},
    {.run = operator_inventory_make_codes, .takes_file = true, .without_config = true},
};

const struct subcommands inventory_commands = {
    .program = "expresslink-portal inventory",
    .about = "The devices that you bought.",
    .list = list,
    .count = COMMANDS,
    .section = 8,
};

void operator_inventory_parse(int count, char **values, struct operation *out)
{
    if (count < 2) {
        fputs("Usage: expresslink-portal inventory COMMAND\n"
              "For help, run: expresslink-portal inventory --help\n",
              stderr);
        exit(EXIT_USAGE);
    }
    if (strcmp(values[1], "--help") == 0 || strcmp(values[1], "-h") == 0)
        exit(subcommands_help(&inventory_commands));
    operation_parse(&inventory_commands, actions, count - 1, values + 1, out);
}
