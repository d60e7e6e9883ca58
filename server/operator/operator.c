/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/operator.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "server/operator/inventory.h"
#include "server/operator/owner.h"

#define CONFIG_OPTION                                                                                        \
    {                                                                                                        \
        "config", 'c', "FILE", "the portal's configuration"                                                  \
    }
#define STATUS "0 success, 1 a check failed, 64 wrong arguments, 69 failed, 78 wrong configuration"

static const struct command_option migrate_options[] = {CONFIG_OPTION};

static const struct command_page migrate_page = {
    .name = "expresslink-portal migrate",
    .synopsis = "[--config FILE]",
    .about = "Upgrade the database to the schema of this version.\n\n"
             "The portal does the same when it starts. Two successive versions can share a database during "
             "an upgrade.",
    .options = migrate_options,
    .option_count = sizeof migrate_options / sizeof *migrate_options,
    .exit_status = STATUS,
};

static const struct command_option backup_options[] = {
    {"force", 'f', NULL, "replace FILE if it exists"},
    CONFIG_OPTION,
};

static const struct command_page backup_page = {
    .name = "expresslink-portal backup",
    .synopsis = "FILE [--force] [--config FILE]",
    .about = "Write a consistent, verified copy of the database (SQLite).\n\n"
             "The portal may run at the same time. Use the portal's user, or root.",
    .options = backup_options,
    .option_count = sizeof backup_options / sizeof *backup_options,
    .exit_status = STATUS,
};

static const struct command_option restore_options[] = {
    {"verify", 'y', NULL, "only verify FILE; exit status 1 if it is damaged or not a backup"},
    CONFIG_OPTION,
};

static const struct command_page restore_page = {
    .name = "expresslink-portal restore",
    .synopsis = "FILE [--verify] [--config FILE]",
    .about = "Verify a backup and replace the database with it (SQLite).\n\n"
             "Stop the portal first. The replaced database is kept beside the new one.",
    .options = restore_options,
    .option_count = sizeof restore_options / sizeof *restore_options,
    .exit_status = STATUS,
};

static const struct command_option erase_options[] = {
    {"email", 'e', "ADDRESS", "erase all registrations with this address; case is ignored"},
    {"token", 't', "TOKEN", "erase the registration with this token"},
    CONFIG_OPTION,
};

static const struct command_page erase_page = {
    .name = "expresslink-portal erase",
    .synopsis = "--email ADDRESS | --token TOKEN [--config FILE]",
    .about = "Erase a person's registrations.\n\n"
             "If a portal uses the SQLite file, the command asks that portal on [http] admin_listen.",
    .options = erase_options,
    .option_count = sizeof erase_options / sizeof *erase_options,
    .exit_status = STATUS,
};

static const struct command_option export_options[] = {
    {"email", 'e', "ADDRESS", "export all registrations with this address; case is ignored"},
    {"token", 't', "TOKEN", "export the registration with this token"},
    CONFIG_OPTION,
};

static const struct command_page export_page = {
    .name = "expresslink-portal export",
    .synopsis = "--email ADDRESS | --token TOKEN [--config FILE]",
    .about = "Print everything that is known about a person, as JSON for this person.\n\n"
             "Make sure first that it is this person who asks. Times are milliseconds since 1970, UTC. If a "
             "portal "
             "uses the SQLite file, the command asks that portal on [http] admin_listen.",
    .options = export_options,
    .option_count = sizeof export_options / sizeof *export_options,
    .exit_status = STATUS,
};

const struct subcommand operator_commands[OPERATOR_COMMANDS] = {
    {"migrate", NULL, "upgrade the database to the schema of this version", &migrate_page, NULL},
    {"backup", NULL, "write a consistent, verified copy of the database (SQLite)", &backup_page, NULL},
    {"restore", NULL, "verify a backup and replace the database with it (SQLite)", &restore_page, NULL},
    {"erase", NULL, "erase a person's registrations", &erase_page, NULL},
    {"export", NULL, "print everything that is known about a person", &export_page, NULL},
    {"inventory", NULL, "import, export and show the devices that you bought", NULL, &inventory_commands},
    {"owner", NULL, "show who owns a device, and decide about it", NULL, &owner_commands},
};

/* What each does, in the same order. */
static const struct operator_command actions[OPERATOR_COMMANDS] = {
    {.run = operator_migrate},
    {.run = operator_backup, .takes_file = true},
    {.run = operator_restore, .takes_file = true},
    {.run = operator_erase, .takes_person = true},
    {.run = operator_export, .takes_person = true},
    {.run = NULL}, /* these two have commands of their own */
    {.run = NULL},
};

void operator_parse(int count, char **values, struct operation *out)
{
    static const struct subcommands all = {
        .program = "expresslink-portal", .list = operator_commands, .count = OPERATOR_COMMANDS};

    if (strcmp(values[0], "inventory") == 0)
        operator_inventory_parse(count, values, out);
    else if (strcmp(values[0], "owner") == 0)
        operator_owner_parse(count, values, out);
    else
        operation_parse(&all, actions, count, values, out);
}

int operator_run(const struct settings *settings, const struct operation *operation)
{
    if (settings)
        log_setup(settings->log_level, settings->log_format);
    umask(077); /* the store holds personal data */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    interrupt_catch();
    return operation->command->run(settings, operation);
}
